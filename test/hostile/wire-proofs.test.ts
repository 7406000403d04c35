import { type SessionId, sessionIdFromBytes } from '@creance/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Entries, type OpenedByTest, TestEdge, type Wire } from '../support/edge.js';
import { TestKey } from '../support/test-key.js';
import {
  endSession,
  issueRequest,
  issueToken,
  nothing,
  openSession,
  renewSession,
  roomy,
} from '../support/under-attack.js';

let edge: TestEdge;
let wire: Wire;
let agent: OpenedByTest;
let other: OpenedByTest;

beforeAll(async () => {
  edge = await TestEdge.start({ limits: roomy });
  wire = edge.wire();
  agent = await edge.session({ kind: 'workload', name: 'triage' });
  other = await edge.session({ kind: 'workload', name: 'triage' });
});

afterAll(() => edge.dispose());

const seconds = () => Math.floor(Date.now() / 1_000);

/** A good proof of the agent for IssueToken, but for what is named. */
const proof = (more: object = {}, path = issueToken, bytes = issueRequest) =>
  edge.proof(path, bytes, agent.key, more);

const send = async (
  proofs: readonly string[],
  path = issueToken,
  bytes = issueRequest,
  sessions: readonly string[] = [agent.id],
) => {
  const entries: Entries = [
    ...proofs.map((each) => ['dpop', each] as const),
    ...sessions.map((id) => ['creance-session', id] as const),
  ];
  return (await wire.send(path, bytes, entries)).reason;
};

/** IssueToken with these session ids. */
const as = (...sessions: readonly string[]) => send([proof()], issueToken, issueRequest, sessions);

/** The header and claims of the agent's key, the signature of another. */
const forged = () => {
  const [header, claims] = proof().split('.') as [string, string];
  const signature = edge.proof(issueToken, issueRequest, new TestKey()).split('.')[2];
  return send([`${header}.${claims}.${signature}`]);
};

const newKeyWithoutDigest = () => {
  const bare = edge.proof(openSession, nothing, new TestKey(), { content_digest: undefined });
  return send([bare], openSession, nothing, []);
};

const neverWas = sessionIdFromBytes(Buffer.alloc(16, 9)) as SessionId;

const attacks: readonly (readonly [string, () => Promise<string>, string])[] = [
  ['no proof', () => send([]), 'proof_missing'],
  ['an empty proof', () => send(['']), 'proof_malformed'],
  ['two proofs', () => send([proof(), proof()]), 'proof_missing'],
  ['a proof and noise', () => send([proof(), 'x']), 'proof_missing'],
  ['two proofs in one entry', () => send([`${proof()}, ${proof()}`]), 'proof_missing'],
  ['noise', () => send(['%%%']), 'proof_malformed'],
  [
    'a proof of 3,000 characters',
    () => send([proof({ pad: 'x'.repeat(2_000) })]),
    'proof_malformed',
  ],
  ['a proof of 15,000 characters', () => send(['a'.repeat(15_000)]), 'proof_malformed'],
  ['no session id', () => as(), 'session_missing'],
  ['two session ids', () => as(agent.id, other.id), 'session_missing'],
  ['the same session id twice', () => as(agent.id, agent.id), 'session_missing'],
  ['a session id that is not canonical', () => as(`${'A'.repeat(21)}B`), 'session_missing'],
  ['a session that never was', () => as(neverWas), 'session_unknown'],
  ["another session's id", () => as(other.id), 'proof_wrong_key'],
  [
    "the proof of another session's key",
    () => send([edge.proof(issueToken, issueRequest, other.key)]),
    'proof_wrong_key',
  ],
  ['the right key in the header alone', () => forged(), 'proof_signature_invalid'],
  ['a proof for GET', () => send([proof({ htm: 'GET' })]), 'proof_wrong_method'],
  ['a proof for another method', () => send([proof({}, renewSession)]), 'proof_wrong_target'],
  [
    'a proof for another broker',
    () => send([proof({ htu: `https://creance.example${issueToken}` })]),
    'proof_wrong_target',
  ],
  [
    'a proof for another port',
    () => send([proof({ htu: `http://127.0.0.1:1${issueToken}` })]),
    'proof_wrong_target',
  ],
  ['a proof of yesterday', () => send([proof({ iat: seconds() - 86_400 })]), 'proof_expired'],
  ['a proof of tomorrow', () => send([proof({ iat: seconds() + 86_400 })]), 'proof_from_future'],
  ['a proof without a nonce', () => send([proof({ nonce: undefined })]), 'nonce_required'],
  ['a nonce of somebody else', () => send([proof({ nonce: 'x'.repeat(32) })]), 'nonce_required'],
  [
    'a proof that covers nothing, where one ends something',
    () => send([proof({ content_digest: undefined }, endSession)], endSession, nothing),
    'proof_digest_mismatch',
  ],
  [
    'a proof that covers other bytes',
    () => send([proof({}, endSession, Buffer.from([8, 1]))], endSession, nothing),
    'proof_digest_mismatch',
  ],
  ['a proof of a new key that covers nothing', newKeyWithoutDigest, 'proof_digest_mismatch'],
];

describe('proofs', () => {
  it('that are good let the call through', async () => {
    expect(await send([proof()])).toBe('ok');
  });

  it.each(attacks)('%s: refused', async (_name, attack, reason) => {
    expect(await attack()).toBe(reason);
  });

  it('used twice are refused the second time, also at the same moment', async () => {
    const used = proof();
    expect([await send([used]), await send([used])]).toEqual(['ok', 'proof_replayed']);
    const raced = proof();
    const reasons = await Promise.all(Array.from({ length: 20 }, () => send([raced])));
    expect(reasons.filter((reason) => reason === 'ok')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'proof_replayed')).toHaveLength(19);
  });

  it('that were refused leave no trace: the same id can still be used', async () => {
    const jti = 'one-id-for-two';
    expect(await send([proof({ jti, nonce: 'x'.repeat(32) })])).toBe('nonce_required');
    expect(await send([proof({ jti })])).toBe('ok');
  });

  // breaks when: the nonce secret outlives the process, or no nonce is asked after a start
  it('of before a restart are refused after it, used or not', async () => {
    const [used, unused] = [proof(), proof()];
    expect(await send([used])).toBe('ok');
    const bare = proof({ nonce: undefined });
    await edge.restart();
    wire = edge.wire();
    for (const old of [used, unused, bare]) expect(await send([old])).toBe('nonce_required');
    expect(await send([proof()])).toBe('ok');
  });
});
