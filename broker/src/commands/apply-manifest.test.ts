import { ok, refuse } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { Role } from '../domain/registry.js';
import { callBy } from '../doubles/calls.js';
import { grantOf, registryOf, workloadOf } from '../doubles/registries.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { sessionOf } from '../doubles/sessions.js';
import { LiveRegistry } from '../live-registry.js';
import type { ManifestApply, ManifestText, NewProposal } from '../store/store.js';
import { type ApplyManifestAsk, type ApplyManifestParts, applyManifest } from './apply-manifest.js';
import type { FitManifest } from './manifest-source.js';

const grants = [grantOf({ lifetimeSeconds: 60 })];
const narrow = registryOf({ workloads: [workloadOf({ grants })] });
const wide = registryOf();
const fit = (registry: FitManifest['registry']): FitManifest => ({
  text: 't',
  hash: 'h',
  registry,
});

/** A verb over a registry in force, and what it has asked the store to write. */
function stage(before: FitManifest['registry'], after: FitManifest['registry'], dev = false) {
  const live = new LiveRegistry(before);
  const written: ManifestApply[] = [];
  const proposed: NewProposal[] = [];
  const store: ApplyManifestParts['store'] = {
    manifest: (version) => (version === undefined ? ({ version: 6 } as ManifestText) : undefined),
    proposals: () => [],
    async propose(kept) {
      proposed.push(kept);
      return ok(kept.proposal);
    },
    async applyManifest(ask) {
      written.push(ask);
      return ok({ version: 7, members: [], sessionsEnded: 0 });
    },
  };
  const change: LiveRegistry['change'] = (registry, write) => live.change(registry, write);
  const registry = live.current;
  const parts = { store, registry, change, dev, entropy: seededEntropy() };
  const verb = applyManifest({ ...parts, check: () => ok(fit(after)) });
  const ask: ApplyManifestAsk = {
    source: { kind: 'text', text: 't' },
    expectedVersion: 6,
    prune: false,
    reason: ' longer reads ',
  };
  const by = (...roles: Role[]) =>
    callBy({ ...sessionOf(1), kind: 'operator', name: 'ann' }, roles);
  return { live, written, proposed, store, parts, verb, ask, by };
}

describe('applyManifest', () => {
  // breaks when: mayWiden is asked only where the caller has planned a widening
  it('refuses a widening without the role policy, and writes nothing', async () => {
    const { verb, ask, by, written, live } = stage(narrow, wide);
    const refused = await verb(ask, by('registrar'));
    expect(refused).toMatchObject({ ok: false, error: { reason: 'widening_needs_policy' } });
    expect([written, live.current()]).toEqual([[], narrow]);
  });

  // breaks when: wait is not asked for; needsSecond says no outside development
  it('F-66 keeps a widening for a second person, whatever role its author has, and changes nothing', async () => {
    const { verb, ask, by, written, proposed, live } = stage(narrow, wide);
    expect(await verb(ask, by('policy', 'security', 'registrar'))).toMatchObject({
      value: {
        waits: {
          author: 'ann',
          reason: 'longer reads',
          act: { kind: 'manifest', hash: 'h', baseVersion: 6, prune: false },
        },
      },
    });
    expect([written, live.current(), proposed.length]).toEqual([[], narrow, 1]);
    expect(proposed[0]?.audit).toMatchObject({
      kind: 'proposal_made',
      facts: { proposer: 'ann', act: 'manifest', baseVersion: 6 },
    });
  });

  it('proposes nothing over a version that is not in force', async () => {
    const { verb, ask, by, proposed } = stage(narrow, wide);
    const stale = await verb({ ...ask, expectedVersion: 5 }, by('policy'));
    expect(stale).toMatchObject({ error: { reason: 'manifest_version_conflict' } });
    expect(proposed).toEqual([]);
  });

  // breaks when: putInForce does not look at mayWiden
  it('F-66 refuses what has come to widen while it waited for its turn', async () => {
    const { parts, ask, by, written, live } = stage(wide, wide);
    const verb = applyManifest({
      ...parts,
      check: () => ok(fit(wide)),
      change: (registry, write) => {
        expect(registry).toBe(wide);
        return write(narrow);
      },
    });
    const refused = await verb(ask, by('policy'));
    expect(refused).toMatchObject({ error: { reason: 'manifest_version_conflict' } });
    expect([written, live.current()]).toEqual([[], wide]);
  });

  it('takes a widening of the owner of a development broker, and anything narrower by a registrar', async () => {
    const widening = stage(narrow, wide, true);
    expect(await widening.verb(widening.ask, widening.by('policy'))).toMatchObject({
      value: { version: 7, changes: 1, widenings: 1 },
    });
    expect(widening.live.current()).toBe(wide);
    expect(widening.written[0]).toMatchObject({
      author: 'ann',
      reason: 'longer reads',
      widenings: 1,
      expectedVersion: 6,
      mayEndSessions: false,
      audit: { kind: 'manifest_applied', facts: { reason: 'longer reads', widenings: 1 } },
    });
    const narrowing = stage(wide, narrow);
    expect(await narrowing.verb(narrowing.ask, narrowing.by('registrar'))).toMatchObject({
      value: { widenings: 0 },
    });
  });

  it('asks for no role in development', async () => {
    const { verb, ask, by } = stage(narrow, wide, true);
    expect((await verb(ask, by('registrar'))).ok).toBe(true);
  });

  it('refuses without a reason, and a version that is not kept', async () => {
    const { verb, ask, by } = stage(narrow, wide);
    const without = await verb({ ...ask, reason: ' ' }, by('policy'));
    expect(without).toMatchObject({ error: { reason: 'reason_missing' } });
    const unknown = await verb({ ...ask, source: { kind: 'version', version: 3 } }, by('policy'));
    expect(unknown).toMatchObject({ error: { reason: 'manifest_version_unknown' } });
  });

  // breaks when: LiveRegistry puts the next registry in force before it is written
  it('lets nothing wider be in force before it is written, nor after it was refused', async () => {
    const { store, parts, ask, by, live } = stage(narrow, wide, true);
    const during: unknown[] = [];
    const refusing = applyManifest({
      ...parts,
      store: {
        ...store,
        async applyManifest() {
          during.push(live.current().workloads.get('support-triage')?.grants);
          return refuse('store_full');
        },
      },
      check: () => ok(fit(wide)),
    });
    expect(await refusing(ask, by('policy'))).toMatchObject({ error: { reason: 'store_full' } });
    expect([during, live.current()]).toEqual([[grants], narrow]);
  });
});
