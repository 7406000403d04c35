// `npm start`, `npm test`, `npm run test:faults`, `npm run demo`, `npm run example` and `npm run packages` on a
// machine that has only git and some Node: installs what the lockfile says, then runs the script on the Node that the workspace
// brings. Written for Node 18.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOfSignal, passSignalsOn, runAloud, runQuietly } from './child.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pnpm = 'pnpm@10.34.9';
const installSeconds = 900;
const buildSeconds = 600;

/** sysexits.h EX_CONFIG: this machine cannot run it, and the sentence says what is missing. */
const exitWrongNode = 78;

const doors = {
  start: (node, args) => built(node, 'agents-examples/dist/story/main.js', args),
  demo: (node, args) => built(node, 'agents-examples/dist/story/demo.js', args),
  example: (node, args) => built(node, 'agents-examples/dist/run.js', args),
  packages: (node, args) => built(node, 'scripts/packages.mjs', args),
  test: (node, args) => runAloud(node, ['scripts/check.mjs', ...args], atRoot(node)),
  faults: (node, args) => built(node, 'scripts/faults.mjs', args, []),
};

async function built(node, file, args, parts = ['agents-examples']) {
  const build = ['node_modules/typescript/bin/tsc', '-b', ...parts];
  await quietly('building', node, build, buildSeconds);
  return runAloud(node, [file, ...args], atRoot(node));
}

/** Whether a version like `v20.11.1` is at least `major.minor`. */
function isAtLeast(version, major, minor) {
  const [ownMajor, ownMinor] = version.slice(1).split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function leave(code, sentence) {
  if (sentence !== undefined) process.stderr.write(`${sentence}\n`);
  process.exit(code);
}

/** Where the optional dependency of this machine puts its Node; undefined where there is none. */
function bundledNode() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined;
  return join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
}

/** A Node that runs the broker. Asked before the install for what is certain, after it for the rest. */
function chooseNode(installed) {
  const bundled = bundledNode();
  if (bundled !== undefined && !installed) return bundled;
  if (bundled !== undefined && existsSync(bundled)) {
    const answer = spawnSync(bundled, ['--version'], { encoding: 'utf8' });
    if (answer.status === 0) return bundled;
    // It does not run here (another C library): its wrapper must not stand before the Node that does.
    rmSync(join(root, 'node_modules', '.bin', 'node'), { force: true });
  }
  if (isAtLeast(process.version, 22, 15)) return process.execPath;
  return leave(
    exitWrongNode,
    `Creance runs on Node 22.15 or newer, best on Node 24. This is ${process.version}, and there is no ` +
      `Node package for ${process.platform} ${process.arch}: install Node 24 and try again.`,
  );
}

/** The chosen Node itself comes before the shell wrapper of the same name in `.bin`. */
function atRoot(node) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH];
  return { cwd: root, env: { ...process.env, PATH: path.join(delimiter) } };
}

/** One line with the time it took; the whole output when it fails, and then the end. */
async function quietly(title, command, args, limitSeconds, options) {
  process.stdout.write(`${title} … `);
  const end = await runQuietly(command, args, { ...(options || atRoot(command)), limitSeconds });
  process.stdout.write(`${end.ok ? '' : 'failed, '}${end.seconds.toFixed(1)} s\n`);
  if (!end.ok) process.stderr.write(`${end.output.trimEnd()}\n`);
  if (!end.ok) leave(exitCodeOfSignal() || end.code);
}

async function main([name, ...args]) {
  if (!isAtLeast(process.version, 18, 12)) {
    leave(
      exitWrongNode,
      `Creance installs itself with Node 18.12 or newer. This is ${process.version}: install Node 24.`,
    );
  }
  const door = Object.hasOwn(doors, name) ? doors[name] : undefined;
  if (door === undefined)
    leave(
      64,
      'usage: node scripts/front-door.mjs start|demo|example|packages|test|faults [arguments]',
    );
  passSignalsOn();
  chooseNode(false);
  const windows = process.platform === 'win32';
  const install = ['--yes', pnpm, 'install', '--frozen-lockfile'];
  // Agent frameworks are a hundred megabytes, and only the tests run the adapters to them.
  if (name !== 'test' && name !== 'faults') install.push('--filter', '!@creance/adapters-*');
  // CI: pnpm asks no question, so that it cannot wait for an answer that nobody gives.
  const options = { cwd: root, env: { ...process.env, CI: 'true' }, shell: windows };
  await quietly('installing', windows ? 'npx.cmd' : 'npx', install, installSeconds, options);
  if (exitCodeOfSignal() !== undefined) leave(exitCodeOfSignal());
  const end = await door(chooseNode(true), args);
  leave(end.code, end.fault);
}

await main(process.argv.slice(2));
