import { isIPv6 } from 'node:net';
import { networkOfAddress, plainAddress } from '../runtime/address.js';

/** The address of a peer named `address:port`, as grpc-js and the front name it; empty for a unix socket. */
export function addressOfPeer(peer: string): string {
  const colon = peer.lastIndexOf(':');
  return colon < 0 ? '' : plainAddress(peer.slice(0, colon));
}

/**
 * What an address counts under. One subscriber of IPv6 holds a whole /64 (RFC 6177), so that its addresses
 * count as one: otherwise nobody could ever run out of them.
 */
export function addressKey(address: string): string {
  return isIPv6(address) ? networkOfAddress(address) : address;
}
