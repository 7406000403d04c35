import { ok, refuse } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { registryOf, workloadOf } from './doubles/registries.js';
import { LiveRegistry } from './live-registry.js';

const both = registryOf({ workloads: [workloadOf(), workloadOf({ name: 'b' })] });
const one = registryOf();
const names = (live: LiveRegistry) => [...live.current().workloads.keys()];

describe('LiveRegistry', () => {
  // breaks when: change leaves the old registry in force until the write is done
  it('has no place for those that leave while the change is written, and none for those that come', async () => {
    const live = new LiveRegistry(both);
    const seen: (readonly string[])[] = [];
    const write = async () => {
      seen.push(names(live));
      return ok(undefined);
    };
    await live.change(one, write);
    await live.change(both, write);
    expect(seen).toEqual([['support-triage'], ['support-triage']]);
    expect(names(live)).toEqual(['support-triage', 'b']);
  });

  it('takes away meanwhile what changes hands, and a resource by its audience too', async () => {
    const live = new LiveRegistry(both);
    const other = registryOf({ workloads: [workloadOf({ owner: 'other' })], resources: [] });
    await live.change(other, async () => {
      expect([names(live), live.current().resourceByAudience.size]).toEqual([[], 0]);
      return ok(undefined);
    });
    expect(live.current()).toBe(other);
  });

  it('is as before when the write is refused or fails', async () => {
    const live = new LiveRegistry(both);
    await live.change(one, async () => refuse('store_busy'));
    expect(live.current()).toBe(both);
    const failing = live.change(one, () => Promise.reject(new Error('disk')));
    await expect(failing).rejects.toThrow('disk');
    expect(live.current()).toBe(both);
  });

  it('makes one change after the other, and a failed one stops none', async () => {
    const live = new LiveRegistry(both);
    const failing = live.change(one, () => Promise.reject(new Error('disk')));
    const replaced: unknown[] = [];
    const note = async (before: unknown) => ok(replaced.push(before));
    await Promise.all([failing.catch(() => {}), live.change(one, note), live.change(both, note)]);
    expect(replaced).toEqual([both, one]);
  });
});
