import { isIPv4 } from 'node:net';

/**
 * An IP address in its plain form: without the zone of a link (RFC 4007 §11), and an IPv4 address that came
 * mapped into IPv6 (RFC 4291 §2.5.5.2) as IPv4. Anything else stays as it is.
 */
export function plainAddress(address: string): string {
  const [unzoned = ''] = address.split('%');
  const mapped = unzoned.toLowerCase().startsWith('::ffff:') ? unzoned.slice('::ffff:'.length) : '';
  return isIPv4(mapped) ? mapped : unzoned;
}
