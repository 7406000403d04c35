import { reasonRow, type Thumbprint } from '@creance/proto';
import {
  CompromiseKeyRequest,
  CompromiseKeyResponse,
  CutRequest,
  CutResponse,
  Durability,
  ListKeysResponse,
  ListSessionsRequest,
  ListSessionsResponse,
  ResumeResponse,
  SessionKind,
  SessionState,
  SuspendRequest,
  SuspendResponse,
} from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';
import { cut } from './cut.js';
import { DoubleLine, DoubleOutput } from './double-line.js';
import { resume, suspend } from './hold.js';
import { compromiseKey, listKeys } from './keys.js';
import { sessionTree } from './tree.js';

const id = sessionIdOf(1);
const key: Thumbprint = thumbprintOfName(1);
const flags = { reason: 'a test', o: 'json', waitSeconds: 0 } as const;
const made = { verifiersSubscribed: 0, durability: Durability.DURABILITY_STORED };

describe('cut', () => {
  const answers = {
    Cut: () => CutResponse.encode({ revision: 7n, sessionsEnded: 3, ...made }).finish(),
    CompromiseKey: () =>
      CompromiseKeyResponse.encode({
        revision: 8n,
        cutKeyIds: [key],
        signingKeyId: 'next',
        ...made,
      }).finish(),
  };

  it('says what it ended, and who enforces it', async () => {
    const [line, output] = [new DoubleLine(answers), new DoubleOutput()];
    line.acknowledged = [7, 9];
    await cut(line, { ...flags, workload: 'triage' }, output);
    expect(CutRequest.decode(line.asked[0]?.request as Buffer)).toEqual({
      target: { $case: 'workload', value: 'triage' },
      reason: 'a test',
    });
    expect(output.json).toMatchObject({
      revision: 7,
      sessionsEnded: 3,
      verifiersEnforcing: 2,
      verifiersSubscribed: 2,
    });
  });

  // breaks when: the answer of the broker is lost because the next call is refused
  it('says what it ended, and fails, when it has ended its own session', async () => {
    const [line, output] = [new DoubleLine(answers), new DoubleOutput()];
    line.failsAfterwards = 'session_revoked';
    const done = cut(line, { ...flags, before: 'now' }, output);
    await expect(done).rejects.toMatchObject({ exitCode: 3 });
    expect(output.json).toEqual({ revision: 7, sessionsEnded: 3, durability: 'stored' });
  });

  // breaks when: the command is content with what the broker answers
  it('fails when a verifier does not confirm, after it has said so', async () => {
    const [line, output] = [new DoubleLine(answers), new DoubleOutput()];
    line.acknowledged = [6, 7];
    const failed = cut(line, { ...flags, before: 'now' }, output);
    await expect(failed).rejects.toMatchObject({ exitCode: 3 });
    expect(output.json).toMatchObject({ verifiersEnforcing: 1, verifiersSubscribed: 2 });
  });

  // breaks when: whoever is on call learns that somebody has not confirmed, and not who
  it('names who does not confirm, and since when he is silent', async () => {
    const [line, output] = [new DoubleLine(answers), new DoubleOutput()];
    [line.acknowledged, line.resources] = [
      [9, 0],
      ['crm', 'mail\u001b[2J'],
    ];
    const failed = cut(line, { ...flags, before: 'now' }, output);
    await expect(failed).rejects.toThrow(
      /not confirmed yet by mail\\u\{1b\}\[2J A{22} \(never acknowledged\) — fix: /,
    );
    expect(output.json).toMatchObject({
      unconfirmed: [{ session: 'A'.repeat(22), lag: 'never acknowledged' }],
    });
  });

  // breaks when: a verifier that has lost the broker is in no count, so that all seem to enforce the cut
  it('says for which resources somebody has joined and nobody listens', async () => {
    const [line, output] = [new DoubleLine(answers), new DoubleOutput()];
    [line.acknowledged, line.joined] = [[9], ['mail', 'crm', 'mail']];
    await cut(line, { ...flags, before: 'now' }, output);
    expect(output.json).toMatchObject({ verifiersEnforcing: 1, verifiersSubscribed: 1 });
    expect(output.said).toEqual([
      expect.stringMatching(/^mail has a verifier .* none that listens/),
    ]);
  });

  it.each([
    [{ session: id }, `creance session show ${id} has`],
    [{ workload: 'triage' }, 'creance session ls --workload triage, and'],
    [{ owner: 'team' }, 'creance session ls --owner team, and'],
  ])('of sessions says that evidence opens the next one: %j', async (target, way) => {
    const [line, output] = [new DoubleLine(answers), new DoubleOutput()];
    await cut(line, { ...flags, ...target }, output);
    expect(output.said).toEqual([expect.stringContaining(way)]);
  });

  it('of evidence says nothing of the kind', async () => {
    const [line, output] = [new DoubleLine(answers), new DoubleOutput()];
    await cut(line, { ...flags, evidence: key }, output);
    expect(output.said).toEqual([]);
  });

  it('of a token key is the compromise of it', async () => {
    const [line, output] = [new DoubleLine(answers), new DoubleOutput()];
    await cut(line, { ...flags, key }, output);
    const [{ method, request } = { method: '', request: Buffer.alloc(0) }] = line.asked;
    expect(method).toBe('CompromiseKey');
    expect(CompromiseKeyRequest.decode(request)).toEqual({ keyId: key, reason: 'a test' });
    expect(output.json).toMatchObject({ revision: 8, cutKeyIds: [key], signingKeyId: 'next' });
  });

  it('asks nobody when the arguments are wrong', async () => {
    const line = new DoubleLine(answers);
    await expect(cut(line, flags, new DoubleOutput())).rejects.toMatchObject({ exitCode: 2 });
    expect(line.asked).toEqual([]);
  });
});

describe('suspend and resume', () => {
  it('name the session and say how many are held or let go', async () => {
    const line = new DoubleLine({
      Suspend: () =>
        SuspendResponse.encode({
          revision: 7n,
          sessionsSuspended: 2,
          verifiersSubscribed: 0,
        }).finish(),
      Resume: () => ResumeResponse.encode({ sessionsResumed: 2, waits: undefined }).finish(),
    });
    line.acknowledged = [7];
    const [held, letGo] = [new DoubleOutput(), new DoubleOutput()];
    await suspend(line, { ...flags, session: id }, held);
    await resume(line, { ...flags, session: id }, letGo);
    const asked = { sessionId: wireHandle(id), reason: 'a test' };
    for (const { request } of line.asked) expect(SuspendRequest.decode(request)).toEqual(asked);
    expect(held.json).toMatchObject({ revision: 7, sessionsSuspended: 2, verifiersEnforcing: 1 });
    expect(letGo.json).toEqual({ sessionsResumed: 2 });
  });

  // breaks when: the table of reasons loses the fix, or the command does not print it
  it('say what must be done before what the watch holds is let go', async () => {
    const line = new DoubleLine({
      Resume: () => {
        throw Object.assign(new Error(), { reason: 'revalidation_required', requestId: 'r-1' });
      },
    });
    const act = resume(line, { ...flags, session: id }, new DoubleOutput());
    const { fix } = reasonRow('revalidation_required');
    await expect(act).rejects.toMatchObject({
      message: expect.stringMatching(
        /^revalidation_required .*; request: r-1; more: creance explain r-1$/,
      ),
    });
    await expect(act).rejects.toThrow(`fix: ${fix}`);
  });

  it('refuse an id that is none', async () => {
    const act = suspend(new DoubleLine({}), { ...flags, session: 'x' }, new DoubleOutput());
    await expect(act).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('keys', () => {
  it('are listed with their times', async () => {
    const keys = [{ keyId: key, signsFromUnixSeconds: 0n, retireUnixSeconds: 60n, signing: true }];
    const line = new DoubleLine({ ListKeys: () => ListKeysResponse.encode({ keys }).finish() });
    const output = new DoubleOutput();
    await listKeys(line, { o: 'json' }, output);
    expect(output.json).toEqual([
      {
        key,
        signs: 'now',
        from: '1970-01-01T00:00:00.000Z',
        retires: '1970-01-01T00:01:00.000Z',
      },
    ]);
  });

  it('that are none are not asked for', async () => {
    const act = compromiseKey(new DoubleLine({}), { ...flags, keyId: 'x' }, new DoubleOutput());
    await expect(act).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('session tree', () => {
  const summary = (name: string, parent?: string) => ({
    sessionId: wireHandle(sessionIdOf(name)),
    kind: SessionKind.SESSION_KIND_WORKLOAD,
    name,
    parentId: parent === undefined ? Buffer.alloc(0) : wireHandle(sessionIdOf(parent)),
    openedUnixMicros: 1n,
    activeUnixMicros: 2n,
    absoluteEndUnixSeconds: 3n,
    state: parent === undefined ? SessionState.SESSION_STATE_LIVE : (9 as SessionState),
    actionsAllowed: 4n,
    actionsRefused: 0n,
    owner: 'team',
    seenUnixMicros: 2n,
  });
  /** Pages of one session each. */
  const line = () =>
    new DoubleLine({
      ListSessions: (request) => {
        const { pageToken } = ListSessionsRequest.decode(request);
        const [session, nextPageToken] =
          pageToken === '' ? [summary('root'), 'more'] : [summary('child', 'root'), ''];
        return ListSessionsResponse.encode({ sessions: [session], nextPageToken }).finish();
      },
    });

  it('follows the pages and gives every session with its parent', async () => {
    const [broker, output] = [line(), new DoubleOutput()];
    await sessionTree(broker, { id, limit: 10, o: 'json' }, output);
    expect(output.json).toMatchObject([
      { session: sessionIdOf('root'), parent: '', state: 'live', actionsAllowed: 4 },
      { session: sessionIdOf('child'), parent: sessionIdOf('root'), state: 'unknown' },
    ]);
    for (const { request } of broker.asked)
      expect(ListSessionsRequest.decode(request).treeOf).toEqual(wireHandle(id));
  });

  it('says when it shows less than there is', async () => {
    const output = new DoubleOutput();
    await sessionTree(line(), { id: undefined, limit: 1, o: 'table' }, output);
    expect(output.results[0]).toContain('root');
    expect(output.said).toHaveLength(1);
  });
});

describe('what waits for a second person', () => {
  // breaks when: resume does not look at waits: then it says that nobody may act again, and exits 0
  it('is no success: it says who does it, and exits 4', async () => {
    const proposal = {
      proposalId: wireHandle(id),
      digest: 'D'.repeat(43),
      author: 'ann',
      reason: 'a test',
      proposedUnixMicros: 1n,
      expiresUnixMicros: 2n,
      act: { $case: 'resume' as const, value: { sessionId: wireHandle(id), heldAtRevision: 7n } },
    };
    const line = new DoubleLine({
      Resume: () => ResumeResponse.encode({ sessionsResumed: 0, waits: proposal }).finish(),
    });
    const output = new DoubleOutput();
    await expect(resume(line, { ...flags, session: id }, output)).rejects.toMatchObject({
      exitCode: 4,
    });
    expect(JSON.stringify(output)).toContain(`creance approve ${id}`);
  });
});
