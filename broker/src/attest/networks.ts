import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../runtime/address.js';

/** Whether a text is a network in CIDR form, such as `10.0.0.0/8` or `fd00::/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix = '', more] = text.split('/');
  const family = isIP(address);
  // A zone (RFC 4007 §11) is legal in an address and would be dropped in a comparison.
  if (family === 0 || address.includes('%')) return false;
  if (more !== undefined || !/^\d{1,3}$/.test(prefix)) return false;
  return Number(prefix) <= (family === 4 ? 32 : 128);
}

/** Whether an address lies in one of the networks; any address does when there are none. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  if (networks.length === 0) return true;
  const plain = plainAddress(address);
  const family = isIP(plain);
  if (family === 0) return false;
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', prefix = ''] = network.split('/');
    list.addSubnet(base, Number(prefix), isIP(base) === 4 ? 'ipv4' : 'ipv6');
  }
  return list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
