import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Milliseconds for one test or hook: tests here wait for events, so this only ends what hangs. */
const testMillis = 30_000;

/** Files of these projects start processes or listen: one file at a time, so that figures mean something. */
const serial = [
  'flows',
  'hostile',
  'faults',
  'fuzz',
  'interop',
  'examples',
  'adapters',
  'adapters-lowest',
];

/** Unit tests beside the code, and of the scripts. */
const unit = ['{proto,broker,sdk/agent,sdk/verifier}/src/**/*.test.ts', 'scripts/**/*.test.mjs'];

/**
 * What changes something that a process has once: timers, environment, a method of somebody else's object,
 * the mask of new files, a provider of telemetry.
 */
const changesTheProcess =
  /vi\.(useFakeTimers|spyOn|stub|mock|doMock)|process\.(env\[.*\] =|umask|exit|chdir|on\()|setGlobal|telemetry\//;

/** Unit tests that have a process to themselves, by what they say and import. */
const apart = globSync(unit).filter(
  (file) => file.includes('/telemetry/') || changesTheProcess.test(readFileSync(file, 'utf8')),
);

function project(name: string, include: string[], more: object = {}) {
  return {
    extends: true as const,
    test: { name, include, fileParallelism: !serial.includes(name), ...more },
  };
}

const lowest = fileURLToPath(
  new URL('agents-examples/adapters/lowest/package.json', import.meta.url),
);

/** Frameworks as the package of their lowest versions finds them. */
const withLowest = {
  name: 'lowest-frameworks',
  enforce: 'pre' as const,
  async resolveId(
    this: { resolve(id: string, from: string): Promise<{ id: string } | null> },
    id: string,
    from = '',
  ) {
    const isFramework = /^(ai|langchain|@langchain|@modelcontextprotocol)(\/|$)/.test(id);
    if (!isFramework || from === lowest) return null;
    const found = await this.resolve(id, lowest);
    // Falling back to the newest would test that twice.
    if (found === null) throw new Error(`the lowest version has no ${id}`);
    return found;
  },
};

export default defineConfig({
  test: {
    // A process for each file: a native addon (better-sqlite3) and process.exit stay inside it.
    pool: 'forks',
    // Every core: left to itself, vitest keeps one for a person who waits.
    maxWorkers: '100%',
    testTimeout: testMillis,
    hookTimeout: testMillis,
    // A test left with `only` would hide all others.
    allowOnly: false,
    passWithNoTests: false,
    projects: [
      // Most unit tests change nothing but what they make: they share a process a core, for to start one and
      // to load everything anew took longer than the tests.
      project('unit', unit, { isolate: false, exclude: apart }),
      project('unit-apart', apart),
      ...[
        'conformance',
        'laws',
        'flows',
        'access',
        'hostile',
        'faults',
        'fuzz',
        'simulator',
        'interop',
      ].map((name) => project(name, [`test/${name}/**/*.test.ts`])),
      project('examples', ['agents-examples/*.test.ts']),
      project('adapters', ['agents-examples/adapters/**/*.test.ts']),
      {
        ...project('adapters-lowest', [
          'agents-examples/adapters/{ai-sdk,langchain,mcp}/*.test.ts',
          'agents-examples/adapters/acceptance/traces.test.ts',
        ]),
        plugins: [withLowest],
      },
    ],
  },
});
