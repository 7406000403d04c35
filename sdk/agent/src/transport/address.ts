import { configurationError } from '../errors/local.js';
import { isLoopback } from '../runtime/loopback.js';

/** Where the broker is, parsed. */
export interface BrokerAddress {
  /** Public origin: start of every proof's `htu`. */
  readonly origin: string;
  /** `host:port` as gRPC wants it. */
  readonly target: string;
  readonly tls: boolean;
}

/**
 * Parses the broker's public origin. Plain http goes to a loopback host only: elsewhere somebody could
 * sit in between and answer as the broker.
 */
export function parseAddress(address: string): BrokerAddress {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isOrigin(url)) throw configurationError('address_not_allowed');
  const tls = url.protocol === 'https:';
  if (!tls && !isLoopback(url.hostname)) throw configurationError('address_not_allowed');
  const port = url.port === '' ? (tls ? '443' : '80') : url.port;
  return { origin: url.origin, target: `dns:${url.hostname}:${port}`, tls };
}

function isOrigin(url: URL): boolean {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
  return url.href === `${url.origin}/`;
}
