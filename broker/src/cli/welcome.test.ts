import { describe, expect, it } from 'vitest';
import { typed } from './typed.js';
import { nextRows, takenWords } from './welcome.js';

const places = { manifest: './creance.yaml', data: '/srv/creance', isDataByDefault: true };
const named = (...names: string[]) => new Map(names.map((name) => [name, {} as never]));

describe('nextRows', () => {
  // breaks when: a name is made up, or the agent comes before the service that would check it
  it('names the first service and then the first workload of the manifest in force', () => {
    const registry = { resources: named('crm', 'mail'), workloads: named('triage') };
    const words = nextRows(registry, places).map(([, what]) => what);
    expect(words).toEqual([
      'creance join-token create --verifier crm',
      'creance join-token create --workload triage',
      expect.stringContaining('creance plan ./creance.yaml '),
    ]);
  });

  it('names a data folder that is not found by itself, and nobody who is not there', () => {
    const rows = nextRows(
      { resources: named(), workloads: named('triage') },
      { ...places, data: "/srv/it's here", isDataByDefault: false },
    );
    expect(rows[0]).toEqual([
      'next',
      String.raw`creance join-token create --workload triage --data '/srv/it'\''s here'`,
    ]);
    expect(rows).toHaveLength(2);
  });
});

describe('takenWords', () => {
  const taken = { version: 2, replaces: true, changes: 10, sessionsEnded: 1 };
  it('says what changed, in one line', () => {
    expect(takenWords(taken)).toBe('version 2 in force: 10 changes, 1 session ended');
  });

  it.each([
    ['nothing differs', { ...taken, changes: 0, sessionsEnded: 0 }],
    ['it is the first', { ...taken, replaces: false }],
  ])('says nothing when %s', (_, one) => expect(takenWords(one)).toBeUndefined());
});

describe('typed', () => {
  it.each([
    ['./creance.yaml', './creance.yaml'],
    ['a b', "'a b'"],
    ['$(rm)', "'$(rm)'"],
    ["it's", String.raw`'it'\''s'`],
    ['', "''"],
  ])('types %s as %s', (word, said) => expect(typed(word)).toBe(said));
});
