import { isIPv4 } from 'node:net';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { JoinError } from './join-error.js';

/** Where the broker is, and how to reach it. */
export interface BrokerAddress {
  /** `https://host:port`: what proofs name. */
  readonly origin: string;
  /** `host:port`, for the channel. */
  readonly authority: string;
  /** Whether the channel is encrypted; plain only on loopback. */
  readonly isEncrypted: boolean;
}

/** Reads the address of a broker. Throws a JoinError unless it is https, or http on loopback. */
export function parseAddress(address: string): BrokerAddress {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isBare(url)) throw notAllowed(address);
  const isEncrypted = url.protocol === 'https:';
  if (!isEncrypted && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw notAllowed(address);
  }
  const port = url.port || (isEncrypted ? '443' : '80');
  return { origin: url.origin, authority: `${url.hostname}:${port}`, isEncrypted };
}

function notAllowed(address: string): JoinError {
  return new JoinError('address_not_allowed', { at: address });
}

/** Credentials for an address; `rootCertificates` in PEM form replace those of the machine. */
export function credentialsFor(
  { isEncrypted }: BrokerAddress,
  rootCertificates: Uint8Array | undefined,
): ChannelCredentials {
  if (!isEncrypted) return credentials.createInsecure();
  return credentials.createSsl(rootCertificates ? Buffer.from(rootCertificates) : null);
}

function isBare({ pathname, search, hash, username, password }: URL): boolean {
  return pathname === '/' && search + hash + username + password === '';
}

/** Whether a host is this machine and nothing else (RFC 6761 §6.3, RFC 1122 §3.2.1.3). */
function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}
