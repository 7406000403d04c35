import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ok, type Result, refuse } from '@creance/proto';
import { isPublicAddress } from './addresses.js';

/** The addresses of a name; rejects with the system's fault. */
export type LookUp = (name: string) => Promise<readonly string[]>;

/** The machine's own way to look a name up. */
export const systemLookUp: LookUp = async (name) =>
  (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);

/**
 * The one address to connect to. All that a name has must be allowed: which of them would be taken is up to
 * whoever answers for the name, and so is the answer to a second question. So there is one question, and
 * the connection goes to what was checked.
 */
export async function addressOf(
  { hostname }: URL,
  allowPrivate: boolean,
  lookUp: LookUp,
): Promise<Result<string, string>> {
  const name = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(name) ? [name] : await lookUp(name);
  const [first] = addresses;
  if (first === undefined) return refuse('the name has no address');
  const refused = addresses.find((address) => !allowPrivate && !isPublicAddress(address));
  return refused === undefined
    ? ok(first)
    : refuse('its address is not public, and the manifest does not say allowPrivate');
}
