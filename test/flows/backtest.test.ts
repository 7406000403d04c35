import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BacktestStage, type Line, ownerActions } from '../support/backtest-stage.js';
import { bySession, ndjson } from '../support/chain-generator.js';

let stage: BacktestStage;
/** What the command says of the generated sessions by the history. */
let told: readonly Line[];

beforeAll(async () => {
  stage = new BacktestStage();
  told = await stage.judge('judged.ndjson');
});

afterAll(() => stage.close());

describe('creance backtest', () => {
  it('writes one line a session with every field, and needs no broker', () => {
    const lines = told;
    const sessions = bySession(stage.judged);
    expect(lines.map(({ session }) => session)).toEqual([...sessions.keys()]);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual([
        'session',
        'dataset',
        'label',
        'attackKind',
        'events',
        'attackEvents',
        'maxRisk',
        'finalLevel',
        'at',
        'signals',
        'mode',
      ]);
      expect(Object.keys(line.at)).toEqual([
        'observe',
        'narrow',
        'suspend',
        'suspendTree',
        'revoke',
      ]);
      const events = sessions.get(line.session) ?? [];
      expect(line.events).toBe(events.length);
      expect(line.attackEvents).toBe(events.filter(({ label }) => label === 'attack').length);
      expect(line.maxRisk).toBeGreaterThanOrEqual(0);
      expect(line.maxRisk).toBeLessThanOrEqual(1);
      expect(line.signals.length).toBeLessThanOrEqual(5);
      for (const reached of Object.values(line.at)) {
        if (reached === null) continue;
        expect(reached.event).toBeLessThan(events.length);
        const of = reached.event - ownerActions;
        expect(reached.attackEvent).toBe(line.label === 'attack' && of >= 0 ? of : null);
      }
    }
  });

  // breaks when: pace counts whatever the workload's own is, or new origins count nothing
  it('suspends thieves at inhuman speed and from elsewhere, and leaves batches alone', () => {
    const lines = told;
    const batches = lines.filter(({ session }) => session.startsWith('ok-nightly-load'));
    expect(batches).toHaveLength(40);
    expect(batches.filter(({ at }) => at['narrow'] !== null)).toEqual([]);
    const benign = lines.filter(({ label }) => label === 'benign');
    expect(benign.filter(({ at }) => at['suspend'] !== null)).toEqual([]);
    const inhuman = lines.filter(
      ({ session, attackKind }) =>
        /theft-(mail|console)/.test(session) && /^(burst|script)_/.test(attackKind ?? ''),
    );
    expect(inhuman).toHaveLength(8);
    expect(inhuman.filter(({ at }) => at['suspend'] === null)).toEqual([]);
    const elsewhere = lines.filter(({ attackKind }) => attackKind?.endsWith('_other'));
    expect(elsewhere).toHaveLength(12);
    expect(elsewhere.filter(({ at }) => at['suspend'] === null)).toEqual([]);
  });

  it('tells the evidence of each session in words, strongest first, by the event that it is of', () => {
    const [theft] = told.filter(({ attackKind }) => attackKind === 'burst_other');
    const signals = theft?.signals ?? [];
    expect(signals.length).toBe(5);
    const added = signals.map((signal) => signal.added);
    expect(added).toEqual(added.toSorted((one, other) => other - one));
    expect(signals.every(({ event, words }) => event >= ownerActions && words !== '')).toBe(true);
    expect(signals.map(({ kind }) => kind)).toContain('origin');
  });

  // breaks when: a score reads label, attack_kind, or what a session is called
  it('scores the same whatever labels, kinds and names of sessions say', async () => {
    const renamed = new Map<string, string>();
    const relabelled = stage.judged.map((event) => {
      const session = renamed.get(event.session) ?? `s${renamed.size}`;
      renamed.set(event.session, session);
      return { ...event, session, label: 'unknown', attack_kind: 'nothing' };
    });
    stage.write('relabelled.ndjson', ndjson(relabelled));
    const scores = (lines: readonly Line[]) =>
      lines.map(({ maxRisk, finalLevel, signals }) => ({ maxRisk, finalLevel, signals }));
    expect(scores(await stage.judge('relabelled.ndjson'))).toEqual(scores(told));
  });

  it('scores each session the same in any order and company', async () => {
    const groups = [...bySession(stage.judged).values()].toReversed();
    stage.write('reversed.ndjson', ndjson(groups.flat()));
    expect((await stage.judge('reversed.ndjson')).toReversed()).toEqual(told);
  });

  it('reads gzip as plain, several files of each kind, and sessions that overlap', async () => {
    const half = Math.floor(stage.history.length / 2);
    const boundary = stage.history.findIndex(
      ({ session }) => session === stage.history[half]?.session,
    );
    stage.write('first.ndjson.gz', gzipSync(ndjson(stage.history.slice(0, boundary))));
    stage.write('second.ndjson', ndjson(stage.history.slice(boundary)));
    stage.write(
      'judged-by-time.ndjson.gz',
      gzipSync(ndjson(stage.judged.toSorted((a, b) => a.t_ms - b.t_ms))),
    );
    const profile = ['--profile', 'first.ndjson.gz', 'second.ndjson'];
    const input = ['--input', 'judged-by-time.ndjson.gz'];
    expect(await stage.run(...profile, ...input, '--output', 'zipped.out')).toMatchObject({
      code: 0,
    });
    const byName = (lines: readonly Line[]) =>
      lines.toSorted((a, b) => (a.session < b.session ? -1 : 1));
    expect(byName(stage.linesOf('zipped.out'))).toEqual(byName(told));
  });

  // breaks when: sessions labelled attack are learned from
  it('learns nothing from sessions that are labelled attack', async () => {
    const thefts = stage.judged.filter(({ session }) => session.startsWith('theft'));
    stage.write('thefts.ndjson', ndjson(thefts));
    const profile = ['--profile', 'history.ndjson', 'thefts.ndjson'];
    await stage.run(...profile, '--input', 'judged.ndjson', '--output', 'with-thefts.out');
    expect(stage.linesOf('with-thefts.out')).toEqual(told);
  });
});

describe('creance backtest --summary', () => {
  it('counts what the lines say', async () => {
    const ran = await stage.run(
      ...['--profile', 'history.ndjson', '--input', 'judged.ndjson', '--output', 'summed.out'],
      ...['--summary', '-o', 'json'],
    );
    const { rows, remarks } = JSON.parse(ran.printed) as {
      readonly rows: readonly Record<string, unknown>[];
      readonly remarks: readonly string[];
    };
    const lines = stage.linesOf('summed.out');
    const risks = (label: string) =>
      lines.filter((line) => line.label === label).map(({ maxRisk }) => maxRisk);
    const [benign, attacks] = [risks('benign'), risks('attack')];
    const wins = attacks.flatMap((attack) =>
      benign.map((calm) => (attack > calm ? 1 : attack === calm ? 0.5 : 0)),
    );
    const area = wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
    const second = benign.toSorted((a, b) => b - a)[1] ?? 0;
    expect(rows[0]).toMatchObject({
      dataset: 'generated',
      benign: 120,
      attacks: 24,
      truePositivesAt1: attacks.filter((risk) => risk > second).length / 24,
      falseSuspensionsPer1000: 0,
      attacksSuspended: lines.filter(({ label, at }) => label === 'attack' && at['suspend']).length,
    });
    expect(rows[0]?.['areaUnderCurve']).toBeCloseTo(area, 12);
    expect(rows).toHaveLength(9);
    expect(remarks).toEqual([]);
  });

  it('says in a sentence what a dataset of one kind cannot tell', async () => {
    stage.write(
      'calm.ndjson',
      ndjson(stage.judged.filter(({ session }) => session.startsWith('ok'))),
    );
    const ran = await stage.run('--input', 'calm.ndjson', '--output', 'calm.out', '--summary');
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.printed).toMatch(/^dataset +attack +benign/);
    expect(ran.printed).toMatch(/generated holds no attack/);
  });
});
