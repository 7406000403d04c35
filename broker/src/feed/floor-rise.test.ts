import type { Revision } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { FloorRise } from './floor-rise.js';

const after = limits.floorSeconds * 1_000;
const step = limits.floorStepSeconds * 1_000;
const at = (revision: number) => revision as Revision;

describe('FloorRise', () => {
  // breaks when: `<` becomes `<=` at the age of a look, or a look counts sooner
  it('rises to where the log stood floorSeconds ago, and no sooner', () => {
    const rise = new FloorRise();
    expect(rise.look(at(10), 0)).toBe(0);
    expect(rise.look(at(20), after - 1)).toBe(0);
    expect(rise.look(at(30), after)).toBe(10);
    expect(rise.look(at(40), 2 * after - 2)).toBe(10);
    expect(rise.look(at(50), 2 * after - 1)).toBe(20);
  });

  it('looks once each floorStepSeconds, so that few looks are kept', () => {
    const rise = new FloorRise();
    let revision = 0;
    let last = 0;
    for (let millis = 0; millis < 3 * after; millis += 2_000) {
      revision += 1;
      const floor = rise.look(at(revision), millis);
      expect(floor).toBeGreaterThanOrEqual(last);
      // One step late at most.
      const due = Math.floor((millis - after - step) / 2_000);
      expect(floor).toBeGreaterThanOrEqual(due);
      last = floor;
    }
    expect(last).toBeGreaterThan(0);
  });

  it('knows of nothing before its start', () => {
    const rise = new FloorRise();
    rise.look(at(10), 0);
    expect(new FloorRise().look(at(20), 10 * after)).toBe(0);
  });
});
