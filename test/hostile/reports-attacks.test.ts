import { randomBytes } from 'node:crypto';
import {
  ActionOutcome,
  type Observation,
  ReportActionsRequest,
  ReportActionsResponse,
} from '@creance/proto/wire';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { audiences } from '../support/flow-manifest.js';
import { observation, proofSeen } from '../support/hostile-resource.js';
import { delegate, openWith, outcomeOf, type RawSession } from '../support/raw-tree.js';
import { TestKey } from '../support/test-key.js';
import { type RawMember, TreeEdge } from '../support/tree-edge.js';

const method = 'ActionService/ReportActions';

let tree: TreeEdge;
let agent: RawMember;
let verifier: RawMember;
let victim: RawSession;

beforeAll(async () => {
  tree = await TreeEdge.start();
  agent = await tree.join('triage');
  const client = tree.edge.client();
  const join = await tree.edge.joinString({ kind: 'verifier', name: 'crm' });
  const evidence = { join, key: new TestKey(), redeem: true };
  const root = await openWith(client, evidence, new TestKey());
  verifier = { client, evidence: { ...evidence, redeem: false }, root };
});

beforeEach(async () => {
  victim = await tree.again(agent);
});

afterAll(() => tree.dispose());

const of = ({ id }: RawSession): Pick<Observation, 'sessionId'> => ({
  sessionId: Buffer.from(id, 'base64url'),
});
const report = async (
  by: RawMember,
  observations: Observation[],
  proofs: string[] = [],
  session: RawSession = by.root,
) => {
  const bytes = ReportActionsRequest.encode({ observations, proofs, dropped: 0 }).finish();
  return ReportActionsResponse.decode(await by.client.call(method, bytes, session.key, session.id));
};
const judged = (allowed: number, refused = 0) =>
  vi.waitFor(async () => expect(await tree.uses(victim.id)).toEqual({ allowed, refused }));
const hitsOf = (bound: string) => tree.edge.hits.filter((hit) => hit === bound).length;
const isLive = () => outcomeOf(tree.token(agent.client, victim));

describe('a session that reports', () => {
  // breaks when: a weak witness is judged as a strong one
  it('of others, of proofs or of leaks: is taken for a word about itself, and counts nothing', async () => {
    const { token } = await tree.token(agent.client, victim);
    const thief = await tree.join('mail-writer');
    const said = [1, 1, 5, 2].map((counter, at) =>
      observation({
        ...of(victim),
        audience: audiences.crm,
        proof: proofSeen(`proof ${at}`, { counter }),
        foreignProof: { token, proof: 'x' },
      }),
    );
    const taken = await report(thief, said, ['x.y.z']);
    expect(taken).toMatchObject({ taken: 4, dropped: 0, proofsWanted: [] });
    await report(verifier, [observation(of(victim)), observation(of(thief.root))]);
    await judged(1);
    expect(await tree.uses(thief.root.id)).toEqual({ allowed: 1, refused: 0 });
    expect(await isLive()).toBe('ok');
  });

  it('of no registered resource is not heard', async () => {
    const said = observation({ audience: 'https://unknown.example' });
    expect(await report(agent, [said, observation()])).toMatchObject({ taken: 0, dropped: 2 });
  });
});

describe('a verifier that reports', () => {
  it('the same action twice, in one report and in another, counts it once', async () => {
    const once = observation(of(victim));
    await report(verifier, [once, once]);
    await report(verifier, [once, observation(of(victim))]);
    await judged(2);
  });

  it('of sessions that are no workload’s, or nobody’s, is not heard', async () => {
    const nobody = { sessionId: randomBytes(16) };
    const said = [observation(of(verifier.root)), observation(nobody)];
    expect(await report(verifier, said)).toMatchObject({ taken: 0, dropped: 2 });
  });

  it('refused uses in any number, moves nobody', async () => {
    const refused = () =>
      observation({
        ...of(victim),
        outcome: ActionOutcome.ACTION_OUTCOME_REFUSED,
        refusal: 'proof_replayed',
      });
    for (let batch = 0; batch < 20; batch += 1)
      await report(verifier, Array.from({ length: 100 }, refused));
    await report(verifier, [observation(of(victim))]);
    await vi.waitFor(async () => expect((await tree.uses(victim.id)).allowed).toBe(1));
    expect(await isLive()).toBe('ok');
  });

  // breaks when: a verifier that was cut is still believed
  it('after its own cut is not heard, and neither is who has its id alone', async () => {
    const gone = await openWith(verifier.client, verifier.evidence, new TestKey());
    await tree.cut(gone.id);
    const said = [observation(of(victim))];
    expect(await outcomeOf(report(verifier, said, [], gone))).toBe('session_revoked');
    const stolen = { ...verifier.root, key: new TestKey() };
    expect(await outcomeOf(report(verifier, said, [], stolen))).toBe('proof_wrong_key');
    expect(await tree.uses(victim.id)).toEqual({ allowed: 0, refused: 0 });
  });
});

// breaks when: one odd observation is left out, or read as something else, and the rest is taken
describe('a report out of form', () => {
  it.each<[string, () => Partial<Observation>]>([
    ['an outcome of the future', () => ({ outcome: 9 as ActionOutcome })],
    ['an id of three bytes', () => ({ actionId: Buffer.alloc(3) })],
    ['a session of three bytes', () => ({ sessionId: Buffer.alloc(3) })],
    ['a hash of three bytes', () => ({ tokenHash: Buffer.alloc(3) })],
    [
      'a counter that no number holds',
      () => ({ proof: proofSeen('x', { counter: 2n ** 64n - 1n }) }),
    ],
    ['a time before all clocks', () => ({ proof: proofSeen('x', { counter: 3, issuedAt: -1 }) })],
    ['an action of 129 characters', () => ({ action: 'x'.repeat(129) })],
    ['an action of 10 KB', () => ({ action: 'x'.repeat(10_240) })],
    ['an action with a control character', () => ({ action: 'GET /\u001b[2J' })],
  ])('is refused whole and counts nothing: %s', async (_name, odd) => {
    const good = observation(of(victim));
    const said = [good, observation({ ...of(victim), ...odd() })];
    expect(await outcomeOf(report(verifier, said))).toBe('request_malformed');
    await report(verifier, [good]);
    await judged(1);
    expect(await isLive()).toBe('ok');
  });
});

describe('a report beyond its bounds', () => {
  // breaks when: convert judges how many there are, and the bound is never counted (law 9)
  it.each([
    ['reportObservations', 105, 0],
    ['reportProofs', 1, 40],
  ] as const)('is refused whole, and counted as %s', async (bound, seen, shown) => {
    const many = Array.from({ length: seen }, () => observation(of(victim)));
    const proofs = Array<string>(shown).fill('x.y.z');
    const before = hitsOf(bound);
    expect(await outcomeOf(report(verifier, many, proofs))).toBe('request_too_large');
    expect(hitsOf(bound)).toBe(before + 1);
    await report(verifier, [observation(of(victim))]);
    await judged(1);
    expect(await isLive()).toBe('ok');
  });

  it('is not read when it is too large', async () => {
    const huge = observation({ ...of(victim), refusal: 'x'.repeat(70_000) });
    expect(await outcomeOf(report(verifier, [huge]))).toBe('grpc:8');
    expect(await isLive()).toBe('ok');
  });

  // breaks when: one lane serves all sessions
  it('floods of one session leave room for another', async () => {
    const other = await delegate(agent.client, victim, new TestKey());
    const flood = Promise.all(
      Array.from({ length: 40 }, () =>
        report(
          verifier,
          Array.from({ length: 100 }, () => observation(of(victim))),
        ),
      ),
    );
    const heard = await report(verifier, [observation(of(other))]);
    expect(heard).toMatchObject({ taken: 1, dropped: 0 });
    await vi.waitFor(async () => expect((await tree.uses(other.id)).allowed).toBe(1));
    await flood;
    expect(await isLive()).toBe('ok');
  });
});
