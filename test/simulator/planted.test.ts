import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isLong } from '../support/long.js';
import { runSimulator } from '../support/simulator-run.js';

const folder = fileURLToPath(new URL('planted', import.meta.url));
const patches = readdirSync(folder).map((name) => name.replace('.patch', ''));

/** Bugs that every run of the tests plants; the others take a long run. */
const always = ['skipped-ancestor', 'lost-cut-on-restart', 'child-outlives'];

/** Seeds within which a bug must be found. */
const seedsMax = 2_000;

/** The simulator is judged by what it finds: a bug a patch, each a line or two. */
describe.each(isLong ? patches : always)('with the bug of %s in', (name) => {
  it(`finds a broken law within ${seedsMax} seeds`, async () => {
    const plant = `${folder}/${name}.patch`;
    const { code, output } = await runSimulator('--seeds', `${seedsMax}`, '--plant', plant);
    expect(output).toMatch(/breaks law \d+ at step/);
    expect(code).toBe(1);
  }, 300_000);
});
