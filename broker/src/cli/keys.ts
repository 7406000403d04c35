import {
  CompromiseKeyRequest,
  CompromiseKeyResponse,
  ListKeysRequest,
  ListKeysResponse,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { confirmed, count } from './confirm.js';
import { tokenKeyId } from './cut-target.js';
import { durabilityWord, sayDurability } from './durability.js';
import { call } from './operator-call.js';
import { type Format, instantText, type Output, printable, printRows } from './output.js';

/** Lists the token keys that verifiers may meet, the oldest first. */
export async function listKeys(
  line: OperatorLine,
  flags: { readonly o: Format },
  output: Output,
): Promise<void> {
  const request = ListKeysRequest.encode({}).finish();
  const { keys } = ListKeysResponse.decode(
    await call(line, '/creance.v1.OperatorService/ListKeys', request),
  );
  const rows = keys.map(({ keyId, signsFromUnixSeconds, retireUnixSeconds, signing }) => ({
    key: keyId,
    signs: signing ? 'now' : 'no',
    from: instantText(signsFromUnixSeconds * 1_000_000n),
    retires: instantText(retireUnixSeconds * 1_000_000n),
  }));
  printRows(rows, ['key', 'signs', 'from', 'retires'], flags.o, output);
}

/** A key that is not to be believed any more. */
export interface CompromiseFlags {
  readonly keyId: string;
  readonly reason: string;
  readonly o: Format;
  readonly waitSeconds: number;
}

/** Cuts a token key, then waits until every subscribed verifier says that it refuses its tokens. */
export async function compromiseKey(
  line: OperatorLine,
  { keyId: text, ...flags }: CompromiseFlags,
  output: Output,
): Promise<void> {
  const keyId = tokenKeyId(text);
  const request = CompromiseKeyRequest.encode({ keyId, reason: flags.reason }).finish();
  await confirmed(line, flags, output, async () => {
    const { revision, cutKeyIds, signingKeyId, durability } = CompromiseKeyResponse.decode(
      await call(line, '/creance.v1.OperatorService/CompromiseKey', request),
    );
    const words = `cut at revision ${revision}: ${count(cutKeyIds.length, 'key')}; ${printable(signingKeyId) || 'none'} signs now`;
    sayDurability(durability, output);
    const facts = { cutKeyIds, signingKeyId, durability: durabilityWord(durability) };
    return { revision, words, facts };
  });
}
