import { ok, refuse } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { Role } from '../domain/registry.js';
import { callBy } from '../doubles/calls.js';
import { grantOf, registryOf, workloadOf } from '../doubles/registries.js';
import { sessionOf } from '../doubles/sessions.js';
import { LiveRegistry } from '../live-registry.js';
import type { ManifestApply, Store } from '../store/store.js';
import { type ApplyManifestAsk, applyManifest } from './apply-manifest.js';
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
  const store: Pick<Store, 'manifest' | 'applyManifest'> = {
    manifest: () => undefined,
    async applyManifest(ask) {
      written.push(ask);
      return ok({ version: 7, members: [], sessionsEnded: 0 });
    },
  };
  const change: LiveRegistry['change'] = (registry, write) => live.change(registry, write);
  const verb = applyManifest({ store, check: () => ok(fit(after)), change, dev });
  const ask: ApplyManifestAsk = {
    source: { kind: 'text', text: 't' },
    expectedVersion: 6,
    prune: false,
    reason: ' longer reads ',
  };
  const by = (...roles: Role[]) =>
    callBy({ ...sessionOf(1), kind: 'operator', name: 'ann' }, roles);
  return { live, written, store, verb, ask, by, change };
}

describe('applyManifest', () => {
  // breaks when: mayWiden is asked only where the caller has planned a widening
  it('refuses a widening without the role policy, and writes nothing', async () => {
    const { verb, ask, by, written, live } = stage(narrow, wide);
    const refused = await verb(ask, by('registrar'));
    expect(refused).toMatchObject({ ok: false, error: { reason: 'widening_needs_policy' } });
    expect([written, live.current()]).toEqual([[], narrow]);
  });

  it('takes a widening by whoever has the role, and anything narrower by a registrar', async () => {
    const widening = stage(narrow, wide);
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
    const { store, ask, by, live, change } = stage(narrow, wide);
    const during: unknown[] = [];
    const refusing = applyManifest({
      store: {
        ...store,
        async applyManifest() {
          during.push(live.current().workloads.get('support-triage')?.grants);
          return refuse('store_full');
        },
      },
      check: () => ok(fit(wide)),
      change,
      dev: false,
    });
    expect(await refusing(ask, by('policy'))).toMatchObject({ error: { reason: 'store_full' } });
    expect([during, live.current()]).toEqual([[grants], narrow]);
  });
});
