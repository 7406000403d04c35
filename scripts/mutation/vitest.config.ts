import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = (path: string) => `${root}${path}`;

/** What mutants are judged by: the tests beside the code, with the contract's sources in place of its build. */
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^@creance\/proto$/, replacement: sources('proto/src/index.ts') },
      { find: /^@creance\/proto\/wire$/, replacement: sources('proto/src/wire.ts') },
    ],
  },
  test: {
    pool: 'forks',
    testTimeout: 10_000,
    include: [
      'proto/src/*.test.ts',
      'sdk/verifier/src/*.test.ts',
      'broker/src/{domain,feed}/*.test.ts',
    ],
  },
});
