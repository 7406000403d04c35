import { isIPv6 } from 'node:net';
import { plainAddress } from '../runtime/address.js';

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
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
