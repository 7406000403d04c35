import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join as pathOf } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const here = dirname(import.meta.filename);

let project: string;
beforeAll(() => {
  project = mkdtempSync(pathOf(tmpdir(), 'creance-runtime-'));
  // What npm installs for somebody who takes the verifier and no optional peer.
  const verifier = install('@creance/verifier', here);
  const proto = install('@creance/proto', verifier);
  install('@opentelemetry/api', verifier);
  install('@bufbuild/protobuf', proto);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Copies a package as it would be installed, as whoever lives in `near` finds it; gives its real folder. */
function install(name: string, near: string): string {
  const places = createRequire(pathOf(near, 'x.js')).resolve.paths(name) ?? [];
  const found = places.map((place) => pathOf(place, name)).find((place) => existsSync(place));
  const from = realpathSync(found ?? name);
  const filter = (path: string) => !path.slice(from.length).includes('/node_modules');
  cpSync(from, pathOf(project, 'node_modules', name), { recursive: true, filter });
  return from;
}

const run = (cwd: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });

describe('a project without the optional peer @grpc/grpc-js', () => {
  const joins = `
    import { joinVerifier } from '@creance/verifier/grpc';
    const fault = await joinVerifier({ keyFile: 'crm.key.json' }).catch((error) => error);
    console.log(JSON.stringify([fault.name, fault.code, fault.retryable, fault.message]));`;

  // breaks when: verifier/src/grpc.ts imports grpc-js before it can say that it is missing
  it('is told what to install, by a typed error', () => {
    const { stdout, stderr } = run(project, '--input-type=module', '-e', joins);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      'JoinError',
      'CREANCE_GRPC_MISSING',
      false,
      'CREANCE_GRPC_MISSING the package @grpc/grpc-js, which brings the feed, is not installed — fix: npm install @grpc/grpc-js',
    ]);
  });

  it('verifies over a feed of its own all the same', () => {
    const words = `import { createVerifier } from '@creance/verifier'; console.log(typeof createVerifier);`;
    expect(run(project, '--input-type=module', '-e', words).stdout).toBe('function\n');
  });
});

describe('a CommonJS project', () => {
  const doors = ['@creance/sdk', '@creance/verifier', '@creance/verifier/express'];

  it.each(doors)('requires %s, where Node lets it', (door) => {
    const { stdout, stderr } = run(here, '-e', `console.log(typeof require('${door}'))`);
    expect([stdout, stderr]).toEqual(['object\n', '']);
  });

  // Node before 20.19, and whoever turns it off: the text is Node's, and names the fix.
  it.each(doors)('is told to import %s, where Node does not', (door) => {
    const code = `try { require('${door}') } catch (error) { console.log(error.code, error.message) }`;
    const { stdout } = run(here, '--no-experimental-require-module', '-e', code);
    expect(stdout).toMatch(/^ERR_REQUIRE_ESM [\s\S]*dynamic import\(\)/);
  });
});
