import {
  ActionOutcome,
  DecisionDone,
  ExplainSessionRequest,
  ExplainSessionResponse,
  RiskLevel,
  SessionState,
} from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import type { ExplainedSession } from '../commands/explain-session.js';
import { limits } from '../domain/limits.js';
import { sessionIdOf } from '../doubles/ids.js';
import { openedAt, sessionOf } from '../doubles/sessions.js';
import { wireHandle } from './convert.js';
import { readExplainSession, writeExplainSession } from './convert-explain.js';
import { bytesOf, faultsOf } from './double-messages.js';

const explained = (name: string, parts: Partial<ExplainedSession> = {}): ExplainedSession => ({
  session: sessionOf(name),
  owner: 'support-platform',
  level: 'narrow',
  risk: 0.6,
  peak: 0.7,
  terms: [],
  silentTerms: [],
  points: [],
  decisions: [],
  ...parts,
});

const written = (...sessions: readonly ExplainedSession[]) => {
  const bytes = writeExplainSession({ sessions, at: openedAt });
  return { bytes, reply: ExplainSessionResponse.decode(bytes) };
};

/** A name as long as a report may have one, in characters of four bytes. */
const longName = '😀'.repeat(64);

/** As much as is kept of a session at most. */
const fullSession = (name: string): ExplainedSession => {
  const place = { resource: 'r'.repeat(64), action: longName };
  return explained(name, {
    points: Array.from({ length: 128 }, (_, at) => {
      return { ...place, atMillis: 1_000 + at, outcome: 'allowed' as const, risk: 0.5 };
    }),
    terms: Array.from({ length: 64 }, (_, at) => {
      const added = ((at * 7) % 64) + 1;
      return {
        ...place,
        at,
        atMillis: 1_000,
        kind: 'chain' as const,
        added,
        words: longName.repeat(3),
      };
    }),
  });
};

describe('readExplainSession', () => {
  const ask = (sessionId: Buffer, pageToken = '') =>
    readExplainSession(bytesOf(ExplainSessionRequest, { sessionId, pageToken }));

  it('reads a session and its own page token', () => {
    const [id, after] = [sessionIdOf(1), sessionIdOf(2)];
    expect(ask(wireHandle(id))).toEqual({ ok: true, value: { session: id, after: undefined } });
    expect(ask(wireHandle(id), after)).toMatchObject({ value: { session: id, after } });
  });

  it.each([
    ['no session', Buffer.alloc(0), '', 'session_id'],
    ['15 bytes', Buffer.alloc(15, 1), '', 'session_id'],
    ['a page token of somebody else', Buffer.alloc(16, 1), 'x', 'page_token'],
  ])('refuses %s', (_name, sessionId, pageToken, field) => {
    expect(faultsOf(ask(sessionId, pageToken))).toEqual(['request_malformed', field]);
  });
});

describe('writeExplainSession', () => {
  it('writes levels, times, outcomes and what came of decisions', () => {
    const decision = {
      atMillis: 1.5,
      level: 'suspend',
      risk: 0.8,
      because: undefined,
      kinds: ['pace'],
    } as const;
    const { reply } = written(
      explained('root', {
        session: sessionOf('root', { suspendedAt: 7 as never }),
        terms: [
          {
            at: 3,
            atMillis: undefined,
            kind: 'pace',
            resource: 'crm',
            action: 'a',
            added: 1,
            words: 'w',
          },
        ],
        points: [
          { atMillis: 1_000.0004, resource: 'crm', action: 'a', outcome: 'refused', risk: 0.6 },
        ],
        decisions: [
          { ...decision, done: 'narrow' },
          { ...decision, done: 'alert' },
          { ...decision, done: 'would have' },
        ],
      }),
    );
    const [session] = reply.sessions;
    expect(session).toMatchObject({
      workload: 'support-triage',
      level: RiskLevel.RISK_LEVEL_NARROW,
      state: SessionState.SESSION_STATE_SUSPENDED,
      terms: [{ actionIndex: 3, atUnixMicros: 0n }],
      points: [{ atUnixMicros: 1_000_000n, outcome: ActionOutcome.ACTION_OUTCOME_REFUSED }],
    });
    expect(session?.decisions.map(({ done, imposedLevel }) => [done, imposedLevel])).toEqual([
      [DecisionDone.DECISION_DONE_IMPOSED, RiskLevel.RISK_LEVEL_NARROW],
      [DecisionDone.DECISION_DONE_ALERT, RiskLevel.RISK_LEVEL_UNSPECIFIED],
      [DecisionDone.DECISION_DONE_WOULD_HAVE, RiskLevel.RISK_LEVEL_UNSPECIFIED],
    ]);
  });

  it('names the thresholds, the mildest first', () => {
    expect(written(explained('root')).reply.thresholds).toEqual([
      { level: RiskLevel.RISK_LEVEL_OBSERVE, risk: 0.35 },
      { level: RiskLevel.RISK_LEVEL_NARROW, risk: 0.55 },
      { level: RiskLevel.RISK_LEVEL_SUSPEND, risk: 0.8 },
      { level: RiskLevel.RISK_LEVEL_SUSPEND_TREE, risk: 0.95 },
    ]);
  });

  // breaks when: a session is written whole whatever it holds: its operator's client then refuses the reply
  it('fits a session with all that can be kept into one message, the strongest and latest of it', () => {
    const full = fullSession('root');
    const { bytes, reply } = written(full);
    expect(bytes.length).toBeLessThanOrEqual(limits.messageBytes);
    const [session] = reply.sessions;
    const kept = (session?.terms.length ?? 0) + (session?.points.length ?? 0);
    expect(session?.leftOut).toBe(192 - kept);
    expect(session?.points.at(-1)?.atUnixMicros).toBe(1_127_000n);
    expect(session?.terms.some(({ added }) => added === 64)).toBe(true);
    expect(reply.nextPageToken).toBe('');
  });

  // breaks when: what counts is left out while something that only tells is still there
  it('leaves out what only tells before anything that counts, the weakest first', () => {
    const full = fullSession('root');
    const silentTerms = full.terms.map((term) => ({ ...term, mode: 'alert' as const }));
    const { bytes, reply } = written({ ...full, terms: [], silentTerms });
    expect(bytes.length).toBeLessThanOrEqual(limits.messageBytes);
    const [alone] = reply.sessions;
    expect(alone?.points.length).toBe(128);
    expect(alone?.silentTerms.length).toBe(64 - (alone?.leftOut ?? 0));
    expect(alone?.silentTerms.map(({ added }) => added)).toContain(64);
    expect(alone?.silentTerms[0]?.words).toMatch(/^in alert: /);
    const both = written({ ...full, silentTerms }).reply.sessions[0];
    const without = written(full).reply.sessions[0];
    expect(both).toEqual({ ...without, leftOut: (without?.leftOut ?? 0) + 64 });
  });

  it('gives every session once, page by page, however much each holds', () => {
    const all = Array.from({ length: 9 }, (_, at) =>
      at % 3 === 0 ? fullSession(`s${at}`) : explained(`s${at}`),
    );
    const seen: string[] = [];
    let from = 0;
    do {
      const { bytes, reply } = written(...all.slice(from));
      expect(bytes.length).toBeLessThanOrEqual(limits.messageBytes);
      expect(reply.sessions.length).toBeGreaterThan(0);
      seen.push(...reply.sessions.map(({ sessionId }) => sessionId.toString('hex')));
      from = all.findIndex(({ session }) => session.id === reply.nextPageToken) + 1;
    } while (from > 0);
    expect(seen).toEqual(all.map(({ session }) => wireHandle(session.id).toString('hex')));
  });
});
