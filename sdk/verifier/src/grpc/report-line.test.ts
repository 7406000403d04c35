import { createHash, createHmac } from 'node:crypto';
import { decodeBase64url } from '@creance/proto';
import { ActionOutcome } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newHandle } from '../support/test-issuer.js';
import type { Verifier, VerifyOptions } from '../verifier.js';
import { newEcKey } from './ec-key.js';
import type { FakeBroker } from './fake-broker.js';
import { FakePlace, hastyClock } from './fake-place.js';

let place: FakePlace;
let broker: FakeBroker;
beforeEach(async () => {
  place = await FakePlace.open();
  broker = place.broker;
});
afterEach(() => place.close());

const eventually = (check: () => unknown) => expect.poll(check, { timeout: 10_000, interval: 10 });
const bytesOf = (handle: string) => Buffer.from(decodeBase64url(handle) ?? []);
const sha256 = (text: string) => createHash('sha256').update(text).digest();
const observations = () => broker.reports.seen.flatMap((report) => report.observations);

/** Sends a request, and a fresh one with the nonce that a verifier asks for after its start. */
async function use(
  verifier: Verifier,
  made: (changes: object) => [string, string],
  aim: Partial<VerifyOptions> = {},
): Promise<string> {
  const ask = async (changes: object) => {
    const [token, proof] = made(changes);
    const headers = { authorization: `DPoP ${token}`, dpop: proof };
    const request = new Request(`${broker.issuer.audience}/contacts`, { headers });
    const options = { scopes: ['contacts:read'], action: 'GET /contacts', ...aim };
    return { proof, verified: await verifier.verify(request, options) };
  };
  const first = await ask({});
  const nonce = first.verified.ok ? undefined : first.verified.failure.headers['dpop-nonce'];
  return nonce === undefined ? first.proof : (await ask({ nonce })).proof;
}

const honest = (verifier: Verifier) =>
  use(verifier, (changes) => {
    const token = broker.issuer.token();
    return [token, broker.issuer.proof(token, { ctr: 7, ...changes })];
  });

describe('a joined verifier that reports', () => {
  it('says what it allowed and refused, by its session, and claims to have seen nothing else', async () => {
    const verifier = await place.startReady();
    const proof = await honest(verifier);
    await eventually(() => observations().length).toBe(2);
    const [asked, used] = observations();
    expect(asked).toMatchObject({
      outcome: ActionOutcome.ACTION_OUTCOME_REFUSED,
      refusal: 'nonce_required',
    });
    expect(used).toMatchObject({
      sessionId: bytesOf(broker.issuer.session),
      tokenHash: Buffer.alloc(0),
      audience: '',
      action: 'GET /contacts',
      outcome: ActionOutcome.ACTION_OUTCOME_ALLOWED,
      refusal: '',
      vantage: { origin: false, destination: false, outcome: false },
      proof: { counter: 7n, hash: sha256(proof) },
      foreignProof: undefined,
    });
    expect(used?.actionId).toHaveLength(16);
    const [call] = broker.of('ReportActions');
    expect(call).toMatchObject({ isGenuine: true, session: expect.any(String) });
    await eventually(() => place.events).toContainEqual({
      kind: 'reported',
      observations: 2,
      dropped: 0,
      unread: 0,
    });
  });

  // breaks when: the key of the settings is another one, or a destination goes out in plain
  it('says what an action was aimed at and where it came from, in no form that can be read', async () => {
    const verifier = await place.startReady();
    const token = broker.issuer.token();
    const aim = {
      destinations: [{ kind: 'email' as const, value: 'Ann@Example.com' }],
      origin: { address: '198.51.100.77', client: 'undici/7.1' },
    };
    await use(verifier, (changes) => [token, broker.issuer.proof(token, changes)], aim);
    await eventually(() => observations().length).toBe(2);
    const hmac = createHmac('sha256', Buffer.alloc(32, 7));
    hmac.update('creance-destination-v1\0email\0Ann@example.com');
    const origin = { networkPrefix: Buffer.from([198, 51, 100]), client: 'undici' };
    const vantage = { origin: true, destination: true, outcome: false };
    const destinations = [hmac.digest().subarray(0, 16)];
    for (const each of observations()) {
      expect(each).toMatchObject({ destinations, origin, vantage });
    }
    const sent = broker.of('ReportActions').map(({ request }) => request.toString('latin1'));
    expect(sent.join()).not.toMatch(/ann@|198\.|undici\/7/i);
  });

  it('sends the bytes of a theft, and of a token for another resource the hash', async () => {
    const verifier = await place.startReady();
    const token = broker.issuer.token();
    const thief = newEcKey();
    const proof = broker.issuer.proof(token, {}, thief);
    await use(verifier, () => [token, proof]);
    const other = broker.issuer.token({ audience: 'https://mail.example' });
    await use(verifier, (changes) => [other, broker.issuer.proof(other, changes)]);
    await eventually(() => observations().length).toBe(2);
    const [theft, misused] = observations();
    expect(theft?.foreignProof).toEqual({ token, proof });
    expect(theft?.proof).toBeUndefined();
    expect(misused).toMatchObject({ sessionId: Buffer.alloc(0), tokenHash: sha256(other) });
    expect(misused?.foreignProof).toBeUndefined();
    const sent = broker.of('ReportActions').map(({ request }) => request.toString('latin1'));
    expect(sent.join().includes(other)).toBe(false);
    expect(JSON.stringify(place.events).includes(token)).toBe(false);
  });

  // breaks when: Subscription takes every message that is no opening for a frame.
  it('shows a proof that the broker asks for over the feed, and the feed goes on', async () => {
    const verifier = await place.startReady();
    const proof = await honest(verifier);
    await eventually(() => observations().length).toBe(2);
    const hashes = [sha256('never seen'), sha256(proof), Buffer.from('junk')];
    broker.tell({ $case: 'proofsWanted', value: { hashes } });
    await eventually(() => broker.reports.seen.at(-1)?.proofs).toEqual([proof]);
    expect(broker.of('Subscribe')).toHaveLength(1);
    expect(place.events.filter(({ kind }) => kind === 'refused')).toEqual([]);
  });

  it('shows a proof that the broker asks for in its answer', async () => {
    const verifier = await place.startReady();
    const proof = await honest(verifier);
    await eventually(() => observations().length).toBe(2);
    broker.reports.proofsWanted = [sha256(proof)];
    await honest(verifier);
    await eventually(() => broker.reports.seen.at(-1)?.proofs).toEqual([proof]);
  });

  it('goes on verifying and sends again, whatever a broker answers to a report', async () => {
    const verifier = await place.startReady({ clock: hastyClock });
    broker.reports.nonsense = Buffer.from('\xff\xff\xff nonsense', 'latin1');
    await honest(verifier);
    await eventually(() => broker.reports.seen.length).toBeGreaterThan(1);
    broker.reports.nonsense = undefined;
    await eventually(() => place.events.some(({ kind }) => kind === 'reported')).toBe(true);
    expect(await place.verdict(verifier)).toBe('ok');
    const ids = new Set(observations().map(({ actionId }) => actionId.toString('hex')));
    expect(ids.size).toBeLessThan(observations().length);
  });

  it('reports by its next session when the one it had is lost', async () => {
    const verifier = await place.startReady({ clock: hastyClock });
    broker.refusals['ReportActions'] = ['session_revoked'];
    broker.refusals['Subscribe'] = ['session_revoked'];
    broker.resync();
    await honest(verifier);
    await eventually(() => observations().length).toBeGreaterThan(0);
    await eventually(() => broker.of('OpenSession').length).toBe(4);
    // The broker has seen the call that opens the next session before the verifier has its answer.
    await eventually(async () => {
      await honest(verifier);
      return new Set(broker.of('ReportActions').map(({ session }) => session)).size;
    }).toBe(2);
  });

  it('takes a message of a kind that it does not know for none, and a frame without its link for a gap', async () => {
    await place.startReady();
    for (const stream of broker.streams) stream.write(Buffer.from([0x7a, 0x01, 0x00]));
    broker.broadcast(broker.issuer.delta([]));
    await eventually(() => broker.acknowledged.at(-1)).toBe(broker.issuer.head);
    expect(broker.of('Subscribe')).toHaveLength(1);
    broker.issuer.delta([
      { target: { $case: 'handle', value: bytesOf(newHandle()) }, absolute: true },
    ]);
    broker.broadcast(broker.issuer.heartbeat());
    await eventually(() => broker.of('Subscribe').length).toBe(2);
  });

  it('sends what waits when it is closed, before its session ends', async () => {
    const verifier = await place.startReady();
    await honest(verifier);
    await verifier.close();
    expect(observations()).toHaveLength(2);
    const methods = broker.calls.map(({ method }) => method);
    expect(methods.slice(-2)).toEqual(['ReportActions', 'EndSession']);
  });
});
