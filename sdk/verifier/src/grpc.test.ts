import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSessionId } from '@creance/proto';
import { SessionKind } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerifierEvent } from './events.js';
import { newEcKey } from './grpc/ec-key.js';
import { FakeBroker } from './grpc/fake-broker.js';
import { type JoinOptions, joinVerifier } from './grpc.js';
import { type Clock, systemClock } from './runtime/clock.js';
import { cutEntry, newHandle, signedFrame } from './support/test-issuer.js';
import { outcome } from './support/test-verifier.js';
import type { Verifier } from './verifier.js';

let folder = '';
let broker: FakeBroker;
const opened: Verifier[] = [];
let events: VerifierEvent[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'creance-verifier-'));
  broker = new FakeBroker();
  events = [];
  await broker.listen();
});

afterEach(async () => {
  for (const verifier of opened.splice(0)) await verifier.close();
  broker.stop();
  await rm(folder, { recursive: true });
});

const keyFile = () => join(folder, 'keys', 'verifier.json');

async function start(options: Partial<JoinOptions> = {}): Promise<Verifier> {
  const onEvent = (event: VerifierEvent) => events.push(event);
  const verifier = await joinVerifier({ keyFile: keyFile(), onEvent, ...options });
  opened.push(verifier);
  return verifier;
}

async function startReady(options: Partial<JoinOptions> = {}): Promise<Verifier> {
  const verifier = await start({ join: broker.joinString, ...options });
  await verifier.ready();
  return verifier;
}

/** The verdict on a fresh token; the start of the verifier asks for a nonce, which it then gets. */
async function verdict(verifier: Verifier): Promise<string> {
  const { issuer } = broker;
  const token = issuer.token();
  const ask = (changes: object) => {
    const headers = { authorization: `DPoP ${token}`, dpop: issuer.proof(token, changes) };
    const request = new Request(`${issuer.audience}/contacts`, { headers });
    return verifier.verify(request, { scopes: ['contacts:read'] });
  };
  const first = await ask({});
  const nonce = first.ok ? undefined : first.failure.headers['dpop-nonce'];
  return outcome(nonce === undefined ? first : await ask({ nonce }));
}

const eventually = (check: () => unknown) => expect.poll(check, { timeout: 10_000, interval: 10 });
const kinds = () => events.map(({ kind }) => kind);

/** Waits a twentieth as long. */
const hasty: Clock = {
  ...systemClock,
  after: (millis, act) => systemClock.after(millis / 20, act),
};

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
    const file = JSON.parse(await readFile(keyFile(), 'utf8'));
    expect(assertion?.jwk.x).toBe(file.key.x);
    expect(broker.of('OpenSession')[1]?.proof?.jwk.x).not.toBe(file.key.x);
  });

  // breaks when: createKeyFile leaves the mode to the umask.
  it('keeps the key for its owner alone, and no join token', async () => {
    await startReady();
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, 'keys'))).toEqual(['verifier.json']);
    expect(await readFile(keyFile(), 'utf8')).not.toContain('jjjj');
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
    const key = await readFile(keyFile(), 'utf8');
    broker.registered.clear();
    await startReady();
    expect(await readFile(keyFile(), 'utf8')).toBe(key);
  });

  it.each<[string, (folder: string) => Partial<JoinOptions>]>([
    ['join_string_missing', () => ({})],
    ['join_string_malformed', () => ({ join: 'creance-join:v1:junk' })],
  ])('rejects with %s', async (reason, options) => {
    await expect(start(options(folder))).rejects.toMatchObject({ name: 'JoinError', reason });
  });

  it('rejects when the broker refuses for good, with its reason as a code', async () => {
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

  it('refuses everything while the broker cannot be reached, and joins when it can', async () => {
    const join = broker.joinString;
    broker.stop();
    const verifier = await start({ join, clock: hasty });
    expect(await verdict(verifier)).toBe('view_missing');
    expect(events).toContainEqual({ kind: 'disconnected', code: 'UNAVAILABLE' });
    await broker.listen();
    await verifier.ready();
    expect(await verdict(verifier)).toBe('ok');
  });
});

describe('a joined verifier', () => {
  it('acknowledges what it enforces, several frames in one', async () => {
    await startReady();
    await eventually(() => broker.acknowledged.at(-1)).toBe(broker.issuer.head);
    const before = broker.acknowledged.length;
    for (let at = 0; at < 50; at += 1)
      broker.broadcast(broker.issuer.delta([cutEntry(newHandle())]));
    await eventually(() => broker.acknowledged.at(-1)).toBe(broker.issuer.head);
    expect(broker.acknowledged.length - before).toBeLessThan(50);
  });

  it('goes on after the revision that it holds when the stream breaks', async () => {
    await startReady();
    const held = broker.issuer.head;
    broker.stop();
    await broker.listen();
    await eventually(() => broker.of('Subscribe').length).toBeGreaterThan(1);
    expect(broker.of('Subscribe').at(-1)?.afterRevision).toBe(held);
    expect(kinds()).toContain('disconnected');
  });

  // breaks when: a broken link does not set #wantsSnapshot.
  it('asks for a snapshot after a gap', async () => {
    const verifier = await startReady();
    broker.issuer.delta([cutEntry(broker.issuer.session)]);
    broker.broadcast(broker.issuer.delta([cutEntry(newHandle())]));
    await eventually(() => broker.of('Subscribe').length).toBe(2);
    expect(broker.of('Subscribe').map(({ afterRevision }) => afterRevision)).toEqual([0, 0]);
    expect(events).toContainEqual({ kind: 'refused', fault: 'broken_link' });
    await eventually(() => verdict(verifier)).toBe('ok');
  });

  it('comes back when the broker asks, after the revision that it holds', async () => {
    await startReady();
    broker.resync();
    await eventually(() => broker.of('Subscribe').length).toBe(2);
    expect(broker.of('Subscribe')[1]?.afterRevision).toBe(broker.issuer.head);
    expect(broker.of('OpenSession')).toHaveLength(2);
  });

  it('applies no forged frame, and leaves the stream that brought it', async () => {
    const verifier = await startReady();
    const { frame } = broker.issuer.delta([cutEntry(broker.issuer.session)]);
    const forged = { ...signedFrame(frame, newEcKey()), keyId: broker.issuer.feedKey.thumbprint };
    broker.broadcast(forged);
    await eventually(() => broker.of('Subscribe').length).toBe(2);
    expect(events).toContainEqual({ kind: 'refused', fault: 'frame_signature_invalid' });
    expect(await verdict(verifier)).toBe('ok');
  });

  it('takes no frame twice, and stays', async () => {
    await startReady();
    const frame = broker.issuer.delta([cutEntry(newHandle())]);
    broker.broadcast(frame);
    broker.broadcast(frame);
    await eventually(() => events).toContainEqual({ kind: 'refused', fault: 'frame_replayed' });
    broker.broadcast(broker.issuer.delta([cutEntry(newHandle())]));
    await eventually(() => broker.acknowledged.at(-1)).toBe(broker.issuer.head);
    expect(broker.of('Subscribe')).toHaveLength(1);
  });

  it('refuses everything when another anchor vouches for the feed, and says so', async () => {
    const verifier = await startReady();
    broker.anchor = newEcKey();
    broker.resync();
    await eventually(kinds).toContain('anchor_mismatch');
    expect(await verdict(verifier)).toBe('feed_distrusted');
    broker.anchor = broker.issuer.anchor;
    await eventually(() => verdict(verifier)).toBe('ok');
  });

  it.each(['session_revoked', 'session_expired', 'session_unknown'] as const)(
    'opens another session after %s',
    async (reason) => {
      const verifier = await startReady();
      broker.refusals['Subscribe'] = [reason];
      broker.resync();
      await eventually(() => broker.of('OpenSession').length).toBe(4);
      await eventually(() => broker.streams.length).toBe(1);
      expect(events).toContainEqual({ kind: 'disconnected', code: reason });
      expect(await verdict(verifier)).toBe('ok');
    },
  );

  it('takes the nonce of a broker that started again', async () => {
    await startReady();
    broker.nonce = 'nonce-2';
    broker.refusals['Subscribe'] = ['nonce_required'];
    broker.resync();
    await eventually(() => broker.of('Subscribe').length).toBe(3);
    const nonces = broker.of('Subscribe').map(({ proof }) => proof?.nonce);
    expect(nonces).toEqual(['nonce-1', 'nonce-1', 'nonce-2']);
  });

  it('renews its session at a third of the idle time, and opens another when it is lost', async () => {
    broker.idleSeconds = 1;
    await startReady();
    await eventually(() => broker.of('RenewSession').length).toBeGreaterThan(1);
    broker.refusals['RenewSession'] = ['session_ended'];
    await eventually(() => broker.of('OpenSession').length).toBe(4);
  });

  // breaks when: the watchdog is not set again, or does not redial.
  it('takes a new connection when nothing comes (F-16), and tells that it is stale', async () => {
    await startReady({ clock: hasty });
    broker.isMute = true;
    await eventually(() => events).toContainEqual({ kind: 'disconnected', code: 'SILENT' });
    await eventually(() => broker.of('Subscribe').length).toBeGreaterThan(1);
    broker.isMute = false;
    await eventually(() => broker.streams.length).toBeGreaterThan(0);
  });

  it('ends its session when it is closed, and calls nobody any more', async () => {
    const verifier = await startReady();
    await verifier.close();
    expect(broker.of('EndSession')).toHaveLength(1);
    expect(broker.of('EndSession')[0]?.proof?.contentDigest).toMatch(/^sha-256=:/);
    expect(await verdict(verifier)).toBe('verifier_closed');
    const calls = broker.calls.length;
    broker.stop();
    await broker.listen();
    expect(broker.calls.length).toBe(calls);
  });
});
