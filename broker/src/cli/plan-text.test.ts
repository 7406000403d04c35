import { describe, expect, it } from 'vitest';
import { planJson, planText } from './plan-text.js';

const change = {
  path: 'workloads.a.grants.crm.read',
  before: '60 s',
  after: '300 s',
  widens: '',
  sessions: 2,
};
const plan = {
  version: 3n,
  changes: [
    { ...change, widens: 'its tokens live longer' },
    { ...change, path: 'owners.new', before: undefined, sessions: 0 },
    { ...change, path: 'owners.old', after: undefined },
  ],
  leftOut: 1,
  widenings: 1,
  sessionsEnding: 1,
};

describe('planText', () => {
  it('marks what comes, goes and changes, and what of it widens', () => {
    const lines = planText(plan).split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      [
        '~ workloads.a.grants.crm.read',
        '60 s → 300 s',
        '2 sessions',
        'widens: its tokens live longer',
      ],
      ['+ owners.new', '300 s'],
      ['- owners.old', '60 s', '2 sessions'],
      ['… and 1 change more'],
      ['4 changes, 1 of them widens; 1 live session would end'],
    ]);
  });

  // breaks when: a cell is printed as it came
  it('lets no control character reach the terminal', () => {
    const hostile = {
      ...change,
      path: 'a\u001b[2Jb',
      before: '\u202e',
      after: '\u0007',
      widens: '\u001b',
    };
    const text = planText({ ...plan, changes: [hostile] });
    for (const character of ['\u001b[2J', '\u202e', '\u0007'])
      expect(text).not.toContain(character);
  });
});

describe('planJson', () => {
  it('says what is not there as null', () => {
    expect(planJson(plan)).toMatchObject({
      version: 3,
      changes: [
        { widens: 'its tokens live longer' },
        { before: null, widens: null },
        { after: null },
      ],
    });
  });
});
