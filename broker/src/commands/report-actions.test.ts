import { beforeEach, describe, expect, it } from 'vitest';
import type { ActionReport, Observation, Sighting } from '../domain/action.js';
import { limits } from '../domain/limits.js';
import type { Session } from '../domain/session.js';
import { callBy } from '../doubles/calls.js';
import { destinationKeys } from '../doubles/destinations.js';
import { sessionIdOf } from '../doubles/ids.js';
import { registryOf, resourceOf } from '../doubles/registries.js';
import { sessionOf } from '../doubles/sessions.js';
import { reportActions } from './report-actions.js';

const agent = sessionOf('agent');
const verifier = sessionOf('verifier', { kind: 'verifier', name: 'crm' });
const arrivalMillis = 1_000_000;

let taken: Sighting[];
let shown: string[];
let hits: string[];
let drops: (readonly [string, number])[];
let room: number;

beforeEach(() => {
  [taken, shown, hits, drops, room] = [[], [], [], [], 1_000];
});

const observed = (parts: Partial<Observation> = {}): Observation => ({
  id: 'action-1',
  session: agent.id,
  tokenHash: undefined,
  audience: undefined,
  action: 'GET /contacts',
  outcome: 'allowed',
  refusal: undefined,
  ageMillis: 100,
  vantage: { origin: false, destination: false, outcome: false },
  proof: { counter: 7, issuedAt: 100, hash: 'hash' },
  foreignProof: undefined,
  destinations: [],
  network: undefined,
  client: undefined,
  ...parts,
});

async function report(
  by: Session,
  observations: readonly Observation[],
  parts: Partial<ActionReport> = {},
) {
  const memory = new Map([agent, verifier].map((session) => [session.id, session]));
  const command = reportActions({
    registry: () => registryOf({ resources: [resourceOf(), resourceOf({ name: 'mail' })] }),
    store: { session: (id) => memory.get(id) },
    clock: { monotonicMillis: () => arrivalMillis },
    witness: {
      take(sightings) {
        const took = sightings.slice(0, room);
        taken.push(...took);
        return { taken: took.length, dropped: sightings.length - took.length };
      },
      show: (proofs) => void shown.push(...proofs),
      wantedOf: (id) => [`wanted of ${id}`],
    },
    limitHit: (name) => void hits.push(name),
    onDropped: (cause, count) => void drops.push([cause, count]),
  });
  const done = await command({ observations, proofs: [], dropped: 0, ...parts }, callBy(by));
  return done.ok ? done.value : done.error.reason;
}

describe('a report of a verifier', () => {
  it('is of its own resource, by whatever name it speaks', async () => {
    const foreignProof = { token: 'token', proof: 'proof' };
    const audience = 'https://mail.example.internal';
    await report(verifier, [observed({ foreignProof, audience })]);
    expect(taken).toMatchObject([
      {
        strength: 'strong',
        witness: verifier.id,
        resource: 'crm',
        audience: 'https://crm.example.internal',
        session: agent.id,
        foreignProof,
        proof: { counter: 7 },
      },
    ]);
  });

  // breaks when: an age is believed: then a report makes history
  it.each([
    [0, 0],
    [100, 100],
    [2_000, 2_000],
    [2_001, 2_000],
    [4_294_967_295, 2_000],
    [-5, 0],
  ])('is stamped to the two seconds before its arrival: %d ms', async (ageMillis, back) => {
    await report(verifier, [observed({ ageMillis })]);
    const { now } = callBy(verifier);
    expect(taken).toMatchObject([{ at: now - back * 1_000, seenMillis: arrivalMillis - back }]);
  });

  it('of a session that is not in memory, or of no workload, is dropped and counted', async () => {
    const strangers = [sessionIdOf('gone'), verifier.id].map((session) => observed({ session }));
    expect(await report(verifier, [...strangers, observed()])).toMatchObject({
      taken: 1,
      dropped: 2,
    });
    expect(drops).toEqual([['session_unknown', 2]]);
  });

  it('of a token that is not for it to show, is taken without a session', async () => {
    const refusal = 'token_wrong_audience';
    await report(verifier, [observed({ session: undefined, tokenHash: 'hash', refusal })]);
    expect(taken).toMatchObject([{ session: undefined, refusal }]);
  });

  it.each([
    { counter: 2 ** 53, issuedAt: 100 },
    { counter: -1, issuedAt: 100 },
    { counter: 1.5, issuedAt: 100 },
    { counter: 1, issuedAt: Number.NaN },
  ])('leaves out a proof whose numbers cannot be compared: %j', async (numbers) => {
    await report(verifier, [observed({ proof: { ...numbers, hash: 'hash' } })]);
    expect(taken).toMatchObject([{ proof: undefined }]);
  });

  it('shows proofs, and is told which are wanted', async () => {
    const proofs = Array.from({ length: limits.reportProofs }, (_, at) => `proof ${at}`);
    expect(await report(verifier, [], { proofs })).toMatchObject({
      proofsWanted: [`wanted of ${verifier.id}`],
    });
    expect(shown).toEqual(proofs);
  });

  it('is counted where anything of it was dropped', async () => {
    const most = limits.reportObservations;
    room = most - 3;
    const many = Array.from({ length: most }, (_, at) => observed({ id: `${at}` }));
    expect(await report(verifier, many, { dropped: 9 })).toMatchObject({
      taken: most - 3,
      dropped: 3,
    });
    expect(drops).toEqual([
      ['queue_full', 3],
      ['dropped_by_witness', 9],
    ]);
    expect(hits).toEqual([]);
  });

  it('is refused when its resource is registered no more', async () => {
    const gone = sessionOf('gone', { kind: 'verifier', name: 'gone' });
    expect(await report(gone, [observed()])).toBe('workload_not_registered');
  });
});

describe('what a session reports', () => {
  const mine = (parts: Partial<Observation> = {}) =>
    observed({ session: undefined, audience: 'https://mail.example.internal', ...parts });

  // breaks when: an agent may speak of another, or show tokens and proofs
  it('is of itself, whatever it says of others, of tokens and of proofs', async () => {
    const foreignProof = { token: 'token', proof: 'proof' };
    const session = sessionIdOf('other');
    const answer = await report(agent, [mine({ session, foreignProof, tokenHash: 'hash' })], {
      proofs: ['proof'],
    });
    expect(taken).toMatchObject([
      {
        strength: 'weak',
        witness: agent.id,
        session: agent.id,
        resource: 'mail',
        proof: undefined,
        foreignProof: undefined,
      },
    ]);
    expect(shown).toEqual([]);
    expect(answer).toMatchObject({ proofsWanted: [] });
  });

  // breaks when: what a session says of its own origin or aim goes on to the watch
  it('says nothing of where it came from, or what it was aimed at', async () => {
    const hashed = destinationKeys.hash('mail', 'account', 'a');
    const destinations = hashed.ok ? [hashed.value] : [];
    expect(destinations).toHaveLength(1);
    const vantage = { origin: true, destination: true, outcome: true };
    const aim = { destinations, network: '192.0.2.0/24', client: 'undici' };
    await report(agent, [mine({ ...aim, vantage })]);
    await report(verifier, [observed({ ...aim, vantage })]);
    const nothing = { destinations: [], network: undefined, client: undefined };
    expect(taken).toMatchObject([
      { ...nothing, vantage: { origin: false, destination: false, outcome: true } },
      { ...aim, vantage },
    ]);
  });

  it('is dropped and counted when it was done at no registered resource', async () => {
    const strangers = ['https://other.example', '__proto__', undefined].map((audience) =>
      mine({ audience }),
    );
    expect(await report(agent, [...strangers, mine()])).toMatchObject({ taken: 1, dropped: 3 });
    expect(drops).toEqual([['audience_unknown', 3]]);
  });
});

// breaks when: a list is cut off at its bound and the rest is taken
describe.each([
  ['a verifier', verifier],
  ['a session', agent],
])('a report of %s beyond its bounds', (_name, by) => {
  it.each([
    ['reportObservations', { observations: limits.reportObservations + 1, proofs: 0 }],
    ['reportProofs', { observations: 1, proofs: limits.reportProofs + 1 }],
  ] as const)('is refused whole, and counted as %s', async (bound, sizes) => {
    const many = Array.from({ length: sizes.observations }, (_, at) =>
      observed({ id: `${at}`, audience: 'https://mail.example.internal' }),
    );
    const proofs = Array<string>(sizes.proofs).fill('proof');
    expect(await report(by, many, { proofs })).toBe('request_too_large');
    expect(hits).toEqual([bound]);
    expect([taken, shown, drops]).toEqual([[], [], []]);
  });
});
