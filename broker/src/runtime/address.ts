import { isIPv4, isIPv6 } from 'node:net';

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
  const [head = '', tail] = address.split('::');
  const groupsOf = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groupsOf(head);
  const right = groupsOf(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
