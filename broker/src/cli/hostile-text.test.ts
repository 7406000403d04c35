import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListVerifiersResponse } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { thumbprintOfName } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { listVersions, rollback } from './apply.js';
import { answers, hostile, id, manifestText } from './double-hostile.js';
import { DoubleLine, DoubleOutput } from './double-line.js';
import { suggestEnvelope } from './envelope.js';
import { explainId } from './explain.js';
import { resume } from './hold.js';
import { createJoinToken } from './join-token.js';
import { compromiseKey, listKeys } from './keys.js';
import { listSessions, listVerifiers } from './lists.js';
import { type Format, formats, guarded, type Output } from './output.js';
import { plan } from './plan.js';
import { showSession } from './show-session.js';
import { sessionTree } from './tree.js';
import { listWorkloads, showWorkload } from './workloads.js';

const listing = { limit: 10 };
const why = { reason: 'a test', waitSeconds: 0 };
const change = { data: './creance-data', prune: true, yes: true, reason: 'a test' };

type Run = (line: OperatorLine, output: Output, o: Format) => Promise<void>;

/** Every command that prints what a broker says. */
const rows: readonly (readonly [string, Run])[] = [
  ['session ls', (line, to, o) => listSessions(line, { ...listing, o }, to)],
  ['session tree', (line, to, o) => sessionTree(line, { ...listing, id: undefined, o }, to)],
  ['session show', (line, to, o) => showSession(line, { id, o }, to)],
  ['workload ls', (line, to, o) => listWorkloads(line, { o }, to)],
  ['workload show', (line, to, o) => showWorkload(line, { name: 'triage', o }, to)],
  ['explain of a session', (line, to, o) => explainId(line, { id, o }, to)],
  ['explain of a request', (line, to, o) => explainId(line, { id: `${id}.7`, o }, to)],
  ['keys ls', (line, to, o) => listKeys(line, { o }, to)],
  [
    'keys compromise',
    (line, to, o) => compromiseKey(line, { ...why, keyId: thumbprintOfName(1), o }, to),
  ],
  ['envelope suggest', (line, to, o) => suggestEnvelope(line, { workload: 'triage', o }, to)],
  ['rollback --list', (line, to, o) => listVersions(line, { o }, to)],
  ['rollback', (line, to, o) => rollback(line, { ...change, version: '1', o }, to)],
  [
    'join-token create',
    (line, to) => createJoinToken(line, { workload: 'a', uses: 1, seconds: 60, network: [] }, to),
  ],
];

/** Characters that do something to a terminal, or to whoever reads it. Line ends are counted apart. */
const doing = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const cases = rows.flatMap(([name, run]) => formats.map((o) => [name, o, run] as const));

describe('text from elsewhere', () => {
  // breaks when: a command prints a name, a reason or a task as it came
  it.each(cases)('of %s with -o %s does nothing to a terminal', async (name, o, run) => {
    const output = new DoubleOutput();
    await run(new DoubleLine(answers), guarded(output), o);
    const printed = [...output.results, ...output.said].join('\n');
    expect(printed.length).toBeGreaterThan(1);
    expect(printed).not.toMatch(doing);
    // What the broker writes in YAML, and a secret that is shown once, have lines of their own.
    if (!['envelope suggest', 'join-token create'].includes(name))
      expect(printed).not.toMatch(/^forged/m);
  });

  it('keeps its meaning for programs', async () => {
    const output = new DoubleOutput();
    await showSession(new DoubleLine(answers), { id, o: 'json' }, guarded(output));
    expect(output.json).toMatchObject({
      contact: hostile,
      cause: { reason: hostile },
      mayAsk: [{ resource: hostile, scopes: [hostile] }],
    });
  });

  it('of a plan that drifts does nothing either', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'creance-'));
    const file = join(folder, 'creance.yaml');
    writeFileSync(file, manifestText);
    const output = new DoubleOutput();
    const planned = plan(new DoubleLine(answers), { file, data: '.', o: 'table' }, guarded(output));
    await expect(planned).rejects.toMatchObject({ exitCode: 2 });
    rmSync(folder, { recursive: true });
    expect(output.results.join('')).not.toMatch(doing);
    expect(output.results.join('')).not.toMatch(/^forged/m);
  });

  it.each([
    ['a refusal', { reason: 'session_ended', requestId: hostile }],
    ['a broker that is away', {}],
  ])('of %s does nothing either', async (_name, facts) => {
    const line = new DoubleLine({
      Resume: () => {
        throw Object.assign(new Error(hostile), facts);
      },
    });
    const act = resume(line, { session: id, reason: 'a test', o: 'table' }, new DoubleOutput());
    const message = await act.then(String, (fault: Error) => fault.message);
    expect(message).toContain('u{202e}');
    expect(message).not.toMatch(doing);
    expect(message).not.toContain('\n');
  });

  it('leaves our own colours and lines as they are', () => {
    const output = new DoubleOutput();
    guarded(output).result('\u001b[1mbold\u001b[22m\nnext\u001b[2J\u001b[H');
    expect(output.results).toEqual(['\u001b[1mbold\u001b[22m\nnext\\u{1b}[2J\\u{1b}[H']);
  });
});

it('names of verifiers do nothing', async () => {
  const reply = {
    verifiers: [{ sessionId: wireHandle(id), resource: hostile, acknowledgedRevision: 1n }],
    revision: 1n,
    nowUnixMicros: 0n,
    clockOffMillis: 0n,
  };
  const line = { call: async () => ListVerifiersResponse.encode(reply).finish(), close() {} };
  for (const o of formats) {
    const output = new DoubleOutput();
    await listVerifiers(line, { o }, guarded(output));
    expect(output.results.join('')).not.toMatch(doing);
  }
});
