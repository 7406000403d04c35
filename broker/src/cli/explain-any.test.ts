import { stripVTControlCharacters } from 'node:util';
import { type Reason, reasons } from '@creance/proto';
import {
  ExplainRefusalRequest,
  ExplainRefusalResponse,
  GetSessionResponse,
  SessionCause,
  SessionKind,
  SessionState,
  SessionSummary,
} from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { sessionIdOf } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';
import { DoubleLine, DoubleOutput } from './double-line.js';
import { explainAny, explainId } from './explain.js';
import { packageCodes } from './gen/package-codes.js';

const id = sessionIdOf(1);
const nowhere = { data: '/nonexistent', o: 'json' } as const;

const refusal = {
  requestId: id,
  method: '/creance.v1.SessionService/IssueToken',
  atUnixMicros: 1_764_000_000_000_000n,
  sessionId: wireHandle(sessionIdOf(2)),
  kind: SessionKind.SESSION_KIND_WORKLOAD,
  name: 'triage',
  network: '192.0.2.0/24',
  reason: 'scope_not_granted',
  presented: 'contacts:export at crm',
  nearestRule: 'workloads.triage.grants, resource crm: contacts:read',
  missing: 'contacts:export',
  fix: 'ask for less',
  facts: [{ name: 'workload', value: 'triage' }],
  traceId: 'f'.repeat(32),
};

const refuses = (reason: Reason) => () => {
  throw Object.assign(new Error(reason), { reason, requestId: 'r-1' });
};

describe('explain of a code', () => {
  // breaks when: a line to a broker is opened before the code is looked up
  it.each([
    'scope_not_granted',
    'SCOPE_NOT_GRANTED',
    'CREANCE_SCOPE_NOT_GRANTED',
    'Scope_Not_Granted',
  ])('needs no broker, in the spelling %s', async (what) => {
    const output = new DoubleOutput();
    await explainAny({ ...nowhere, what }, output);
    const { message, fix, oauth } = reasons.scope_not_granted;
    expect(output.json).toMatchObject({
      reason: 'scope_not_granted',
      sdkCode: 'CREANCE_SCOPE_NOT_GRANTED',
      means: message,
      grpc: 'PERMISSION_DENIED (7)',
      oauth,
      fix,
    });
  });

  it.each(Object.keys(reasons))('says something of %s', async (what) => {
    const output = new DoubleOutput();
    await explainAny({ ...nowhere, what, o: 'table' }, output);
    expect(output.results.join('')).toMatch(/gRPC +[A-Z_]+ \(\d+\)/);
    expect(output.results.join('')).not.toContain('undefined');
  });

  const packageCases = packageCodes.map(({ code, fix }) => [code, fix] as const);

  // breaks when: what an agent or a service says by itself is unknown here, or has lost its fix
  it.each(packageCases)('knows %s, which no broker has said', async (what, fix) => {
    const output = new DoubleOutput();
    await explainAny({ ...nowhere, what, o: 'table' }, output);
    const text = stripVTControlCharacters(output.results.join('\n'));
    expect(text).toContain(`fix  `);
    expect(text).toContain(fix);
    expect(text).not.toContain('undefined');
  });

  it.each(['token_missing', 'TOKEN_MISSING', 'creance_token_missing'])(
    'says of a refusal of a service who says it, and who knows its request: %s',
    async (what) => {
      const output = new DoubleOutput();
      await explainAny({ ...nowhere, what }, output);
      expect(output.json).toEqual({
        said: [
          {
            code: 'token_missing',
            saidBy: 'the verifier of a service, in answer to a request: the broker is not asked',
            means: 'the request carries no token',
            http: 401,
            oauth: '',
            again: 'no: something must change first',
            fix: 'send Authorization: DPoP with a token, and a proof in the header DPoP',
            told: [
              expect.stringContaining('the code and a request id'),
              expect.stringContaining('the event denied'),
            ],
            docsUrl: expect.stringMatching(/errors-verifier\.md#token_missing$/),
          },
        ],
      });
    },
  );

  // breaks when: a code that broker and services share is explained as the broker's alone
  it('says both of a code that the broker and a service have', async () => {
    const output = new DoubleOutput();
    await explainAny({ ...nowhere, what: 'proof_replayed' }, output);
    expect(output.json).toMatchObject({
      reason: 'proof_replayed',
      elsewhere: [{ code: 'proof_replayed', http: 401 }],
    });
  });

  it.each([
    ['scope_not_grantd', 'scope_not_granted'],
    ['CREANCE_RATE_LIMITD', 'rate_limited'],
    ['evidence_key', 'evidence_key_expired'],
    ['\u202eabc', 'scope_not_granted, a session'],
    ['tokn_missing', 'token_missing'],
    ['insufficient_scop', 'insufficient_scope'],
    ['CREANCE_ROLLED\u202e', 'name a code'],
    ['__proto__', 'name a code'],
    ['constructor', 'name a code'],
  ])('suggests what %s may mean', async (what, meant) => {
    const act = explainAny({ ...nowhere, what }, new DoubleOutput());
    await expect(act).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(meant),
    });
    await expect(act).rejects.not.toMatchObject({ message: expect.stringContaining('\u202e') });
  });
});

describe('explain of an id', () => {
  const asked = (line: DoubleLine) => line.asked.map(({ method }) => method);
  const answer = () => ExplainRefusalResponse.encode(refusal).finish();

  it('looks for a session first, and then for a refused request', async () => {
    const line = new DoubleLine({
      ExplainSession: refuses('session_not_watched'),
      ExplainRefusal: answer,
    });
    const output = new DoubleOutput();
    await explainId(line, { id, o: 'table' }, output);
    expect(asked(line)).toEqual(['ExplainSession', 'ExplainRefusal']);
    expect(ExplainRefusalRequest.decode(line.asked[1]?.request as Buffer)).toEqual({
      requestId: id,
    });
    const lines = stripVTControlCharacters(output.results.join('\n')).split('\n');
    expect(lines).toEqual([
      'scope_not_granted a scope is not granted',
      '',
      'presented     contacts:export at crm',
      'nearest rule  workloads.triage.grants, resource crm: contacts:read',
      'missing       contacts:export',
      'fix           ask for less',
      `request       ${id}`,
      'call          /creance.v1.SessionService/IssueToken',
      'at            2025-11-24T16:00:00.000Z',
      `by            workload triage, session ${sessionIdOf(2)}`,
      'from          192.0.2.0/24',
      `trace         ${'f'.repeat(32)}`,
      'noted         workload triage',
    ]);
  });

  it.each([
    ['dev-owner', /^by +dev-owner$/m],
    ['', /^by +nobody who was proved$/m],
  ])('of a call without a session says who made it: %j', async (name, by) => {
    const kind = SessionKind.SESSION_KIND_UNSPECIFIED;
    const own = { ...refusal, sessionId: Buffer.alloc(0), kind, name };
    const line = new DoubleLine({
      ExplainSession: refuses('session_not_watched'),
      ExplainRefusal: () => ExplainRefusalResponse.encode(own).finish(),
      GetSession: refuses('target_unknown'),
    });
    const output = new DoubleOutput();
    await explainId(line, { id, o: 'table' }, output);
    expect(stripVTControlCharacters(output.results.join('\n'))).toMatch(by);
  });

  it('of a message of a stream asks for no session', async () => {
    const line = new DoubleLine({ ExplainRefusal: answer });
    await explainId(line, { id: `${id}.12`, o: 'json' }, new DoubleOutput());
    expect(asked(line)).toEqual(['ExplainRefusal']);
  });

  it('says that it found neither', async () => {
    const line = new DoubleLine({
      ExplainSession: refuses('session_not_watched'),
      ExplainRefusal: refuses('refusal_unknown'),
      GetSession: refuses('target_unknown'),
    });
    const act = explainId(line, { id, o: 'json' }, new DoubleOutput());
    await expect(act).rejects.toThrow('no session, and no refusal that the broker keeps');
    await expect(act).rejects.toThrow('its log (verifier event denied)');
  });

  describe('of a session that was never watched', () => {
    const session = SessionSummary.fromPartial({
      sessionId: wireHandle(id),
      kind: SessionKind.SESSION_KIND_WORKLOAD,
      name: 'triage',
      state: SessionState.SESSION_STATE_REVOKED,
      actionsAllowed: 3n,
      actionsRefused: 1n,
    });
    const cause = SessionCause.fromPartial({
      kind: 'session_cut',
      author: 'oncall',
      reason: 'looks stolen',
      atUnixMicros: 1_764_000_000_000_000n,
      revision: 7n,
    });
    const broker = () =>
      new DoubleLine({
        ExplainSession: refuses('session_not_watched'),
        ExplainRefusal: refuses('refusal_unknown'),
        GetSession: () => GetSessionResponse.encode(detail).finish(),
      });
    const detail = GetSessionResponse.fromPartial({ session, cause });

    // breaks when: a session that was cut before it acted is called no session
    it('says who has cut it, when and why, and what shows more', async () => {
      const output = new DoubleOutput();
      await explainId(broker(), { id, o: 'table' }, output);
      const text = stripVTControlCharacters(output.results.join('\n'));
      expect(text).toMatch(
        /^why +session_cut by oncall at 2025-11-24T16:00:00\.000Z: looks stolen \(revision 7\)$/m,
      );
      expect(text).toMatch(/^seen +3 allowed, 1 refused/m);
      expect(text).toMatch(new RegExp(`^more +creance session show ${id}$`, 'm'));
    });

    it('gives programs the same', async () => {
      const output = new DoubleOutput();
      await explainId(broker(), { id, o: 'json' }, output);
      expect(output.json).toMatchObject({
        asked: id,
        isWatched: false,
        session: { session: id, state: 'revoked', actionsAllowed: 3 },
        cause: { kind: 'session_cut', author: 'oncall', reason: 'looks stolen' },
      });
    });

    it('draws no page of nothing', async () => {
      const act = explainId(broker(), { id, o: 'table', html: '/nowhere/x' }, new DoubleOutput());
      await expect(act).rejects.toThrow('nothing to draw');
    });
  });

  // breaks when: whatever goes wrong with the session is taken for a session that is not there
  it('passes on what else went wrong', async () => {
    const line = new DoubleLine({ ExplainSession: refuses('operator_role_missing') });
    const act = explainId(line, { id, o: 'json' }, new DoubleOutput());
    await expect(act).rejects.toThrow('operator_role_missing');
    expect(asked(line)).toEqual(['ExplainSession']);
  });
});
