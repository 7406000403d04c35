import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ActionOutcome,
  DecisionDone,
  type ExplainedSession,
  ExplainSessionRequest,
  ExplainSessionResponse,
  RiskLevel,
  SessionState,
  SuggestEnvelopeRequest,
  SuggestEnvelopeResponse,
} from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionIdOf } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';
import { DoubleLine, DoubleOutput } from './double-line.js';
import { suggestEnvelope } from './envelope.js';
import { explain } from './explain.js';

const micros = 1_764_000_000_123_000n;

const message = (name: string, parent?: string): ExplainedSession => ({
  sessionId: wireHandle(sessionIdOf(name)),
  parentId: parent === undefined ? Buffer.alloc(0) : wireHandle(sessionIdOf(parent)),
  workload: name,
  owner: 'support-platform',
  level: RiskLevel.RISK_LEVEL_SUSPEND,
  risk: 0.8499,
  peakRisk: 0.9,
  state: SessionState.SESSION_STATE_SUSPENDED,
  terms: [
    {
      actionIndex: 3,
      atUnixMicros: micros,
      kind: 'pace',
      resource: 'crm',
      action: 'contacts.\u202eexport',
      added: 0.874,
      words: '4.1 standard deviations faster than its own pace',
    },
    {
      actionIndex: 0,
      atUnixMicros: 0n,
      kind: 'origin',
      resource: 'crm',
      action: 'contacts.read',
      added: 0.3,
      words: 'by another client',
    },
  ],
  points: [
    {
      atUnixMicros: micros,
      resource: 'crm',
      action: 'contacts.export',
      outcome: ActionOutcome.ACTION_OUTCOME_REFUSED,
      risk: 0.8499,
    },
  ],
  decisions: [
    {
      atUnixMicros: micros + 1_000n,
      level: RiskLevel.RISK_LEVEL_SUSPEND,
      done: DecisionDone.DECISION_DONE_IMPOSED,
      imposedLevel: RiskLevel.RISK_LEVEL_NARROW,
      risk: 0.8499,
      because: 'automatic suspensions are capped: workload',
      kinds: ['pace', 'chain'],
    },
  ],
  leftOut: 2,
  silentTerms: [
    {
      actionIndex: 4,
      atUnixMicros: micros + 2_000n,
      kind: 'chain',
      resource: 'crm',
      action: 'contacts.export',
      added: 1.25,
      words: 'in shadow: 9.8 bits of surprise',
    },
  ],
});

/** A broker that gives one session a page. */
const line = () =>
  new DoubleLine({
    ExplainSession: (request) => {
      const isFirst = ExplainSessionRequest.decode(request).pageToken === '';
      return ExplainSessionResponse.encode({
        sessions: [isFirst ? message('root') : message('child', 'root')],
        thresholds: [{ level: RiskLevel.RISK_LEVEL_OBSERVE, risk: 0.35 }],
        explainedUnixMicros: micros,
        nextPageToken: isFirst ? 'more' : '',
      }).finish();
    },
  });

const id = sessionIdOf('child');

describe('explain', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'creance-explain-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('asks for every page of the tree, and gives all of it to programs', async () => {
    const [broker, output] = [line(), new DoubleOutput()];
    await explain(broker, { id, o: 'json' }, output);
    expect(broker.asked.map(({ request }) => ExplainSessionRequest.decode(request))).toEqual([
      { sessionId: wireHandle(id), pageToken: '' },
      { sessionId: wireHandle(id), pageToken: 'more' },
    ]);
    expect(output.json).toMatchObject({
      asked: id,
      atMillis: 1_764_000_000_123,
      thresholds: [{ level: 'observe', risk: 0.35 }],
      sessions: [
        { session: sessionIdOf('root'), parent: '', level: 'suspend', state: 'suspended' },
        {
          session: id,
          parent: sessionIdOf('root'),
          terms: [{ index: 3, atMillis: 1_764_000_000_123, added: 0.874 }, { index: 0 }],
          points: [{ outcome: 'refused' }],
          decisions: [{ level: 'suspend', done: 'narrow', kinds: ['pace', 'chain'] }],
          silentTerms: [{ index: 4, kind: 'chain', words: 'in shadow: 9.8 bits of surprise' }],
          leftOut: 2,
        },
      ],
    });
  });

  it('prints the tree, then the evidence in the order of time, and what decided', async () => {
    const output = new DoubleOutput();
    await explain(line(), { id, o: 'table' }, output);
    const [text = ''] = output.results;
    const lines = text.split('\n');
    expect(lines[1]).toMatch(/^root +suspended +suspend +0\.84 +0\.90 +\S+ +support-platform$/);
    expect(lines[2]).toMatch(/^└─ child .* \* +support-platform$/);
    const own = lines.slice(lines.findIndex((each) => each.includes(`child ${id}`)) + 2);
    expect(own[0]).toMatch(/^ +\+0\.30 +origin +crm\.contacts\.read +by another client$/);
    expect(own[1]).toMatch(
      /^16:00:00\.123 +\+0\.87 +pace +crm\.contacts\.\\u\{202e\}export +4\.1 /,
    );
    expect(own[2]).toMatch(
      / 0\.84 +decision +suspend: narrow instead, .* decided by pace and chain$/,
    );
    // breaks when: what only tells stands among what counts
    expect(own[3]).toMatch(/^would also have counted/);
    expect(own[5]).toMatch(/^16:00:00\.125 +\+1\.25 +chain +crm\.contacts\.export +in shadow: /);
    expect(own[6]).toMatch(/^2 .* not shown$/);
  });

  it('says when nothing was seen of the session itself, only of its tree', async () => {
    const [own, other] = [new DoubleOutput(), new DoubleOutput()];
    await explain(line(), { id, o: 'table' }, own);
    expect(own.said).toEqual([]);
    await explain(line(), { id: sessionIdOf('quiet'), o: 'table' }, other);
    expect(other.said.join('')).toContain(`creance session show ${sessionIdOf('quiet')}`);
  });

  it('writes the page to a file that only its owner reads', async () => {
    const [file, output] = [join(folder, 'page.html'), new DoubleOutput()];
    await explain(line(), { id, o: 'table', html: file }, output);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>\n<html lang="en">/);
    // breaks when: the page is written with the mode of any file
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(output.results).toEqual([]);
  });

  it('says why a page cannot be written', async () => {
    const act = explain(line(), { id, o: 'table', html: folder }, new DoubleOutput());
    await expect(act).rejects.toMatchObject({ exitCode: 1 });
  });

  it('asks nobody about an id that is none', async () => {
    const broker = line();
    const act = explain(broker, { id: 'x', o: 'table' }, new DoubleOutput());
    await expect(act).rejects.toMatchObject({ exitCode: 2 });
    expect(broker.asked).toEqual([]);
  });
});

describe('envelope suggest', () => {
  const broker = () =>
    new DoubleLine({
      SuggestEnvelope: (request) => {
        const { workload } = SuggestEnvelopeRequest.decode(request);
        return SuggestEnvelopeResponse.encode({
          yaml: `# ${workload}\npace:\n  burst: 3\n`,
          sessionsLearned: 7,
          actionsLearned: 40,
          unusedResources: ['billing'],
          unusedScopes: ['crm contacts:export'],
        }).finish();
      },
    });

  it('prints the block and nothing else to the results', async () => {
    const output = new DoubleOutput();
    await suggestEnvelope(broker(), { workload: 'triage', o: 'table' }, output);
    expect(output.results).toEqual(['# triage\npace:\n  burst: 3']);
    expect(output.said).toHaveLength(1);
  });

  it('gives programs the same with what it rests on', async () => {
    const output = new DoubleOutput();
    await suggestEnvelope(broker(), { workload: 'triage', o: 'json' }, output);
    expect(output.json).toMatchObject({
      sessionsLearned: 7,
      unusedResources: ['billing'],
      unusedScopes: ['crm contacts:export'],
    });
  });
});
