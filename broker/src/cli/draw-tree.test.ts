import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { drawTree } from './draw-tree.js';
import type { SessionRow } from './sessions.js';

const hour = 3_600_000_000;

const row = (session: string, parts: Partial<SessionRow> = {}): SessionRow => ({
  session,
  parent: '',
  kind: 'workload',
  name: `w-${session}`,
  owner: 'team',
  state: 'live',
  opened: '',
  active: '',
  lastSeen: '',
  ends: '',
  openedMicros: hour,
  lastSeenMicros: hour,
  actionsAllowed: 0,
  actionsRefused: 0,
  ...parts,
});

const drawn = (rows: readonly SessionRow[], now = 2 * hour) =>
  stripVTControlCharacters(drawTree(rows, now)).split('\n').slice(1);

describe('drawTree', () => {
  it('draws children below their parents, the oldest first', () => {
    const lines = drawn([
      row('c', { parent: 'a', openedMicros: hour + 3 }),
      row('b', { parent: 'a', openedMicros: hour + 2, state: 'suspended', actionsRefused: 2 }),
      row('d', { parent: 'b', actionsAllowed: 7 }),
      row('a', { actionsAllowed: 12 }),
      row('z'),
    ]);
    expect(lines).toEqual(
      [
        'w-a        live       a        1h 0m   12    0',
        '├─ w-b     suspended  b        59m 59s  0     2',
        '│  └─ w-d  live       d        1h 0m   7     0',
        '└─ w-c     live       c        59m 59s  0     0',
        'w-z        live       z        1h 0m   0     0',
      ].map((line) => expect.stringMatching(new RegExp(`^${line.replaceAll(/ +/g, ' +')}$`))),
    );
  });

  // breaks when: only roots are drawn, so that a page that cuts a tree hides what hangs below
  it('loses nobody whose parent is not in the list', () => {
    const lines = drawn([row('b', { parent: 'gone' }), row('c', { parent: 'b' })]);
    expect(lines[0]).toMatch(/^… w-b /);
    expect(lines[1]).toMatch(/^ {2}└─ w-c /);
  });

  it.each([
    [0, '0s'],
    [59, '59s'],
    [61, '1m 1s'],
    [7_260, '2h 1m'],
    [90_000, '1d 1h'],
    [-5, '0s'],
  ])('says an age of %i s as %s', (seconds, text) => {
    const opened = 10 * hour;
    const [line] = drawn([row('a', { openedMicros: opened })], opened + seconds * 1_000_000);
    expect(line).toMatch(new RegExp(`  ${text} +0 `));
  });

  it('shows what a terminal would act on', () => {
    expect(drawn([row('a', { name: 'w\u001b[2J' })])[0]).toContain('w\\u{1b}[2J');
  });
});
