import { isIPv4, isIPv6 } from 'node:net';
import { ipv6Groups } from '../domain/ipv6.js';

/**
 * An IP address in its plain form: without the zone of a link (RFC 4007 §11), and an IPv4 address that came
 * mapped into IPv6 (RFC 4291 §2.5.5.2) as IPv4. Anything else stays as it is.
 */
export function plainAddress(address: string): string {
  const [unzoned = ''] = address.split('%');
  const mapped = unzoned.toLowerCase().startsWith('::ffff:') ? unzoned.slice('::ffff:'.length) : '';
  return isIPv4(mapped) ? mapped : unzoned;
}

/**
 * The network of an address, as far as it is told to people: the first 24 bits of IPv4, 64 of IPv6. Empty for
 * what is no address.
 */
export function networkOfAddress(address: string): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(address)) return '';
  return `${ipv6Groups(address.toLowerCase()).slice(0, 4).join(':')}::/64`;
}
