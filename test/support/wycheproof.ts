import type { JsonWebKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** One case of C2SP/wycheproof. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly comment: string;
  readonly result: 'valid' | 'invalid';
  readonly jws?: unknown;
}

/** Cases that share their keys. */
export interface WycheproofGroup {
  readonly comment: string;
  readonly private?: JsonWebKey & { readonly keys?: readonly JsonWebKey[] };
  readonly public?: JsonWebKey & { readonly keys?: readonly JsonWebKey[] };
  readonly tests: readonly WycheproofCase[];
}

/** The vectors lie beside the repository, not in it. */
const folder = fileURLToPath(new URL('../../../shared/data/vectors/', import.meta.url));

/** The groups of a file; undefined, with a line that says so, when it is not there. */
export function wycheproof(name: string): readonly WycheproofGroup[] | undefined {
  const file = `${folder}${name}_test.json.gz`;
  if (!existsSync(file)) {
    process.stderr.write(`skipped: the Wycheproof vectors ${name} are not beside the repository\n`);
    return undefined;
  }
  const { testGroups } = JSON.parse(gunzipSync(readFileSync(file)).toString());
  return testGroups;
}

/** The group of a name. Throws when the file no longer has it. */
export function groupOf(groups: readonly WycheproofGroup[], comment: string): WycheproofGroup {
  const group = groups.find((each) => each.comment === comment);
  if (group === undefined) throw new Error(`there is no group ${comment}`);
  return group;
}
