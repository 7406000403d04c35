import { describe, expect, it } from 'vitest';
import { sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';
import { type CutTargetFlags, cutTargetOf } from './cut-target.js';
import { CommandFailed } from './output.js';

const id = sessionIdOf(1);
const key = thumbprintOfName(1);
const issuer = 'https://id.example/a';

describe('cutTargetOf', () => {
  it.each<[CutTargetFlags, string, unknown]>([
    [{ session: id }, 'sessionId', wireHandle(id)],
    [{ workload: 'triage' }, 'workload', 'triage'],
    [{ owner: 'team' }, 'owner', 'team'],
    // breaks when: the last # ends the issuer, so that another person is cut
    [{ principal: `${issuer}#a#b` }, 'principal', { issuer, subject: 'a#b', sessionId: '' }],
    [{ upstream: `${issuer}#s1` }, 'upstream', { issuer, subject: '', sessionId: 's1' }],
    [{ evidence: key }, 'evidenceKey', key],
    [{ evidence: id }, 'evidenceIssuer', wireHandle(id)],
    [{ before: '17' }, 'beforeRevision', 17n],
    [{ before: 'now' }, 'beforeRevision', 0n],
  ])('reads %o', (flags, $case, value) => {
    expect(cutTargetOf(flags)).toEqual({ kind: 'wire', target: { $case, value } });
  });

  it('takes a token key for what another call cuts', () => {
    expect(cutTargetOf({ key })).toEqual({ kind: 'token-key', keyId: key });
  });

  it.each<[string, CutTargetFlags]>([
    ['nothing', {}],
    // breaks when: the first of two flags wins in silence
    ['two things', { session: id, workload: 'triage' }],
    ['a revision and a key', { before: 'now', key }],
    ['a session that is none', { session: 'x' }],
    ['a person without an issuer', { principal: '#alice' }],
    ['a person without a name', { principal: 'https://id.example#' }],
    ['a login without a mark', { upstream: 'https://id.example' }],
    ['evidence of 30 characters', { evidence: 'a'.repeat(30) }],
    ['a token key that is none', { key: 'x' }],
    ['a revision that is none', { before: '-1' }],
    ['revision zero', { before: '0' }],
  ])('fails by the arguments for %s', (_name, flags) => {
    let failed: unknown;
    try {
      cutTargetOf(flags);
    } catch (error) {
      failed = error;
    }
    expect(failed).toBeInstanceOf(CommandFailed);
    expect(failed).toMatchObject({ exitCode: 2 });
  });
});
