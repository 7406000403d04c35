import { BlockList, isIPv4 } from 'node:net';

/**
 * Addresses that are no part of the public internet (the special-purpose registries of RFC 6890), and forms
 * of IPv6 that carry an IPv4 address of which nobody can say where it leads.
 */
const v4Special = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

/** What is public of IPv6 lies in here (RFC 4291 §2.4)… */
const v6Public = ['2000::', 3] as const;
/** …but for Teredo and other assignments, documentation and 6to4. */
const v6Special = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const specialV4 = listOf(v4Special, 'ipv4');
const publicV6 = listOf([v6Public], 'ipv6');
const specialV6 = listOf(v6Special, 'ipv6');

/** Whether an address is one of the public internet. What cannot be read is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !specialV4.check(address, 'ipv4');
  // A zone or a mapped IPv4 address has no business in a name's answer.
  if (address.includes('%') || address.includes('.')) return false;
  return publicV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6');
}

function listOf(
  subnets: readonly (readonly [string, number])[],
  family: 'ipv4' | 'ipv6',
): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family);
  return list;
}
