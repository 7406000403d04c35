/** Characters of an address at most: an IPv6 address with a zone. */
const addressCharsMax = 64;

const nothing = new Uint8Array(0);

/** Bytes of an IPv4 address that name its network, a /24, and of an IPv6 address, a /48. */
const ipv4PrefixBytes = 3;
const ipv6PrefixBytes = 6;

/**
 * The network of an address, coarse enough to hold still for one deployment: the first 3 bytes of an IPv4
 * address, also of one mapped into IPv6 (RFC 4291 §2.5.5.2), the first 6 of another IPv6 address. Empty
 * for this host itself, undefined for what is no address by itself: none with a port or in brackets.
 */
export function networkPrefixOf(address: string): Uint8Array | undefined {
  if (address.length > addressCharsMax) return undefined;
  if (!address.includes(':')) return prefixOfIpv4(ipv4BytesOf(address));
  const groups = ipv6GroupsOf(address);
  if (groups === undefined) return undefined;
  const bytes = groups.flatMap((group) => [group >> 8, group & 0xff]);
  if (isMapped(groups)) return prefixOfIpv4(bytes.slice(12));
  const isThisHost = groups.every((group, at) => (at < 7 ? group === 0 : group <= 1));
  return isThisHost ? nothing : Uint8Array.from(bytes.slice(0, ipv6PrefixBytes));
}

function prefixOfIpv4(bytes: readonly number[] | undefined): Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  const isThisHost = bytes[0] === 127 || bytes.every((byte) => byte === 0);
  return isThisHost ? nothing : Uint8Array.from(bytes.slice(0, ipv4PrefixBytes));
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

/** Decimal, and no zero in front: some readers take such a number for an octal one. */
const octetForm = /^(?:0|[1-9]\d{0,2})$/;

function ipv4BytesOf(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => octetForm.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** The eight groups of an address (RFC 4291 §2.2), its zone left out. */
function ipv6GroupsOf(text: string): readonly number[] | undefined {
  const [bare = ''] = text.split('%', 1);
  const halves = bare.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined) return missing === 0 ? before : undefined;
  return missing > 0 ? [...before, ...Array<number>(missing).fill(0), ...after] : undefined;
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const bytes = at === parts.length - 1 ? ipv4BytesOf(part) : undefined;
    if (bytes === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    groups.push((a << 8) | b, (c << 8) | d);
  }
  return groups;
}
