import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BacktestStage, type Line } from '../support/backtest-stage.js';
import { ChainGenerator, ndjson } from '../support/chain-generator.js';

let stage: BacktestStage;
/** What the command says of the generated sessions by the history. */
let told: readonly Line[];

beforeAll(async () => {
  stage = new BacktestStage();
  told = await stage.judge('judged.ndjson');
});

afterAll(() => stage.close());

describe('creance backtest --policy', () => {
  const policy = (more: string) => `apiVersion: creance/v1
owners: { team: { contact: team@example.com } }
resources:
  mail: { audience: 'https://mail.example.internal', scopes: { mail:read: { access: read } } }
workloads:
  mail-agent:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants: [{ resource: mail, scopes: [mail:read] }]
${more}`;

  // breaks when: the envelope of the policy is not given to the engine
  it('holds a workload against the pace that the policy declares, from its first action on', async () => {
    stage.write('policy.yaml', policy('    pace: { systems: [mail] }\n'));
    const mail = stage.judged.filter(({ session }) => session.startsWith('ok-mail-agent'));
    stage.write('mail.ndjson', ndjson(mail));
    const calm = await stage.judge('mail.ndjson');
    const declared = await stage.judge('mail.ndjson', '--policy', 'policy.yaml');
    expect(calm.filter(({ at }) => at['narrow'])).toEqual([]);
    expect(declared.filter(({ at }) => at['narrow'] === null)).toEqual([]);
    expect(declared[0]?.signals[0]?.kind).toBe('declared');
  });

  // Law 11: risk revokes nobody. breaks when: the schema takes the key
  it('takes no policy that would let risk revoke, and revokes nowhere', async () => {
    stage.write('revoking.yaml', policy('    responses: { revokeAtTop: true }\n'));
    const ran = await stage.run(
      ...['--input', 'judged.ndjson', '--policy', 'revoking.yaml', '--output', 'revoking.out'],
    );
    expect(ran.code).toBe(1);
    expect(ran.said).toContain('revoking.yaml:');
    expect(told.filter(({ at }) => at['suspendTree'] !== null)).not.toEqual([]);
    expect(new Set(told.map(({ at }) => at['revoke']))).toEqual(new Set([null]));
  });

  it('says in which mode a workload is, and what would have been', async () => {
    stage.write('shadow.yaml', policy('    responses: { mode: shadow }\n'));
    const lines = await stage.judge('judged.ndjson', '--policy', 'shadow.yaml');
    const modes = (of: string) =>
      new Set(lines.filter(({ session }) => session.includes(of)).map(({ mode }) => mode));
    expect(modes('mail-agent')).toEqual(new Set(['shadow']));
    expect(lines.map(({ at }) => at)).toEqual(told.map(({ at }) => at));
    expect(new Set(told.map(({ mode }) => mode))).toEqual(new Set(['enforce']));
  });

  it('names file and place of what is wrong with a policy', async () => {
    stage.write('wrong.yaml', policy('    pace: { systems: [nowhere] }\n'));
    const ran = await stage.run(
      ...['--input', 'judged.ndjson', '--policy', 'wrong.yaml', '--output', 'wrong.out'],
    );
    expect(ran.code).toBe(1);
    expect(ran.said).toContain('wrong.yaml:');
    expect(existsSync(stage.path('wrong.out'))).toBe(false);
  });
});

describe('creance backtest --format incident', () => {
  const events = (seed: number) => {
    const chains = new ChainGenerator(seed);
    const before = Array.from({ length: 12 }, () => chains.benign('mail-agent')).flat();
    const theft = chains.theft('mail-agent', 'script', 'other');
    return [...before, ...theft].map(({ label, attack_kind, session, dataset, ...event }) => {
      return { ...event, who: label === 'attack' ? 'attacker' : 'owner', destination: null };
    });
  };
  const incident = (label: string, of: readonly object[]) =>
    JSON.stringify({ id: `made-up-${label}`, label, events: of }, undefined, 1);

  // breaks when: what comes before the first attacker's event is stage.judged, or forms no profile
  it('learns what is before the attacker, and counts events of the whole file', async () => {
    const all = events(3);
    const first = all.findIndex(({ who }) => who === 'attacker');
    stage.write('incident.json.gz', gzipSync(incident('attack', all)));
    const ran = await stage.run(
      ...['--format', 'incident', '--input', 'incident.json.gz', '--output', 'incident.out'],
    );
    expect(ran).toMatchObject({ code: 0 });
    const [line] = stage.linesOf('incident.out');
    expect(line).toMatchObject({ session: 'made-up-attack', label: 'attack', attackEvents: 8 });
    expect(line?.events).toBe(all.length - first);
    expect(line?.at['narrow']?.event).toBeGreaterThanOrEqual(first);
    expect(line?.at['narrow']?.event).toBeLessThan(first + 4);
    expect(line?.at['suspend']).not.toBeNull();
  });

  it('plays a control as one whose first half is known, and does not suspend it', async () => {
    const calm = events(4).filter(({ who }) => who === 'owner');
    stage.write('control.json', incident('benign', calm));
    const input = ['--format', 'incident', '--input', 'control.json'];
    await stage.run(...input, '--output', 'control.out');
    const [line] = stage.linesOf('control.out');
    expect(line).toMatchObject({ label: 'benign', attackKind: null, attackEvents: 0 });
    expect(line?.events).toBe(Math.ceil(calm.length / 2));
    expect(line?.at['suspend']).toBeNull();
  });
});

describe('creance backtest with files that are wrong', () => {
  it.each([
    ['a line that is not JSON', '{"session":', /bad\.ndjson:2: not JSON/],
    ['a line that is no object', '[]', /bad\.ndjson:2: not an object/],
    [
      'a field that is missing',
      '{"session":"s","actor":"a","action":"b"}',
      /:2: system: is missing/,
    ],
    ['a field of another type', '{"session":"s","actor":7}', /:2: actor: must be text/],
    ['a line without an end', 'x'.repeat(300_000), /:2: longer than/],
  ])('says file, line and what: %s', async (_name, line, words) => {
    stage.write('bad.ndjson', `${ndjson(stage.judged.slice(0, 1))}${line}\n`);
    stage.write('bad.out', 'what was there before');
    const ran = await stage.run('--input', 'judged.ndjson', 'bad.ndjson', '--output', 'bad.out');
    expect(ran.code).toBe(1);
    expect(ran.said).toMatch(words);
    expect(readFileSync(stage.path('bad.out'), 'utf8')).toBe('what was there before');
    expect(readdirSync(stage.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('names a file that is not there, and a gzip file that is cut off', async () => {
    const missing = await stage.run('--input', 'nowhere.ndjson', '--output', 'none.out');
    expect(missing).toMatchObject({ code: 1, said: expect.stringContaining('nowhere.ndjson') });
    const whole = gzipSync(ndjson(stage.judged));
    stage.write('cut.ndjson.gz', whole.subarray(0, Math.floor(whole.length / 2)));
    const cut = await stage.run('--input', 'cut.ndjson.gz', '--output', 'none.out');
    expect(cut).toMatchObject({ code: 1, said: expect.stringContaining('cut.ndjson.gz') });
    expect(existsSync(stage.path('none.out'))).toBe(false);
  });

  // breaks when: an absurd time makes an attacker's pace unknown, or a long name passes for a known one
  it('folds what is absurd, and is not calmer for it', async () => {
    const absurd = stage.judged.map((event, nth) => {
      if (event.label === 'benign') return event;
      const t_ms = [null, -1, 1e300, 0][nth % 4];
      return { ...event, t_ms, action: `${event.action}\u0000${'x'.repeat(10_240)}` };
    });
    stage.write('absurd.ndjson', ndjson(absurd));
    const lines = await stage.judge('absurd.ndjson');
    const suspended = (all: readonly Line[]) =>
      all.filter(({ label, at }) => label === 'attack' && at['suspend'] !== null).length;
    expect(suspended(lines)).toBeGreaterThanOrEqual(suspended(told));
    const risks = lines.map(({ maxRisk }) => maxRisk);
    expect(risks.every((risk) => risk >= 0 && risk <= 1)).toBe(true);
  });

  it('writes nothing into a folder that is not there', async () => {
    const ran = await stage.run('--input', 'judged.ndjson', '--output', 'nowhere/lines.out');
    expect(ran.code).toBe(1);
    expect(ran.said).toContain('nowhere/lines.out');
  });
});
