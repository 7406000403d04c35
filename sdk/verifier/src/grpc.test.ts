import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseSessionId } from '@creance/proto';
import { SessionKind } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeBroker } from './grpc/fake-broker.js';
import { FakePlace, hastyClock } from './grpc/fake-place.js';
import type { JoinOptions } from './grpc.js';
import { cutEntry } from './support/test-issuer.js';

let place: FakePlace;
let broker: FakeBroker;
let keyFile = '';
beforeEach(async () => {
  place = await FakePlace.open();
  broker = place.broker;
  keyFile = place.keyFile;
});
afterEach(() => place.close());

const start: FakePlace['start'] = (options) => place.start(options);
const startReady: FakePlace['startReady'] = (options) => place.startReady(options);
const verdict: FakePlace['verdict'] = (verifier) => place.verdict(verifier);

const eventually = (check: () => unknown) => expect.poll(check, { timeout: 10_000, interval: 10 });

describe('joinVerifier', () => {
  it('redeems the join string once, and verifies by the feed', async () => {
    const verifier = await startReady();
    expect(await verdict(verifier)).toBe('ok');
    broker.broadcast(broker.issuer.delta([cutEntry(broker.issuer.session)]));
    await eventually(() => verdict(verifier)).toBe('token_cut');
  });

  it('makes the proofs that the schema asks for', async () => {
    await startReady();
    await eventually(() => broker.of('Acknowledge').length).toBeGreaterThan(0);
    const proofs = broker.calls.map(({ proof }) => proof);
    expect(broker.calls.every(({ isGenuine }) => isGenuine)).toBe(true);
    expect(broker.calls.map(({ method }) => method)).toEqual([
      'OpenSession',
      'OpenSession',
      'Subscribe',
      'Acknowledge',
    ]);
    expect(proofs.map((proof) => proof?.counter)).toEqual([1, 2, 3, 4]);
    expect(proofs.map((proof) => proof?.method)).toEqual(['POST', 'POST', 'POST', 'POST']);
    expect(proofs[1]?.target).toBe(`${broker.address}/creance.v1.SessionService/OpenSession`);
    expect(proofs[2]?.target).toBe(`${broker.address}/creance.v1.VerifierService/Subscribe`);
    for (const { proof, request } of broker.of('OpenSession')) {
      const digest = createHash('sha256').update(request).digest('base64');
      expect(proof?.contentDigest).toBe(`sha-256=:${digest}:`);
    }
    expect(proofs.map((proof) => proof?.nonce)).toEqual([
      undefined,
      'nonce-1',
      'nonce-1',
      'nonce-1',
    ]);
    const [first, second, ...later] = broker.calls;
    expect([first?.session, second?.session]).toEqual([undefined, undefined]);
    for (const { session } of later) expect(parseSessionId(session ?? '')).toBeDefined();
  });

  it('signs the session key, the issuer, the nonce and the hash of the join token', async () => {
    await startReady();
    const assertion = broker.of('OpenSession')[1]?.assertion;
    const hash = createHash('sha256').update('j'.repeat(32)).digest('base64url');
    expect(assertion).toMatchObject({
      audience: broker.issuer.issuer,
      nonce: 'nonce-1',
      joinTokenHash: hash,
    });
    expect((assertion?.expiresAt ?? 0) - (assertion?.issuedAt ?? 0)).toBe(60);
    const file = JSON.parse(await readFile(keyFile, 'utf8'));
    expect(assertion?.jwk.x).toBe(file.key.x);
    expect(broker.of('OpenSession')[1]?.proof?.jwk.x).not.toBe(file.key.x);
  });

  // breaks when: createKeyFile leaves the mode to the umask.
  it('keeps the key for its owner alone, and no join token', async () => {
    await startReady();
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(keyFile))).mode & 0o777).toBe(0o700);
    expect(await readdir(dirname(keyFile))).toEqual(['verifier.json']);
    expect(await readFile(keyFile, 'utf8')).not.toContain('jjjj');
  });

  it('starts later by the registered key alone, under another session key', async () => {
    await (await startReady()).close();
    const [, before] = broker.of('OpenSession');
    broker.calls.length = 0;
    const again = await start();
    await again.ready();
    const [, after] = broker.of('OpenSession');
    expect(after?.assertion?.joinTokenHash).toBeUndefined();
    expect(after?.assertion?.jwk).toEqual(before?.assertion?.jwk);
    expect(after?.proof?.jwk).not.toEqual(before?.proof?.jwk);
  });

  it('redeems the join token with the key that it had when a start was cut off', async () => {
    broker.refusals['OpenSession'] = ['store_busy'];
    await (await start({ join: broker.joinString })).close();
    const key = await readFile(keyFile, 'utf8');
    broker.registered.clear();
    await startReady();
    expect(await readFile(keyFile, 'utf8')).toBe(key);
  });

  it.each<[string, Partial<JoinOptions>]>([
    ['join_string_missing', {}],
    ['join_string_malformed', { join: 'creance-join:v1:junk' }],
  ])('rejects with %s', async (reason, options) => {
    await expect(start(options)).rejects.toMatchObject({ name: 'JoinError', reason });
  });

  it('rejects when the broker refuses for good, with its reason as a code', async () => {
    broker.refusals['OpenSession'] = ['evidence_key_revoked'];
    await expect(start({ join: broker.joinString })).rejects.toThrow('fix: ask an operator why');
    broker.refusals['OpenSession'] = ['join_token_used'];
    await expect(start({ join: broker.joinString })).rejects.toMatchObject({
      reason: 'join_token_used',
      code: 'CREANCE_JOIN_TOKEN_USED',
    });
  });

  it('rejects a join string of a workload, and one of another resource', async () => {
    broker.kind = SessionKind.SESSION_KIND_WORKLOAD;
    const join = broker.joinString;
    await expect(start({ join })).rejects.toMatchObject({ reason: 'not_a_verifier' });
    broker.kind = SessionKind.SESSION_KIND_VERIFIER;
    await expect(start({ join, resource: 'mail' })).rejects.toMatchObject({
      reason: 'other_resource',
    });
  });

  // breaks when: joinBroker keeps the key of a join that came to nothing, or openWith leaves its session
  it('keeps no key and no session of a join that was of another member', async () => {
    broker.kind = SessionKind.SESSION_KIND_WORKLOAD;
    const join = broker.joinString;
    await expect(start({ join })).rejects.toMatchObject({ reason: 'not_a_verifier' });
    broker.kind = SessionKind.SESSION_KIND_VERIFIER;
    await expect(start({ join, resource: 'mail' })).rejects.toThrow();
    expect(await readdir(dirname(keyFile))).toEqual([]);
    const ended = broker.of('EndSession');
    expect(ended.map(({ isGenuine }) => isGenuine)).toEqual([true, true]);
    expect(ended.every(({ session }) => parseSessionId(session ?? '') !== undefined)).toBe(true);
    await (await startReady()).close();
  });

  it('keeps no key of a join that the broker refused for good, and that of one it may yet take', async () => {
    broker.refusals['OpenSession'] = ['join_token_used', 'store_busy'];
    await expect(start({ join: broker.joinString })).rejects.toThrow();
    expect(await readdir(dirname(keyFile))).toEqual([]);
    await (await start({ join: broker.joinString })).close();
    expect(await readdir(dirname(keyFile))).toEqual(['verifier.json']);
  });

  it('names the file and the member whose key it holds, and leaves it', async () => {
    await (await startReady()).close();
    broker.kind = SessionKind.SESSION_KIND_WORKLOAD;
    broker.name = 'invoice\u001b[2Jbot';
    const refused = await start({ join: broker.joinString }).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: 'CREANCE_KEY_FILE_OF_OTHER_MEMBER' });
    const { message } = refused as Error;
    expect(message).toContain(
      `at: ${keyFile}; presented: the key of workload invoice\\u{1b}[2Jbot;`,
    );
    expect(message).toMatch(/fix: delete it .*or name another file$/);
    expect(broker.of('EndSession').length).toBe(2);
    expect(await readdir(dirname(keyFile))).toEqual(['verifier.json']);
  });

  it('refuses everything while the broker cannot be reached, and joins when it can', async () => {
    const join = broker.joinString;
    broker.stop();
    const verifier = await start({ join, clock: hastyClock });
    expect(await verdict(verifier)).toBe('view_missing');
    expect(place.events).toContainEqual({
      kind: 'disconnected',
      code: 'UNAVAILABLE',
      networkCode: 'ECONNREFUSED',
    });
    await broker.listen();
    await verifier.ready();
    expect(await verdict(verifier)).toBe('ok');
  });
});
