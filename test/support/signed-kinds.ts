import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `typ` of every JWS that is minted or accepted. */
export const jwsKinds = {
  token: 'at+jwt',
  proof: 'dpop+jwt',
  assertion: 'creance-evidence+jwt',
  'feed key statement': 'creance-feed-key+jwt',
  'event token': 'secevent+jwt',
} as const;

/** Domain prefix of everything else that is signed. */
export const domainKinds = {
  frame: 'creance-feed-v1\0',
  settings: 'creance-settings-v1\0',
  checkpoint: 'creance-audit-checkpoint-v1\0',
  'key probe': 'creance-key-probe-v1',
} as const;

/** What the texts that go from hand to hand begin with. */
export const joinKinds = {
  'join string': 'creance-join:v1:',
  'child join string': 'creance-child:v1:',
} as const;

/** Prefixes of what is hashed or keyed and handed to nobody who would take it for something signed. */
const unsigned: readonly string[] = [
  'creance-audit-v1',
  'creance-cut-journal-v1',
  'creance-destination-v1',
  'creance-destination-key-v1',
  'creance-high-water-v1',
  'creance-key-file-v1',
  'creance-nonce-v1:',
  'creance-roster-v1',
];

const mark = /[a-z-]+\+jwt|creance-[a-z-]+(?:-v1:?|:v1:)/g;
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every mark of a kind in the source, without tests and what tests share. */
function marksInSource(): ReadonlySet<string> {
  const files = globSync('{proto,broker,sdk/agent,sdk/verifier}/src/**/*.ts', { cwd: root }).filter(
    (file) => !/\.test\.ts$|\/(gen|doubles|support)\//.test(file),
  );
  const texts = files.map((file) => readFileSync(root + file, 'utf8'));
  return new Set(texts.flatMap((text) => text.match(mark) ?? []));
}

/**
 * Marks of the source that no table above knows, and marks of the tables that the source no longer has. Both
 * are empty while the matrix of kinds and doors is whole.
 */
export function strayMarks(): { readonly unknown: string[]; readonly gone: string[] } {
  const found = marksInSource();
  const tables = [jwsKinds, domainKinds, joinKinds].flatMap((table) =>
    Object.values<string>(table),
  );
  const known = new Set([...tables.map((each) => each.replace('\0', '')), ...unsigned]);
  return {
    unknown: [...found].filter((each) => !known.has(each)),
    gone: [...known].filter((each) => !found.has(each)),
  };
}
