import { describe, expect, it } from 'vitest';
import {
  actionOf,
  emptyProfile,
  opened,
  startMillis,
  taught,
  theft,
  undeclared,
  usualRun,
} from '../doubles/watched-actions.js';
import { watchBounds } from './bounds.js';
import { checksum } from './bytes.js';
import { Engine, type Watched } from './engine.js';
import { WorkloadProfile } from './workload-profile.js';

function underSuspicion() {
  const engine = new Engine();
  const profile = taught(engine);
  const watched = opened(engine, profile);
  for (const action of [...usualRun(), ...theft(startMillis + 30_000, 6)])
    engine.take(watched, action);
  return { engine, profile, watched };
}

describe('a snapshot', () => {
  it('brings a session back: risk, lesson and terms', () => {
    const { engine, profile, watched } = underSuspicion();
    const bytes = engine.snapshot(watched) as Uint8Array;
    const again = engine.restore(Buffer.from(bytes), profile, undeclared) as Watched;
    expect(engine.riskOf(again)).toEqual(engine.riskOf(watched));
    expect(again.terms).toEqual(watched.terms);
    expect([again.lesson.steps, again.lesson.set('pairs'), again.lesson.set('networks')]).toEqual([
      watched.lesson.steps,
      watched.lesson.set('pairs'),
      watched.lesson.set('networks'),
    ]);
    expect(engine.snapshot(again)).toEqual(bytes);
  });

  // breaks when: a room of writeSnapshot is not kept
  it('is at most 64 KB, whatever the session has shown', () => {
    const engine = new Engine();
    const watched = opened(engine, engine.profile('agent'));
    const wide = '\u{4e00}'.repeat(watchBounds.watchNameChars);
    for (let at = 0; at < 700; at += 1) {
      const name = `${at}${wide}`.slice(0, watchBounds.watchNameChars);
      const destinations = [`${name}`];
      engine.take(
        watched,
        actionOf({
          atMillis: startMillis + at,
          resource: name,
          name,
          sensitivity: 'write_admin',
          destinations,
          network: name,
          client: name,
          device: name,
        }),
      );
      engine.take(
        watched,
        actionOf({ resource: name, name: `told ${at}`, destinations, isStrong: false }),
      );
    }
    const bytes = engine.snapshot(watched) as Uint8Array;
    expect(bytes.length).toBeGreaterThan(40_000);
    expect(bytes.length).toBeLessThanOrEqual(watchBounds.watchSnapshotBytes);
    const again = engine.restore(bytes, watched.profile, undeclared) as Watched;
    expect(engine.riskOf(again)).toEqual(engine.riskOf(watched));
  });

  it('of a session that is watched no more is none', () => {
    const { engine, watched } = underSuspicion();
    engine.close(watched, startMillis, 'never');
    expect(engine.snapshot(watched)).toBe(undefined);
  });

  // breaks when: the checksum is not looked at
  it('that is torn, of another version, or no snapshot at all is refused', () => {
    const { engine, profile, watched } = underSuspicion();
    const bytes = engine.snapshot(watched) as Uint8Array;
    const size = engine.size;
    const refused = (one: Uint8Array) => engine.restore(one, profile, undeclared) === undefined;
    expect(refused(new Uint8Array())).toBe(true);
    for (let at = 0; at < bytes.length; at += 97)
      expect(refused(bytes.with(at, (bytes[at] as number) ^ 1)), `byte ${at}`).toBe(true);
    for (const length of [3, 255, 260, bytes.length - 1])
      expect(refused(bytes.subarray(0, length))).toBe(true);
    expect(refused(Uint8Array.of(...bytes, 0))).toBe(true);
    expect(engine.size).toBe(size);
  });

  // breaks when: isSound looks at the checksum alone
  it('with a state that no session can have is refused, even when its checksum is right', () => {
    const { engine, profile, watched } = underSuspicion();
    const bytes = engine.snapshot(watched) as Uint8Array;
    const forged = bytes.slice();
    new DataView(forged.buffer).setFloat32(4 + 32, Number.NaN, true);
    new DataView(forged.buffer).setUint32(
      forged.length - 4,
      checksum(forged.subarray(0, -4)),
      true,
    );
    expect(engine.restore(forged, profile, undeclared)).toBe(undefined);
  });

  it('is taken against a history that knows none of its names yet', () => {
    const { engine, watched } = underSuspicion();
    const young = emptyProfile();
    const again = engine.restore(
      engine.snapshot(watched) as Uint8Array,
      young,
      undeclared,
    ) as Watched;
    for (const [at, { action }] of again.lesson.steps.entries())
      expect(young.actions.nameOf(action)).toBe(
        watched.profile.actions.nameOf(watched.lesson.steps[at]?.action ?? 0),
      );
  });

  // breaks when: putSnapshot takes the old numbers although they name other actions now
  it('teaches a history with other numbers nothing wrong, and takes its steps for new again', () => {
    const { engine, watched } = underSuspicion();
    const other = emptyProfile();
    for (const name of ['x y', 'mail search', 'crm contacts.search']) other.actions.idOf(name);
    const again = engine.restore(
      engine.snapshot(watched) as Uint8Array,
      other,
      undeclared,
    ) as Watched;
    for (const [at, { action }] of again.lesson.steps.entries()) {
      const name = watched.profile.actions.nameOf(watched.lesson.steps[at]?.action ?? 0);
      expect([name, 'other']).toContain(other.actions.nameOf(action));
    }
    expect(engine.take(again, actionOf({ atMillis: startMillis + 60_000 })).risk).toBeGreaterThan(
      0,
    );
  });

  it('of a profile that was kept with it comes to the same numbers', () => {
    const { engine, profile, watched } = underSuspicion();
    const kept = WorkloadProfile.from(JSON.parse(JSON.stringify(profile.kept())), () => {});
    const again = engine.restore(
      engine.snapshot(watched) as Uint8Array,
      kept,
      undeclared,
    ) as Watched;
    expect(again.lesson.steps).toEqual(watched.lesson.steps);
  });
});
