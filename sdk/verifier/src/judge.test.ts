import type { Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { VerifierEvent } from './events.js';
import { newEcKey } from './grpc/ec-key.js';
import { beforeEntry, cutEntry, newHandle, type TestIssuer } from './support/test-issuer.js';
import { openBench, outcome } from './support/test-verifier.js';

describe('Judge', () => {
  describe('cached tokens', () => {
    it('are checked again for everything but their signature', async () => {
      const { clock, feed, issuer, send } = await openBench();
      const token = issuer.token();
      expect(outcome(await send({ token }))).toBe('ok');
      expect(outcome(await send({ token, scopes: ['contacts:export'] }))).toBe(
        'insufficient_scope',
      );
      const other = issuer.proof(token, {}, newEcKey());
      expect(outcome(await send({ token, proof: other }))).toBe('proof_wrong_key');
      const nonce = new Uint8Array(16);
      await feed.open(issuer.opening(nonce, { audience: 'https://mail.example' }), nonce);
      expect(outcome(await send({ token }))).toBe('token_wrong_audience');
      await feed.open(issuer.opening(nonce), nonce);
      clock.advance(10_001);
      expect(outcome(await send({ token }))).toBe('feed_stale');
      clock.advance(49_999);
      await feed.receive(issuer.heartbeat());
      expect(outcome(await send({ token }))).toBe('token_expired');
    });

    // breaks when: neither Tokens.genuine nor Judge.#clear asks keyFault.
    it('fall with their signing key', async () => {
      const { feed, issuer, send } = await openBench();
      const token = issuer.token();
      expect(outcome(await send({ token }))).toBe('ok');
      const keyId = issuer.tokenKey.thumbprint;
      const target = { $case: 'cutKeyId', value: keyId as string } as const;
      await feed.receive(issuer.delta([{ target, absolute: true }]));
      expect(outcome(await send({ token }))).toBe('token_key_cut');
    });

    it('fall when their signing key retires', async () => {
      const { clock, feed, issuer, send } = await openBench();
      const key = newEcKey();
      const retireAt = clock.now() / 1_000 + 20;
      await feed.receive(issuer.delta([issuer.keyEntry(key, retireAt)]));
      const token = issuer.token({}, key);
      expect(outcome(await send({ token }))).toBe('ok');
      clock.advance(20_000);
      await feed.receive(issuer.heartbeat());
      expect(outcome(await send({ token }))).toBe('token_key_retired');
    });
  });

  it('takes a key by no other name than its thumbprint', async () => {
    const { feed, issuer, send } = await openBench();
    const key = newEcKey();
    const { target } = issuer.keyEntry(key);
    if (target?.$case !== 'tokenKey') throw new Error('no key');
    const alias = newEcKey().thumbprint;
    const entry = { ...target, value: { ...target.value, keyId: alias as string } };
    await feed.receive(issuer.delta([{ target: entry, absolute: false }]));
    const token = issuer.token({}, { ...key, thumbprint: alias });
    expect(outcome(await send({ token }))).toBe('token_key_unknown');
  });

  it.each([
    ['before', (issuer: TestIssuer) => issuer.delta([beforeEntry(issuer)]), 'token_cut_before'],
    [
      'the floor',
      (issuer: TestIssuer) =>
        issuer.delta([cutEntry(newHandle())], { floorRevision: BigInt(issuer.head) }),
      'token_below_floor',
    ],
  ])('refuses what %s ends and takes what came after', async (_name, frame, reason) => {
    const { feed, issuer, send } = await openBench();
    const old = issuer.token({ revision: (issuer.head - 1) as Revision });
    expect(outcome(await send({ token: old }))).toBe('ok');
    await feed.receive(frame(issuer));
    expect(outcome(await send({ token: old }))).toBe(reason);
    expect(outcome(await send({ token: issuer.token() }))).toBe('ok');
  });

  it('refuses at proofsRememberedPerKeyMax and says so', async () => {
    const events: VerifierEvent[] = [];
    const limits = { proofsRememberedPerKeyMax: 2 };
    const { send } = await openBench({ limits, onEvent: (event) => events.push(event) });
    expect(outcome(await send())).toBe('ok');
    expect(outcome(await send())).toBe('ok');
    expect(outcome(await send())).toBe('replay_memory_full');
    const requestId = expect.stringMatching(/^[\w-]{22}$/);
    expect(events).toEqual([
      { kind: 'limit', reason: 'replay_memory_full' },
      { kind: 'denied', reason: 'replay_memory_full', requestId },
    ]);
  });

  it('remembers no proof of a request that it refuses', async () => {
    const limits = { proofsRememberedPerKeyMax: 1 };
    const { send } = await openBench({ limits });
    for (let at = 0; at < 3; at += 1) {
      expect(outcome(await send({ scopes: ['contacts:export'] }))).toBe('insufficient_scope');
    }
    expect(outcome(await send())).toBe('ok');
  });

  it('refuses at viewEntriesMax everything', async () => {
    const { feed, issuer, send } = await openBench({}, { viewEntriesMax: 2 });
    expect(outcome(await send())).toBe('ok');
    await feed.receive(issuer.delta([cutEntry(newHandle()), cutEntry(newHandle())]));
    expect(outcome(await send())).toBe('view_full');
  });

  it('survives a listener that throws', async () => {
    const limits = { proofsRememberedPerKeyMax: 0 };
    const onEvent = () => {
      throw new Error('a broken log');
    };
    const { send } = await openBench({ limits, onEvent });
    expect(outcome(await send())).toBe('replay_memory_full');
  });
});
