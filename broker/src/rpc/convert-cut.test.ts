import type { Revision } from '@creance/proto';
import {
  CompromiseKeyRequest,
  CutRequest,
  ListKeysResponse,
  ResumeRequest,
  SuspendRequest,
  SuspendResponse,
  type Upstream,
} from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { handleOf, sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { wireHandle } from './convert.js';
import { readCut, readResume, readSuspend, writeSuspend } from './convert-cut.js';
import { readCompromiseKey, writeListKeys } from './convert-keys.js';
import { bytesOf, faultsOf } from './double-messages.js';

const key = thumbprintOfName('evidence');
const issuer = 'https://id.example';
const login = (parts: Partial<Upstream>): Upstream => ({
  issuer,
  subject: '',
  sessionId: '',
  ...parts,
});
const ask = (target: CutRequest['target']) =>
  readCut(bytesOf(CutRequest, { target, reason: 'why' }));

describe('readCut', () => {
  it.each([
    [
      { $case: 'workload', value: 'triage' },
      { kind: 'workload', name: 'triage' },
    ],
    [
      { $case: 'owner', value: 'team' },
      { kind: 'owner', name: 'team' },
    ],
    [
      { $case: 'principal', value: login({ subject: 'alice' }) },
      { kind: 'principal', issuer, subject: 'alice' },
    ],
    [
      { $case: 'upstream', value: login({ sessionId: 's1' }) },
      { kind: 'upstream', issuer, sessionId: 's1' },
    ],
    [
      { $case: 'evidenceKey', value: key },
      { kind: 'evidence-key', key },
    ],
    [
      { $case: 'evidenceIssuer', value: wireHandle(handleOf('token')) },
      { kind: 'evidence-issuer', handle: handleOf('token') },
    ],
  ] as const)('reads %o', (target, expected) => {
    expect(ask(target as CutRequest['target'])).toEqual({
      ok: true,
      value: { target: expected, reason: 'why' },
    });
  });

  it.each([
    ['a workload without a name', { $case: 'workload', value: '' }, 'workload'],
    ['an owner of 65 characters', { $case: 'owner', value: 'a'.repeat(65) }, 'owner'],
    // breaks when: a person is cut by issuer alone
    [
      'a person without a name',
      { $case: 'principal', value: login({ sessionId: 's' }) },
      'principal',
    ],
    [
      'a person and a login at once',
      { $case: 'principal', value: login({ subject: 'a', sessionId: 's' }) },
      'principal',
    ],
    ['a login without an id', { $case: 'upstream', value: login({ subject: 'a' }) }, 'upstream'],
    ['an evidence key that is none', { $case: 'evidenceKey', value: 'x' }, 'evidence_key'],
    ['15 bytes', { $case: 'evidenceIssuer', value: Buffer.alloc(15) }, 'evidence_issuer'],
  ] as const)('refuses %s', (_name, target, field) => {
    expect(faultsOf(ask(target as CutRequest['target']))).toEqual(['request_malformed', field]);
  });

  it('refuses a provider that is none', () => {
    const value = login({ issuer: 'http://id.example', subject: 'a' });
    expect(faultsOf(ask({ $case: 'principal', value }))).toEqual([
      'upstream_malformed',
      'principal.issuer',
    ]);
  });
});

describe('readSuspend and readResume', () => {
  const id = sessionIdOf(1);

  it('read the session and why', () => {
    const message = { sessionId: wireHandle(id), reason: 'why' };
    for (const read of [
      readSuspend(bytesOf(SuspendRequest, message)),
      readResume(bytesOf(ResumeRequest, message)),
    ])
      expect(read).toEqual({ ok: true, value: { id, reason: 'why' } });
  });

  it('refuse an id of another length', () => {
    const message = { sessionId: Buffer.alloc(17), reason: 'why' };
    expect(faultsOf(readSuspend(bytesOf(SuspendRequest, message)))).toEqual([
      'request_malformed',
      'session_id',
    ]);
  });

  it('say how many are held', () => {
    const bytes = writeSuspend({
      revision: 9 as Revision,
      sessionsEnded: 3,
      verifiersSubscribed: 2,
    });
    const expected = { revision: 9n, sessionsSuspended: 3, verifiersSubscribed: 2 };
    expect(SuspendResponse.decode(bytes)).toEqual(expected);
  });
});

describe('readCompromiseKey', () => {
  it('reads a key id and refuses what is none', () => {
    const read = (keyId: string) =>
      readCompromiseKey(bytesOf(CompromiseKeyRequest, { keyId, reason: 'why' }));
    expect(read(key)).toEqual({ ok: true, value: { keyId: key, reason: 'why' } });
    expect(faultsOf(read('x'))).toEqual(['request_malformed', 'key_id']);
  });
});

describe('writeListKeys', () => {
  it('writes every key with its times', () => {
    const bytes = writeListKeys([{ keyId: key, signsFrom: 5, retireAt: 9, signing: true }]);
    expect(ListKeysResponse.decode(bytes).keys).toEqual([
      { keyId: key, signsFromUnixSeconds: 5n, retireUnixSeconds: 9n, signing: true },
    ]);
  });
});
