import { defineConfig } from 'vitest/config';

/** Milliseconds for one test or hook: tests here wait for events, so this only ends what hangs. */
const testMillis = 30_000;

/** Files of these projects start processes or listen: one file at a time, so that figures mean something. */
const serial = ['flows', 'hostile', 'interop', 'examples', 'adapters'];

function project(name: string, include: string[]) {
  return {
    extends: true as const,
    test: { name, include, fileParallelism: !serial.includes(name) },
  };
}

export default defineConfig({
  test: {
    // A process for each file: a native addon (better-sqlite3) and process.exit stay inside it.
    pool: 'forks',
    testTimeout: testMillis,
    hookTimeout: testMillis,
    // A test left with `only` would hide all others.
    allowOnly: false,
    passWithNoTests: false,
    projects: [
      project('unit', [
        '{proto,broker,sdk/agent,sdk/verifier}/src/**/*.test.ts',
        'scripts/**/*.test.mjs',
      ]),
      ...['conformance', 'laws', 'flows', 'access', 'hostile', 'interop'].map((name) =>
        project(name, [`test/${name}/**/*.test.ts`]),
      ),
      project('examples', ['agents-examples/*.test.ts']),
      project('adapters', ['agents-examples/adapters/**/*.test.ts']),
    ],
  },
});
