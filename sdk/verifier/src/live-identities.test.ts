import type { Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { TokenEnded } from './identity.js';
import { beforeEntry, cutEntry, newHandle } from './support/test-issuer.js';
import { identityOf, openBench, outcome } from './support/test-verifier.js';

describe('signal', () => {
  const reasonOf = (signal: AbortSignal) => (signal.reason as TokenEnded | undefined)?.reason;

  it('fires when a matching cut arrives, and for no other', async () => {
    const bench = await openBench();
    const { signal } = await identityOf(bench);
    await bench.feed.receive(bench.issuer.delta([cutEntry(newHandle())]));
    expect(signal.aborted).toBe(false);
    await bench.feed.receive(bench.issuer.delta([cutEntry(bench.issuer.workload, false)]));
    expect(reasonOf(signal)).toBe('token_cut');
  });

  it('stays quiet for a token that is newer than the cut', async () => {
    const bench = await openBench();
    const revision = (bench.issuer.head + 10 ** 9) as Revision;
    const { signal } = await identityOf(bench, bench.issuer.token({ revision }));
    await bench.feed.receive(bench.issuer.delta([cutEntry(bench.issuer.workload, false)]));
    expect(signal.aborted).toBe(false);
  });

  it('fires when the signing key is cut, when all before is cut, and by a snapshot', async () => {
    for (const change of ['key', 'before', 'snapshot']) {
      const bench = await openBench();
      const { feed, issuer } = bench;
      const old = (issuer.head - 1) as Revision;
      const { signal } = await identityOf(bench, issuer.token({ revision: old }));
      const value = issuer.tokenKey.thumbprint as string;
      const target = { $case: 'cutKeyId', value } as const;
      if (change === 'key') await feed.receive(issuer.delta([{ target, absolute: true }]));
      if (change === 'before') await feed.receive(issuer.delta([beforeEntry(issuer)]));
      if (change === 'snapshot') await feed.receive(issuer.snapshot([cutEntry(issuer.session)]));
      expect(signal.aborted).toBe(true);
    }
  });

  it('fires when the token ends', async () => {
    const bench = await openBench();
    const { signal } = await identityOf(bench);
    bench.clock.advance(59_999);
    expect(signal.aborted).toBe(false);
    bench.clock.advance(1);
    expect(reasonOf(signal)).toBe('token_expired');
  });

  it('has fired already for whoever looks after the cut', async () => {
    const bench = await openBench();
    const identity = await identityOf(bench);
    await bench.feed.receive(bench.issuer.delta([cutEntry(bench.issuer.session)]));
    expect(reasonOf(identity.signal)).toBe('token_cut');
  });

  it('never fires once released, and leaves no timer', async () => {
    const bench = await openBench();
    const waiting = bench.clock.waiting;
    const identity = await identityOf(bench);
    const { signal } = identity;
    expect(bench.clock.waiting).toBe(waiting + 1);
    identity[Symbol.dispose]();
    expect(bench.clock.waiting).toBe(waiting);
    await bench.feed.receive(bench.issuer.delta([cutEntry(bench.issuer.session)]));
    bench.clock.advance(60_000);
    expect(signal.aborted).toBe(false);
  });

  it('is released by the signal of whoever runs the call', async () => {
    const bench = await openBench();
    const waiting = bench.clock.waiting;
    const owner = new AbortController();
    const verified = await bench.send({ signal: owner.signal });
    expect(verified.ok && verified.identity.signal.aborted).toBe(false);
    owner.abort();
    expect(bench.clock.waiting).toBe(waiting);
  });

  it('costs nothing while nobody looks at it', async () => {
    const bench = await openBench();
    const waiting = bench.clock.waiting;
    await identityOf(bench);
    expect(bench.clock.waiting).toBe(waiting);
  });

  // breaks when: LiveIdentities.watch lets one more in.
  it('refuses at liveIdentitiesMax, and ends at once what nobody could end later', async () => {
    const bench = await openBench({ limits: { liveIdentitiesMax: 1 } });
    const [first, second] = [await identityOf(bench), await identityOf(bench)];
    expect(first.signal.aborted).toBe(false);
    expect(reasonOf(second.signal)).toBe('live_identities_full');
    expect(outcome(await bench.send())).toBe('live_identities_full');
    first.release();
    expect(outcome(await bench.send())).toBe('ok');
  });

  it('fires when the verifier is closed', async () => {
    const bench = await openBench();
    const [one, other] = [await identityOf(bench), await identityOf(bench)];
    const { signal } = one;
    await bench.verifier.close();
    expect(reasonOf(signal)).toBe('verifier_closed');
    expect(reasonOf(other.signal)).toBe('verifier_closed');
  });
});
