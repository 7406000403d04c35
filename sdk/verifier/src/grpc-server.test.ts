import { type Metadata, type ServerUnaryCall, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { newEcKey } from './grpc/ec-key.js';
import {
  allNeed,
  errorInfoOf,
  GrpcPlace,
  type Handlers,
  pathOf,
} from './grpc-server/fake-place.js';
import { creanceServerInterceptor, identityOf } from './grpc-server.js';
import { Seen } from './support/seen.js';
import { openBench } from './support/test-verifier.js';

const places: GrpcPlace[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.close();
});

const calls: ServerUnaryCall<Buffer, Buffer>[] = [];
const handlers: Handlers = {
  Get(call, done) {
    calls.push(call);
    done(null, Buffer.from(identityOf(call).clientId));
  },
};

async function open(...rest: Parameters<typeof GrpcPlace.open>): Promise<GrpcPlace> {
  calls.length = 0;
  const place = await GrpcPlace.open(...rest);
  places.push(place);
  return place;
}

function refusalOf(answer: string | ServiceError): [number | undefined, string | undefined] {
  return [typeof answer === 'string' ? undefined : answer.code, errorInfoOf(answer)?.reason];
}

describe('creanceServerInterceptor', () => {
  it('lets a good call through, says who calls, and keeps the bearer material from the handler', async () => {
    const place = await open(handlers);
    const metadata = place.metadata('Get');
    metadata.set('x-own', 'kept');
    expect(await place.get(metadata)).toBe('support-triage');
    expect(calls[0]?.metadata.toJSON()).toMatchObject({ 'x-own': ['kept'] });
    expect(JSON.stringify(calls[0]?.metadata)).not.toMatch(/DPoP|eyJ/);
  });

  it.each<[string, status, (place: GrpcPlace, metadata: Metadata) => void]>([
    ['TOKEN_MISSING', status.UNAUTHENTICATED, (_, metadata) => metadata.remove('authorization')],
    ['PROOF_MISSING', status.UNAUTHENTICATED, (_, metadata) => metadata.remove('dpop')],
    [
      'TOKEN_SENT_AS_BEARER',
      status.UNAUTHENTICATED,
      (_, metadata) => metadata.set('authorization', 'Bearer abc'),
    ],
    [
      'PROOF_DUPLICATED',
      status.UNAUTHENTICATED,
      (place, metadata) => metadata.add('dpop', String(place.metadata('Get').get('dpop')[0])),
    ],
    [
      'PROOF_WRONG_METHOD',
      status.UNAUTHENTICATED,
      (place, metadata) => put(metadata, place.metadata('Get', { proof: { htm: 'GET' } })),
    ],
    [
      'PROOF_WRONG_TARGET',
      status.UNAUTHENTICATED,
      (place, metadata) => put(metadata, place.metadata('Watch')),
    ],
    [
      'TOKEN_WRONG_AUDIENCE',
      status.UNAUTHENTICATED,
      (place, metadata) => {
        const token = place.bench.issuer.token({ audience: 'https://mail.example' });
        put(metadata, place.metadata('Get', { token }));
      },
    ],
  ])('refuses with %s', async (reason, code, change) => {
    const place = await open(handlers);
    const metadata = place.metadata('Get');
    change(place, metadata);
    const answer = await place.get(metadata);
    expect(refusalOf(answer)).toEqual([code, reason]);
    const info = errorInfoOf(answer);
    expect(info?.domain).toBe('creance.dev');
    expect(info?.metadata).toEqual({ request_id: expect.stringMatching(/^[\w-]{22}$/) });
    expect(calls).toEqual([]);
  });

  it('refuses a proof by another key, a replay, and a missing scope with what is needed', async () => {
    const place = await open(handlers, { scopes: { [pathOf('Get')]: ['contacts:export'] } });
    const { issuer } = place.bench;
    const narrow = await place.get();
    expect(refusalOf(narrow)).toEqual([status.PERMISSION_DENIED, 'INSUFFICIENT_SCOPE']);
    expect(errorInfoOf(narrow)?.metadata).toMatchObject({ scope: 'contacts:export' });
    const token = issuer.token({ scopes: ['contacts:export'] as never });
    const metadata = place.metadata('Get', { token });
    expect(await place.get(metadata)).toBe('support-triage');
    expect(refusalOf(await place.get(metadata))[1]).toBe('PROOF_REPLAYED');
    const stolen = place.metadata('Get', { token });
    const claims = { htm: 'POST', htu: issuer.audience + pathOf('Get') };
    stolen.set('dpop', issuer.proof(token, claims, newEcKey()));
    expect(refusalOf(await place.get(stolen))[1]).toBe('PROOF_WRONG_KEY');
  });

  // breaks when: a method without a rule is let through to its handler.
  it('refuses a method that nobody has named, with a good token too', async () => {
    const place = await open(
      { ...handlers, Watch: () => {} },
      { scopes: { [pathOf('Watch')]: ['a'] } },
    );
    const expected = [status.PERMISSION_DENIED, 'METHOD_NOT_PROTECTED'];
    expect(refusalOf(await place.get())).toEqual(expected);
    expect(calls).toEqual([]);
  });

  it('lets everybody call what is said to be unprotected, and names nobody there', async () => {
    const methods = { scopes: {}, unprotected: [pathOf('Get')] };
    const place = await open(
      {
        Get(call, done) {
          expect(() => identityOf(call)).toThrow();
          done(null, Buffer.from('open'));
        },
      },
      methods,
    );
    const nobody = place.metadata('Get');
    nobody.remove('authorization');
    expect(await place.get(nobody)).toBe('open');
  });

  it('says UNAVAILABLE while the view is missing or stale, and when to come back', async () => {
    const place = await open(handlers);
    place.bench.clock.advance(10_001);
    expect(refusalOf(await place.get())).toEqual([status.UNAVAILABLE, 'FEED_STALE']);
    await place.bench.feed.receive(place.bench.issuer.heartbeat());
    expect(await place.get()).toBe('support-triage');
    await place.bench.verifier.close();
    expect(refusalOf(await place.get())).toEqual([status.UNAVAILABLE, 'VERIFIER_CLOSED']);
  });

  it('hands out the nonce that it asks for', async () => {
    const place = await open(handlers, undefined, { nonce: 'always' });
    const refused = await place.get();
    expect(refusalOf(refused)).toEqual([status.UNAUTHENTICATED, 'NONCE_REQUIRED']);
    const [nonce] = typeof refused === 'string' ? [] : refused.metadata.get('dpop-nonce');
    const proof = { nonce: String(nonce) };
    expect(await place.get(place.metadata('Get', { proof }))).toBe('support-triage');
  });

  it('names the action by the method', async () => {
    const seen = new Seen();
    const place = await open(handlers, undefined, { reports: seen });
    await place.get();
    expect(seen.last).toMatchObject({ action: pathOf('Get'), refusal: undefined });
  });

  // breaks when: #begin lets a call through whose verification has failed for a fault.
  it('lets nobody through for a fault of the verifier', async () => {
    const place = await open(handlers);
    place.bench.verifier.verifyCall = () => Promise.reject(new Error('a fault'));
    expect(refusalOf(await place.get())).toEqual([status.INTERNAL, undefined]);
    expect(calls).toEqual([]);
  });

  it.each([
    { scopes: { 'crm.v1.Contacts/Get': ['a'] } },
    { scopes: { [pathOf('Get')]: [] } },
    { scopes: { [pathOf('Get')]: ['not a scope'] } },
    { scopes: allNeed('a'), unprotected: ['/health'] },
  ])('throws for %j', async (methods) => {
    const { verifier } = await openBench();
    expect(() => creanceServerInterceptor(verifier, methods)).toThrow(TypeError);
  });
});

/** Puts other metadata in place of what is there. */
function put(metadata: Metadata, other: Metadata): void {
  for (const [name, [value]] of Object.entries(other.toJSON())) metadata.set(name, value ?? '');
}
