import { encodeBase64url, type Revision, tokenLeewaySeconds } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { standIssuer, WitnessStand } from '../detect/doubles/witness-stand.js';
import { limits } from '../domain/limits.js';
import { lineageOf } from '../domain/session.js';
import { handleOf, sessionIdOf } from '../doubles/ids.js';
import { newSigner } from '../doubles/signed.js';
import type { LogRow } from '../store/store.js';
import { openGenuineTokens } from './genuine-token.js';
import { openCutTokens } from './genuine-token-cuts.js';

const audience = 'https://crm.example.internal';
let stand: WitnessStand;
let reads: number;

beforeEach(() => {
  stand = new WitnessStand();
  reads = 0;
});

function openJudge() {
  const signer = stand.tokenKey;
  const ring = { keys: () => [{ signer, signsFrom: 0, retireAt: 2_000_000_000 }] };
  const cuts = openCutTokens({
    logAfter(revision, limit) {
      reads += 1;
      return stand.store.logAfter(revision, limit);
    },
  });
  const judge = openGenuineTokens({ issuer: standIssuer, ring, store: stand.store, cuts });
  return (token: string, at = audience) => {
    const judged = judge(token, at, stand.clock.now());
    return judged.ok ? 'genuine' : judged.error;
  };
}

const append = (...entries: LogRow['entry'][]) => {
  for (const entry of entries) {
    stand.store.rows.push({ revision: (stand.store.head + 1) as Revision, entry });
  }
};
const cut = (name: string) =>
  ({ kind: 'handle', handle: handleOf(name), absolute: false }) as const;

describe('a token that somebody shows', () => {
  it('is genuine while every verifier of its resource would take it', () => {
    expect(openJudge()(stand.token())).toBe('genuine');
  });

  // breaks when: the reporter's own audience is not compared: then a resource ends what was sent to another
  it('is not of another resource than the reporter’s', () => {
    expect(openJudge()(stand.token(), 'https://mail.example.internal')).toBe(
      'token_wrong_audience',
    );
  });

  it('is of this issuer, by a key of ours, and whole', () => {
    const judge = openJudge();
    expect(judge(stand.token(stand.agent, { issuer: 'https://other.example' }))).toBe(
      'token_wrong_issuer',
    );
    expect(judge(stand.token(stand.agent, {}, newSigner()))).toBe('token_key_unknown');
    const forger = { ...newSigner(), keyId: stand.tokenKey.keyId };
    expect(judge(stand.token(stand.agent, {}, forger))).toBe('token_signature_invalid');
    const signature = encodeBase64url(new Uint8Array(64));
    const [header, payload] = stand.token().split('.');
    expect(judge(`${header}.${payload}.${signature}`)).toBe('token_signature_invalid');
    expect(judge('token')).toBe('token_malformed');
  });

  it('is dead a leeway after its end', () => {
    const token = stand.token();
    const judge = openJudge();
    stand.clock.advance(60 + tokenLeewaySeconds - 1);
    expect(judge(token)).toBe('genuine');
    stand.clock.advance(1);
    expect(judge(token)).toBe('token_expired');
  });

  it('is of a session in memory, under the parents that it names', () => {
    const judge = openJudge();
    const token = stand.token();
    const lineage = { ...lineageOf([stand.agent]), sessions: [sessionIdOf('x'), stand.agent.id] };
    expect(judge(stand.token(stand.agent, { lineage }))).toBe('session_unknown');
    const child = stand.store.put(stand.sessionOf('child', { parent: stand.agent.id }));
    const moved = { ...lineageOf([child]), sessions: [sessionIdOf('x'), child.id] };
    expect(judge(stand.token(child, { lineage: moved }))).toBe('session_unknown');
    stand.store.drop(stand.agent.id);
    expect(judge(token)).toBe('session_unknown');
  });

  it.each([{ end: 'revoked' }, { end: 'ended' }, { suspendedAt: 5 as Revision }] as const)(
    'is dead when its session or one above it cannot act: %j',
    (state) => {
      const judge = openJudge();
      const child = stand.store.put(stand.sessionOf('child', { parent: stand.agent.id }));
      const token = stand.token(child);
      expect(judge(token)).toBe('genuine');
      stand.store.put({ ...stand.agent, ...state });
      expect(judge(token)).toBe('session_not_live');
    },
  );
});

describe('a token that the log refuses already', () => {
  it.each([
    ['its workload', cut('support-triage')],
    ['its evidence', cut('evidence key')],
    ['everything before', { kind: 'before', before: 11 as Revision }],
  ] as const)('is dead by %s', (_, entry) => {
    const token = stand.token();
    append(entry as LogRow['entry']);
    expect(openJudge()(token)).toBe('token_cut');
  });

  it('is not dead by what cuts others, or lies before it', () => {
    const earlier = stand.token();
    append(cut('support-triage'), { kind: 'before', before: 11 as Revision });
    const later = stand.token();
    append(cut('another'), { kind: 'before', before: 11 as Revision });
    const judge = openJudge();
    expect(judge(later)).toBe('genuine');
    expect(judge(earlier)).toBe('token_cut');
    expect(judge(later)).toBe('genuine');
  });

  // breaks when: the row's own revision is kept for a cut "before": then a younger token looks dead
  it('says nothing of a token that is younger than what was cut', () => {
    const earlier = stand.token();
    append(cut('another'));
    const later = stand.token();
    append({ kind: 'before', before: 11 as Revision });
    const judge = openJudge();
    expect([judge(earlier), judge(later)]).toEqual(['token_cut', 'genuine']);
  });

  // breaks when: what was found is not kept: then each repetition reads the log again
  it('is known by then without reading the log', () => {
    const token = stand.token();
    append(cut('support-triage'));
    const judge = openJudge();
    for (let times = 0; times < 5; times += 1) expect(judge(token)).toBe('token_cut');
    expect(reads).toBe(1);
  });

  // breaks when: the log is read before the signature is checked
  it('makes nobody read the log for what we have not signed', () => {
    const forger = { ...newSigner(), keyId: stand.tokenKey.keyId };
    openJudge()(stand.token(stand.agent, { revision: 0 as Revision }, forger));
    expect(reads).toBe(0);
  });

  it('is found far behind, and the reading is bounded', () => {
    const token = stand.token();
    append(...Array.from({ length: 2_500 }, (_, at) => cut(`other ${at}`)), cut('support-triage'));
    expect(openJudge()(token)).toBe('token_cut');
    expect(reads).toBe(3);
    stand = new WitnessStand();
    reads = 0;
    const old = stand.token();
    append(...Array.from({ length: limits.frameEntries * 11 }, (_, at) => cut(`other ${at}`)));
    openJudge()(old);
    expect(reads).toBe(10);
  });
});
