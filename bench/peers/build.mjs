// Builds the peers that are written in Go, from their modules and with the Go of this machine, into a folder
// outside the repository: `node bench/peers/build.mjs`. The bench measures those that are there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const folder = process.env.CREANCE_BENCH_PEERS ?? join(homedir(), '.cache/creance-bench-peers');
const peers = [{ module: 'github.com/spiffe/spire/cmd/spire-server', version: 'v1.13.3' }];

function go(directory, ...args) {
  const { status, error } = spawnSync('go', args, { cwd: directory, stdio: 'inherit' });
  if (error !== undefined) throw new Error(`there is no Go here: ${error.message}`);
  if (status !== 0) throw new Error(`go ${args.join(' ')} failed`);
}

for (const { module, version } of peers) {
  const name = module.slice(module.lastIndexOf('/') + 1);
  const directory = join(folder, `${name}-${version}`);
  mkdirSync(directory, { recursive: true });
  if (!existsSync(join(directory, 'go.mod')))
    writeFileSync(join(directory, 'go.mod'), 'module creance.example/bench/peers\n');
  process.stdout.write(
    `${name} ${version}: this takes minutes, and a compiler for C for its SQLite\n`,
  );
  go(directory, 'get', '-tool', `${module}@${version}`);
  go(directory, 'build', '-o', join(folder, 'bin', name), module);
}
