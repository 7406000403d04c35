import { describe, expect, it } from 'vitest';
import { responsesOf } from '../../doubles/registries.js';
import { Backtest } from './backtest.js';
import type { Declared } from './played.js';
import type { RecordedEvent } from './recorded.js';
import { type RecordedSession, sessionOf } from './recorded-session.js';

const day = 86_400_000;
const start = 20_000 * day;
/** Steps of the owner before a thief's. */
const ownSteps = 5;
const ways = ['read_mail', 'read_contact', 'draft_reply'];

interface Work {
  readonly id?: string;
  readonly label?: string;
  readonly at?: number | undefined;
  readonly steps?: readonly (readonly [string, string])[];
  readonly fields?: Partial<RecordedEvent>;
  /** Event from which on the fields count. */
  readonly from?: number;
}

/** A session of a workload that goes through its ways at its pace, or of other steps, the later ones fast. */
function work({ id = 's', label = 'benign', at = start, ...more }: Work = {}): RecordedSession {
  const { fields, from = 0 } = more;
  const own = Array.from({ length: 12 }, (_, nth) => ['mail', ways[nth % 3] ?? ''] as const);
  const steps = more.steps ?? own;
  const millis = (nth: number) =>
    more.steps === undefined || nth < ownSteps
      ? nth * 4_000 + ((nth * 731) % 1_000)
      : ownSteps * 4_000 + (nth - ownSteps) * 200;
  return sessionOf(
    steps.map(([system, action], nth) => ({
      dataset: 'd',
      session: id,
      label,
      actor: 'w',
      system,
      action,
      t_ms: at + millis(nth),
      ...(nth >= from ? fields : {}),
    })),
  );
}

function learned(...sessions: readonly RecordedSession[]): Backtest {
  const backtest = new Backtest();
  for (const session of sessions) backtest.learn(session);
  return backtest;
}

const calm = Array.from({ length: 10 }, (_, nth) => work({ id: `h${nth}`, at: start + nth * day }));
const thiefSteps = [
  ...Array.from({ length: ownSteps }, () => ['mail', 'read_mail'] as const),
  ...['vault', 'iam', 'crm', 'storage', 'payments'].map(
    (system) => [system, `create_${system}_key`] as const,
  ),
];
const theft = { id: 'thief', at: start + 11 * day, steps: thiefSteps };
const thief = work(theft);

describe('Backtest', () => {
  it('finds calm what it has learned, and what it has not a risk', () => {
    const backtest = learned(...calm);
    expect(backtest.judge(work({ at: start + 11 * day })).maxRisk).toBeLessThan(0.1);
    expect(backtest.judge(thief).maxRisk).toBeGreaterThan(0.5);
  });

  // breaks when: judging teaches
  it('learns nothing from what it judges', () => {
    const backtest = learned(...calm);
    const first = backtest.judge(thief);
    for (let nth = 0; nth < 5; nth += 1) expect(backtest.judge(thief)).toEqual(first);
  });

  it('learns nothing from a session that is labelled attack', () => {
    const attack = work({ label: 'attack', steps: [['vault', 'create_vault_key']] });
    expect(learned(...calm, attack).judge(thief)).toEqual(learned(...calm).judge(thief));
  });

  // breaks when: what an incident begins with is kept for the next one
  it('knows the beginning of an incident in that incident only', () => {
    const backtest = learned();
    const before = calm.flatMap(({ actions }) => actions);
    const own = work({ at: start + 11 * day });
    const apart = backtest.judge(own).maxRisk;
    expect(backtest.judge({ ...own, before }).maxRisk).toBeLessThan(apart + 1e-9);
    const known = backtest.judge({ ...thief, before });
    expect(known.maxRisk).not.toBe(backtest.judge(thief).maxRisk);
    expect(backtest.judge({ ...thief, before })).toEqual(known);
    expect(backtest.judge(own).maxRisk).toBe(apart);
  });

  // breaks when: sessions without a date count as of 1970
  it('forgets nothing of sessions without a date when dated ones follow', () => {
    const undated = calm.map((_, nth) => work({ id: `u${nth}`, fields: { t_ms: null } }));
    const backtest = learned(...undated, work({ steps: [['mail', 'read_mail']] }));
    const fresh = learned(...calm.map((_, nth) => work({ id: `u${nth}` })));
    const { maxRisk } = backtest.judge(work({ at: start + day, fields: { t_ms: null } }));
    expect(maxRisk).toBeLessThan(0.1);
    expect(backtest.judge(thief).maxRisk).toBeGreaterThan(0.9 * fresh.judge(thief).maxRisk);
  });

  // breaks when: what was learned fades by the date of a single session
  it('does not let one odd date make everything fade', () => {
    const odd = work({ id: 'odd', at: start + 20_000 * day });
    const [with_, without] = [learned(...calm, odd, ...calm), learned(...calm, ...calm, work())];
    const risks = [with_, without].map((backtest) => backtest.judge(thief).maxRisk);
    expect(risks[0]).toBeCloseTo(risks[1] ?? 0, 1);
  });
});

describe('Backtest with the modes of a policy', () => {
  function judgedBy(responses: Declared['responses']) {
    const declared = { class: 'agent', pace: undefined, responses } as const;
    const backtest = new Backtest(() => declared);
    for (const session of calm) backtest.learn(session);
    return backtest.judge(thief);
  }
  const enforced = judgedBy(responsesOf());

  it.each(['shadow', 'alert'] as const)(
    'gives the levels that would have been for a workload in %s, and says the mode',
    (mode) => {
      expect(judgedBy(responsesOf({ mode }))).toEqual({ ...enforced, mode });
      expect(enforced).toMatchObject({ mode: 'enforce', at: { revoke: null } });
      expect(enforced.at.narrow).not.toBeNull();
    },
  );

  // breaks when: the envelope of a session that is judged has no silent rules
  it.each(['shadow', 'alert'] as const)('lets a rule that is named in %s add nothing', (mode) => {
    const rules = new Map([['chain', mode]] as const);
    const verdict = judgedBy(responsesOf({ rules }));
    const kinds = (of: typeof verdict) => of.signals.map(({ kind }) => kind);
    expect(kinds(enforced)).toContain('chain');
    expect(kinds(verdict)).not.toContain('chain');
    expect(verdict.maxRisk).toBeLessThan(enforced.maxRisk);
  });

  // breaks when: history teaches without the rules that are silent: then nothing of them passes for calm
  it('learns the same whatever is silent', () => {
    const rules = new Map([['chain', 'shadow']] as const);
    const declared = (responses: Declared['responses']): Declared => {
      return { class: 'agent', pace: undefined, responses };
    };
    const wandering = Array.from({ length: 30 }, (_, nth) => {
      const own = Array.from({ length: 12 }, (_one, at) => ['mail', ways[at % 3] ?? ''] as const);
      const odd = ['mail', `label_${nth}`] as const;
      return work({ id: `w${nth}`, at: start + nth * 60_000, steps: [...own, odd] });
    });
    const verdicts = [responsesOf(), responsesOf({ rules })].map((while_) => {
      let now = declared(while_);
      const backtest = new Backtest(() => now);
      for (const session of wandering) backtest.learn(session);
      now = declared(responsesOf());
      return backtest.judge(thief);
    });
    expect(verdicts[1]).toEqual(verdicts[0]);
  });
});

describe('Backtest with hostile history', () => {
  const hostile: readonly [string, Partial<RecordedEvent>][] = [
    ['times before 1970', { t_ms: -1 }],
    ['times that are no number', { t_ms: Number.NaN }],
    ['times without an end', { t_ms: Number.POSITIVE_INFINITY }],
    ['times of the year 275760', { t_ms: 8.64e15 }],
    ['no times', { t_ms: null }],
    ['all at one time', { t_ms: start + 11 * day }],
    ['a sensitivity of the prototype', { sensitivity: 'constructor' }],
    ['control characters', { user_agent: '\u0000\u001b[2J\u202e' }],
  ];

  // breaks when: a time that cannot be makes the gap before it unknown, or the risk no number
  it.each(hostile)('still narrows a thief for %s', (_name, fields) => {
    const spoilt = work({ ...theft, fields, from: ownSteps });
    const backtest = learned(...calm);
    const { maxRisk, at } = backtest.judge(spoilt);
    expect(Number.isFinite(maxRisk)).toBe(true);
    // Without times there is no pace: what is left of him is narrowed and not suspended.
    expect(at.narrow).not.toBeNull();
  });

  it('takes names of 10 KB and control characters for as new as any', () => {
    const backtest = learned(...calm);
    const long = 'read_mail'.padEnd(10_240, '\u0007');
    const odd = work({ at: start + 11 * day, steps: ways.map((way) => ['mail', `${way}${long}`]) });
    expect(backtest.judge(odd).maxRisk).toBeGreaterThan(backtest.judge(work()).maxRisk);
  });

  it('stands thousands of systems and actors in one session, and is not calmer for them', () => {
    const hits = new Set<string>();
    const backtest = new Backtest(undefined, (name) => hits.add(name));
    for (const session of calm) backtest.learn(session);
    const many = Array.from({ length: 10_000 }, (_, nth) => [`s${nth}`, 'list_all'] as const);
    const flood = work({ at: start + 11 * day, steps: [...thiefSteps, ...many] });
    const verdict = backtest.judge(flood);
    expect(verdict.maxRisk).toBeGreaterThanOrEqual(backtest.judge(thief).maxRisk);
    expect(hits).toContain('watchActions');
    const crowd = sessionOf(
      Array.from({ length: 2_000 }, (_, nth) => {
        const what = { dataset: 'd', session: 'c', label: 'benign', system: 's', action: 'a' };
        return { ...what, actor: `w${nth}`, t_ms: start + nth };
      }),
    );
    expect(Number.isFinite(backtest.judge(crowd).maxRisk)).toBe(true);
  });
});
