import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sighting } from '../../broker/src/domain/action.js';
import { malleated } from '../support/malleate.js';
import { TestKey } from '../support/test-key.js';
import { type Family, given, openFamily } from '../support/tree-family.js';
import type { IssuedInWorld } from '../support/world-verifier.js';
import { hashOf, WorldWitness } from '../support/world-witness.js';

let family: Family;
let room: WorldWitness;
let token: IssuedInWorld;
const thief = new TestKey();

beforeEach(async () => {
  family = await openFamily();
  room = new WorldWitness(family.world);
  token = given(await family.world.issue(family.grandchild, 300));
});
afterEach(async () => {
  await room.witness.close();
  await family.world.dispose();
});

/** Bytes that look like a theft and prove none. */
async function falseProofs(): Promise<readonly { token: string; proof: string }[]> {
  const { world, grandchild } = family;
  const dead = given(await world.issue(grandchild, 300));
  given(await world.cutTokens(grandchild));
  token = given(await world.issue(grandchild, 300));
  const mail = { audience: 'https://mail.example.internal', scopes: ['mail:send'] };
  const other = given(await world.issue(grandchild, 0, mail));
  const forged = thief.jws('at+jwt', { sub: 'triage' });
  const good = room.proof(thief, token);
  const pair = (text: string, proof: string) => ({ token: text, proof });
  return [
    pair('rubbish', 'rubbish'),
    pair(token.token, 'rubbish'),
    // An honest retry, and one of another request.
    pair(token.token, room.proof(grandchild.key, token)),
    // A proof that somebody made for another token, or changed.
    pair(token.token, room.proof(thief, other)),
    pair(token.token, `${good.slice(0, -8)}AAAAAAAA`),
    pair(token.token, room.proof(thief, token, { iat: world.clock.seconds - 400 })),
    pair(forged, room.proof(thief, { token: forged })),
    // A token that is not the reporter's, and one that is dead already.
    pair(other.token, room.proof(thief, other)),
    pair(dead.token, room.proof(thief, dead)),
  ];
}

const refusals = ['proof_replayed', 'proof_wrong_key', 'token_cut', 'token_expired', 'nonsense'];

/** What a resource may say without proof of anything. */
const claim = fc.record({
  about: fc.nat(3),
  refused: fc.option(fc.constantFrom(...refusals), { nil: undefined }),
  counter: fc.option(fc.nat(4), { nil: undefined }),
  issuedAt: fc.integer({ min: -100, max: 100 }),
  hash: fc.option(fc.nat(10), { nil: undefined }),
  foreign: fc.option(fc.nat(8), { nil: undefined }),
});

describe('whatever a resource says, and whatever bytes it shows', () => {
  // breaks law 11 when: foreignKey takes a proof without looking at its key, its `ath` or its signature
  it('ends and holds no session, and kills no token, as long as it proves nothing', async () => {
    const { world, root, child, grandchild } = family;
    const pairs = await falseProofs();
    const head = world.store.head();
    const honest = [1, 2, 3, 4, 5].map((ctr) => room.proof(grandchild.key, token, { ctr }));
    const lies = [1, 2, 3].map((ctr) => room.proof(thief, token, { ctr }));
    // By the agent's key as they say, and signed by nobody.
    const forged = `${room.proof(grandchild.key, token, { ctr: 2 }).slice(0, -8)}AAAAAAAA`;
    const shown = [...honest, honest[0] as string, ...lies, forged, 'rubbish'];
    const sighted = (said: Parameters<typeof asSighting>[0]) => asSighting(said, pairs, shown);
    const batches = fc.array(claim, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        world.clock.advance(0.01);
        await room.take(batch.map(sighted), shown);
      }),
      { numRuns: 100, seed: 11 },
    );
    expect(room.faults).toEqual([]);
    expect(room.answered).toEqual([]);
    expect(room.signals.length).toBeGreaterThan(100);
    expect(world.store.head()).toBe(head);
    for (const { id } of [root, child, grandchild]) {
      expect(world.store.session(id)).toMatchObject({ end: undefined, suspendedAt: undefined });
    }
    expect(await world.use(token)).toBe('ok');
  });

  function asSighting(
    said: typeof claim extends fc.Arbitrary<infer Said> ? Said : never,
    pairs: readonly { token: string; proof: string }[],
    shown: readonly string[],
  ): Sighting {
    const { world, root, grandchild, child } = family;
    const about = [root, child, grandchild, undefined][said.about];
    const { counter = 0, issuedAt, hash, refused, foreign } = said;
    const text = hash === undefined ? 'made up' : (shown[hash] as string);
    return room.sighting({
      session: about?.id,
      outcome: refused === undefined ? 'allowed' : 'refused',
      refusal: refused,
      proof: { counter, issuedAt: world.clock.seconds + issuedAt, hash: hashOf(text) },
      foreignProof: foreign === undefined ? undefined : pairs[foreign],
    });
  }
});

/** Says of proofs with one counter what they say of themselves, and shows them. */
async function show(proofs: readonly string[], ctr: number): Promise<void> {
  const { world, grandchild } = family;
  const issuedAt = world.clock.seconds;
  const sightings = proofs.map((text) =>
    room.sighting({
      session: grandchild.id,
      proof: { counter: ctr, issuedAt, hash: hashOf(text) },
    }),
  );
  await room.take(sightings, proofs);
}

describe('two proofs with one counter', () => {
  // breaks law 11 when: clonedKey does not ask by which key the proofs are
  it('are no clone when one of them is by another key', async () => {
    const { world, grandchild } = family;
    const ctr = 7;
    await show(
      [room.proof(grandchild.key, token, { ctr }), room.proof(thief, token, { ctr })],
      ctr,
    );
    expect(room.signals.map(({ kind }) => kind)).toContain('evidence_doubted');
    expect(room.answered).toEqual([]);
    expect(await world.use(token)).toBe('ok');
  });

  // breaks law 11 when: clonedKey does not check the signatures
  it('are no clone when nobody has signed one of them', async () => {
    const { world, grandchild } = family;
    const ctr = 7;
    const [good, other] = [1, 2].map(() => room.proof(grandchild.key, token, { ctr }));
    await show([good as string, `${other?.slice(0, -8)}AAAAAAAA`], ctr);
    expect(room.signals.map(({ kind }) => kind)).toContain('evidence_doubted');
    expect(room.answered).toEqual([]);
    expect(await world.use(token)).toBe('ok');
  });

  // breaks law 11 when: contradictionOf compares compact forms and not what was signed
  it('are no clone when they are one, twice', async () => {
    const { world, grandchild } = family;
    const proof = room.proof(grandchild.key, token, { ctr: 7 });
    await show([proof, malleated(proof)], 7);
    expect(room.answered).toEqual([]);
    expect(await world.use(token)).toBe('ok');
  });
});

describe('bytes that prove a theft', () => {
  it('of a token: kill it, and the session lives on', async () => {
    const { world, grandchild } = family;
    const foreignProof = { token: token.token, proof: room.proof(thief, token) };
    await room.take([room.sighting({ session: grandchild.id, foreignProof })]);
    expect(room.answered).toMatchObject([{ outcome: 'tokens_cut' }]);
    await world.catchUp();
    expect(await world.use(token)).toBe('token_cut');
    expect(await world.use(given(await world.issue(grandchild)))).toBe('ok');
  });

  it('of a key: hold the tree and its evidence; when told again after the resume, end it', async () => {
    const { world, root, grandchild, writerHost } = family;
    const theft = (ctr: number) =>
      show(
        [1, 2].map(() => room.proof(grandchild.key, token, { ctr })),
        ctr,
      );
    await theft(7);
    expect(room.answered).toMatchObject([{ outcome: 'tree_suspended', session: root.id }]);
    expect(await world.issue(grandchild)).toBe('session_suspended');
    expect(await world.openRoot(writerHost)).toBe('evidence_held');
    await world.pass(30);
    expect(await world.resume(root)).toBe(3);
    await world.pass(30);
    token = given(await world.issue(grandchild));
    await theft(9);
    expect(room.answered).toMatchObject([{}, { outcome: 'tree_revoked', session: root.id }]);
    expect(await world.issue(root)).toBe('session_revoked');
    await world.catchUp();
    expect(await world.use(token)).toBe('token_cut');
  });
});
