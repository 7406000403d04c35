// Moves proto/baseline.binpb, against which every change of the schema is judged. Run at a release and at
// no other time. Refuses a schema that breaks the last release, except with --allow-breaking.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const baseline = 'proto/baseline.binpb';
const buf = join(root, 'node_modules/@bufbuild/buf/bin/buf');
const options = { cwd: root, stdio: 'inherit' };

if (existsSync(join(root, baseline)) && !process.argv.includes('--allow-breaking')) {
  const judged = spawnSync(process.execPath, [buf, 'breaking', '--against', baseline], options);
  if (judged.status !== 0) {
    process.stderr.write('the schema breaks the last release: the baseline stays\n');
    process.exit(1);
  }
}
// Without comments and positions: they break nobody, and the file stays small.
execFileSync(process.execPath, [buf, 'build', '--exclude-source-info', '-o', baseline], options);
