import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Law 7, time and randomness enter through one door each: the lint rule that holds it, against each way in.

const root = fileURLToPath(new URL('../../', import.meta.url));

const waysIn = [
  'Date.now()',
  'new Date()',
  'Date()',
  'performance.now()',
  'process.hrtime.bigint()',
  '[0].map(Date.now)',
  'Math.random()',
  'crypto.randomUUID()',
  'globalThis.crypto.getRandomValues(new Uint8Array(16))',
  'randomBytes(16)',
  'nodeCrypto.randomBytes(16)',
  'randomUUID()',
  'randomInt(9)',
  'nodeCrypto.randomInt(9)',
  'randomFillSync(page)',
  'nodeCrypto.randomFillSync(page)',
  'getRandomValues(page)',
];
const harmless = [
  'new Date(0).toISOString()',
  'Math.max(1, 2)',
  'clock.now()',
  'entropy.bytes(16)',
];

let copy: string;

function write(file: string, expressions: readonly string[]): void {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), expressions.map((each) => `${each};\n`).join(''));
}

/** Files and lines at which the rule speaks, as `file:line`. */
function findings(): string[] {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = ['lint', '--only=plugin', '--max-diagnostics=200', '--reporter=json', '.'];
  const end = spawnSync(process.execPath, [biome, ...args], { cwd: copy, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(end.stdout) as {
    diagnostics: { category: string; location: { path: string; start: { line: number } } }[];
  };
  return diagnostics
    .filter(({ category }) => category === 'plugin')
    .map(({ location }) => `${location.path}:${location.start.line}`);
}

describe('time and randomness', () => {
  let found: string[];

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'creance-door-'));
    for (const name of ['biome.json', 'scripts/one-door.grit', '.gitignore']) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    for (const room of ['proto/src', 'broker/src/commands', 'sdk/agent/src', 'sdk/verifier/src']) {
      write(`${room}/shut.ts`, waysIn);
      write(`${room}/harmless.ts`, harmless);
    }
    for (const open of ['broker/src/runtime/clock.ts', 'broker/src/commands/cut.test.ts']) {
      write(open, waysIn);
    }
    found = findings();
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  // breaks when: the line is taken out of scripts/one-door.grit, or the room out of its list in biome.json.
  describe.each(['proto/src', 'broker/src/commands', 'sdk/agent/src', 'sdk/verifier/src'])(
    '%s',
    (room) => {
      it.each(waysIn.map((way, at) => [way, at + 1] as const))('does not let %s in', (_, line) => {
        expect(found).toContain(`${room}/shut.ts:${line}`);
      });

      it('may use what is neither', () => {
        expect(found.filter((each) => each.startsWith(`${room}/harmless.ts`))).toEqual([]);
      });
    },
  );

  it('enter through the runtime and are free in tests', () => {
    expect(found.filter((each) => !/\/(shut|harmless)\.ts:/.test(each))).toEqual([]);
  });
});
