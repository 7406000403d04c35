import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The import rules of .dependency-cruiser.cjs, each against a file that breaks it, in a copy of the rooms.

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What stands in the copy: the doors, and the files that the rows below import. */
const standing = [
  'proto/src/index.ts',
  'proto/src/wire.ts',
  'proto/src/token.ts',
  'broker/src/index.ts',
  'broker/src/broker.ts',
  'broker/src/domain/session.ts',
  'broker/src/store/store.ts',
  'broker/src/store/index.ts',
  'broker/src/store/sqlite/sqlite-store.ts',
  'broker/src/rpc/server.ts',
  'broker/src/tokens/mint.ts',
  'sdk/agent/src/index.ts',
  'sdk/verifier/src/index.ts',
  'sdk/verifier/src/grpc.ts',
  'sdk/verifier/src/fastify.ts',
  'sdk/agent/src/doubles/fake-clock.ts',
  'test/support/fake-clock.ts',
  'agents-examples/01-first-token/agent.ts',
];
const vendors = ['better-sqlite3', 'jose', '@grpc/grpc-js', 'fastify', 'commander', 'yaml'];

/** Rule → importing file → what it imports. */
const broken: [rule: string, file: string, imports: string][] = [
  ['no-cycles', 'proto/src/circle.ts', './circle.js'],
  ['nothing-unresolved', 'broker/src/feed/lost.ts', './nowhere.js'],
  ['domain-is-pure', 'broker/src/domain/reads-disk.ts', 'node:fs'],
  ['domain-is-pure', 'broker/src/domain/knows-wire.ts', '@creance/proto/wire'],
  ['domain-is-pure', 'broker/src/domain/knows-store.ts', '../store/store.js'],
  ['domain-is-pure', 'broker/src/domain/knows-vendor.ts', 'jose'],
  [
    'commands-see-interfaces',
    'broker/src/commands/knows-sql.ts',
    '../store/sqlite/sqlite-store.js',
  ],
  ['commands-see-interfaces', 'broker/src/commands/knows-rpc.ts', '../rpc/server.js'],
  ['commands-see-interfaces', 'broker/src/commands/knows-wire.ts', '@creance/proto/wire'],
  ['rooms-below-know-no-edge', 'broker/src/feed/knows-rpc.ts', '../rpc/server.js'],
  ['rooms-below-know-no-edge', 'broker/src/settings/knows-rpc.ts', '../rpc/server.js'],
  ['detect-judges-alone', 'broker/src/detect/signs.ts', '../tokens/mint.js'],
  ['detect-judges-alone', 'broker/src/detect/hashes.ts', 'node:crypto'],
  ['store-behind-its-contract', 'broker/src/rpc/knows-sql.ts', '../store/sqlite/sqlite-store.js'],
  ['one-place-picks-the-store', 'broker/src/rpc/picks-store.ts', '../store/index.js'],
  ['proto-stands-alone', 'proto/src/knows-broker.ts', '@creance/broker'],
  ['agent-stands-alone', 'sdk/agent/src/knows-verifier.ts', '@creance/verifier'],
  ['agent-stands-alone', 'sdk/agent/src/knows-broker.ts', '@creance/broker'],
  ['verifier-stands-alone', 'sdk/verifier/src/knows-agent.ts', '@creance/sdk'],
  ['verifier-stands-alone', 'sdk/verifier/src/knows-broker.ts', '@creance/broker'],
  ['broker-and-sdk', 'broker/src/tokens/asks-verifier.ts', '@creance/verifier'],
  ['nothing-imports-test', 'broker/src/runtime/fakes.ts', '../../../test/support/fake-clock.js'],
  ['nothing-imports-test', 'agents-examples/borrows.ts', '../test/support/fake-clock.js'],
  ['doubles-are-for-tests', 'sdk/agent/src/session/fakes.ts', '../doubles/fake-clock.js'],
  [
    'nothing-imports-examples',
    'test/flows/borrows.ts',
    '../../agents-examples/01-first-token/agent.js',
  ],
  ['packages-through-their-doors', 'broker/src/tokens/digs.ts', '../../../proto/src/token.js'],
  ['tests-through-the-doors-of-the-sdk', 'test/laws/digs.ts', '../../proto/src/token.js'],
  ['better-sqlite3-in-its-room', 'broker/src/store/raw.ts', 'better-sqlite3'],
  ['jose-in-its-room', 'broker/src/rpc/signs.ts', 'jose'],
  ['jose-in-its-room', 'sdk/agent/src/signs.ts', 'jose'],
  ['grpc-in-its-room', 'broker/src/feed/streams.ts', '@grpc/grpc-js'],
  ['grpc-in-its-room', 'sdk/verifier/src/streams.ts', '@grpc/grpc-js'],
  ['commander-in-its-room', 'broker/src/rpc/argues.ts', 'commander'],
  ['yaml-in-its-room', 'broker/src/config-file.ts', 'yaml'],
  ['fastify-in-its-room', 'broker/src/rpc/serves.ts', 'fastify'],
  ['fastify-in-its-room', 'sdk/verifier/src/serves.ts', 'fastify'],
];

/** Importing file → what it imports: each as near to a broken row as is allowed. */
const allowed: [file: string, imports: string][] = [
  ['broker/src/domain/policy.ts', '@creance/proto'],
  ['broker/src/domain/policy.test.ts', 'node:fs'],
  ['broker/src/commands/cut.ts', '../store/store.js'],
  ['broker/src/joins-parts.ts', './domain/session.js'],
  ['broker/src/broker.ts', './store/index.js'],
  ['broker/src/store/index.ts', './sqlite/sqlite-store.js'],
  ['broker/src/store/sqlite/connection.ts', 'better-sqlite3'],
  ['broker/src/attest/keys.ts', 'jose'],
  ['broker/src/rpc/grpc.ts', '@grpc/grpc-js'],
  ['broker/src/http/app.ts', 'fastify'],
  ['broker/src/cli/creance.ts', '@creance/sdk'],
  ['sdk/agent/src/transport/channel.ts', '@grpc/grpc-js'],
  ['sdk/verifier/src/grpc.ts', '@grpc/grpc-js'],
  ['sdk/verifier/src/grpc-server.ts', '@grpc/grpc-js'],
  ['sdk/agent/src/grpc.ts', '@grpc/grpc-js'],
  ['agents-examples/04-resource-server/grpc.ts', '@grpc/grpc-js'],
  ['broker/src/detect/judges.ts', '../store/store.js'],
  ['sdk/verifier/src/fastify.ts', 'fastify'],
  ['sdk/agent/src/session/cache.test.ts', '../doubles/fake-clock.js'],
  ['sdk/agent/src/doubles/stage.ts', './fake-clock.js'],
  ['test/flows/verify.test.ts', '@creance/verifier'],
  ['test/flows/feed.test.ts', '@creance/verifier/grpc'],
  ['test/flows/story.test.ts', '../support/fake-clock.js'],
  ['agents-examples/04-resource-server/server.ts', '@creance/verifier/fastify'],
];

let copy: string;

function write(file: string, text: string): void {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), text);
}

/** Rule names that dependency-cruiser reports, by importing file. */
function violations(): Map<string, string[]> {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const rooms = ['proto', 'broker', 'sdk', 'agents-examples', 'test'];
  const args = [cruiser, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...rooms];
  const end = spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const found = JSON.parse(end.stdout) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  const byFile = new Map<string, string[]>();
  for (const { from, rule } of found.summary.violations) {
    byFile.set(from, [...(byFile.get(from) ?? []), rule.name]);
  }
  return byFile;
}

describe('the rooms', () => {
  let found: Map<string, string[]>;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'creance-rooms-'));
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.rooms.json', 'tsconfig.base.json']) {
      cpSync(join(root, name), join(copy, name));
    }
    for (const name of vendors) {
      write(
        `node_modules/${name}/package.json`,
        `{"name":"${name}","version":"1.0.0","main":"index.js"}`,
      );
      write(`node_modules/${name}/index.js`, 'module.exports = {};\n');
    }
    for (const file of standing) write(file, 'export const stands: boolean = true;\n');
    for (const [, file, imports] of broken) write(file, `import '${imports}';\n`);
    for (const [file, imports] of allowed) write(file, `import '${imports}';\n`);
    found = violations();
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  // breaks when: the rule is taken out of .dependency-cruiser.cjs, or its `from` or `to` no longer matches.
  it.each(broken)('%s: %s must not import %s', (rule, file) => {
    expect(found.get(file) ?? []).toContain(rule);
  });

  it.each(allowed)('%s may import %s', (file) => {
    expect(found.get(file) ?? []).toEqual([]);
  });

  it('have a row above for every rule', () => {
    const load = createRequire(import.meta.url);
    const { forbidden } = load(join(root, '.dependency-cruiser.cjs')) as {
      forbidden: { name: string }[];
    };
    const shown = new Set(broken.map(([rule]) => rule));
    expect(new Set(forbidden.map(({ name }) => name))).toEqual(shown);
  });
});
