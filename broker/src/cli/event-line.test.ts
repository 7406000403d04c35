import { type BrokerEvent, SessionKind } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { eventLine, eventValue } from './event-line.js';

const none = Buffer.alloc(0);
const id = Buffer.alloc(16, 1);

function eventOf(what: BrokerEvent['what'], over: Partial<BrokerEvent> = {}): BrokerEvent {
  return {
    number: 1_764_000_000_000_001n,
    atUnixMicros: 1_764_000_000_000_000n,
    cause: 'request-1',
    workload: 'triage',
    owner: 'team',
    sessionId: id,
    rootId: none,
    what,
    ...over,
  };
}

const cut = (reason: string): BrokerEvent['what'] => ({
  $case: 'cut',
  value: { of: 'session', name: 'x', author: 'oncall', reason, sessionsEnded: 3, revision: 7n },
});

describe('eventLine', () => {
  it('says when, what, whose, how much, by whom and why, on one line', () => {
    expect(eventLine(eventOf(cut('looks stolen')))).toBe(
      '2025-11-24T16:00:00.000Z  CUT          triage  (team)  session AQEBAQEBAQEBAQEBAQEBAQ  session x, 3 sessions ended at 7 by oncall: looks stolen',
    );
  });

  const { SESSION_KIND_VERIFIER, SESSION_KIND_WORKLOAD } = SessionKind;
  it.each([
    [SESSION_KIND_VERIFIER, { workload: '', owner: '' }, 'crm  (verifier)'],
    [SESSION_KIND_VERIFIER, { workload: '', owner: 'creance' }, 'crm  (verifier)'],
    [SESSION_KIND_WORKLOAD, { workload: 'triage', owner: 'team' }, 'triage  (team)'],
  ])('has whoever was opened in the place of names, once: %j %j', (kind, over, whose) => {
    const value = { kind, name: over.workload || 'crm', parentId: none };
    expect(eventLine(eventOf({ $case: 'sessionOpened', value }, over))).toBe(
      `2025-11-24T16:00:00.000Z  opened       ${whose}  session AQEBAQEBAQEBAQEBAQEBAQ  a root`,
    );
  });

  it('says from where the time to enforcement is measured: a command measures its own', () => {
    const value = { resource: 'crm', revision: 7n, millis: 12 };
    const [each, all] = [
      eventLine(eventOf({ $case: 'enforced', value })),
      eventLine(
        eventOf({ $case: 'enforcedByAll', value: { verifiers: 1, revision: 7n, millis: 12 } }),
      ),
    ];
    expect(each).toMatch(/crm enforces 7, 12 ms after its commit$/);
    expect(all).toMatch(/1 verifier: all enforce 7, 12 ms after its commit$/);
  });

  it('names the session of a cut once', () => {
    const value = { of: 'session', name: 'AQEBAQEBAQEBAQEBAQEBAQ', author: 'oncall' };
    const rest = { reason: 'looks stolen', sessionsEnded: 1, revision: 7n };
    expect(eventLine(eventOf({ $case: 'cut', value: { ...value, ...rest } }))).toBe(
      '2025-11-24T16:00:00.000Z  CUT          triage  (team)  session AQEBAQEBAQEBAQEBAQEBAQ, 1 session ended at 7 by oncall: looks stolen',
    );
  });

  // breaks when: a word of an event reaches the terminal as it is
  it('lets no control character, line break or direction mark through, wherever it stands', () => {
    const hostile = '\u001b[2J\r\n\u202etxt';
    const line = eventLine(
      eventOf(cut(hostile), { workload: hostile, owner: hostile, cause: hostile }),
    );
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(line).toContain('\\u{1b}[2J\\u{d}\\u{a}\\u{202e}txt');
  });

  it('cuts long words short', () => {
    expect(eventLine(eventOf(cut('x'.repeat(5_000)))).length).toBeLessThan(400);
  });

  it('says that an event of a newer broker is not known here', () => {
    expect(eventLine(eventOf(undefined))).toContain('too old');
  });
});

describe('eventValue', () => {
  it('is plain, with ids as text and numbers as numbers', () => {
    const value = { kind: SessionKind.SESSION_KIND_WORKLOAD, name: 'triage', parentId: none };
    expect(eventValue(eventOf({ $case: 'sessionOpened', value }))).toEqual({
      number: 1_764_000_000_000_001,
      at: '2025-11-24T16:00:00.000Z',
      kind: 'session_opened',
      cause: 'request-1',
      workload: 'triage',
      owner: 'team',
      session: 'AQEBAQEBAQEBAQEBAQEBAQ',
      member: 'workload',
      name: 'triage',
    });
  });
});
