// Every check and every test, cheapest first. One line each; the whole output only of what failed; the
// totals last. `npm run check -- rooms unit` runs only those.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOfSignal, passSignalsOn, runQuietly } from './child.mjs';
import { countRun } from './vitest-totals.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const checkSeconds = 300;
const projectSeconds = 1_200;
const reports = mkdtempSync(join(tmpdir(), 'creance-check-'));
const options = {
  cwd: root,
  env: {
    ...process.env,
    // Nobody answers a question, vitest writes no snapshot of its own accord, and output stays plain.
    CI: 'true',
    NO_COLOR: '1',
    PATH: [dirname(process.execPath), join(root, 'node_modules/.bin'), process.env.PATH].join(
      delimiter,
    ),
  },
};

const buf = 'node_modules/@bufbuild/buf/bin/buf';
const depcruise = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
const rooms = ['proto', 'broker', 'sdk', 'agents-examples', 'test', 'bench'];

/** Check → what Node runs for it. */
const checks = {
  'format and lint': [
    'node_modules/@biomejs/biome/bin/biome',
    'ci',
    '--colors=off',
    '--error-on-warnings',
    '.',
  ],
  rooms: [depcruise, '--config', '.dependency-cruiser.cjs', ...rooms],
  'buf lint': [buf, 'lint'],
  'buf breaking': [buf, 'breaking', '--against', 'proto/baseline.binpb'],
  generated: ['scripts/generate.mjs', '--check'],
  types: ['node_modules/typescript/bin/tsc', '-b'],
  'dead code': ['node_modules/knip/bin/knip.js', '--no-progress'],
};
const projects = [
  'unit',
  'conformance',
  'laws',
  'flows',
  'access',
  'hostile',
  'interop',
  'examples',
  'adapters',
  'adapters-lowest',
];

async function runCheck(name) {
  const end = await runQuietly(process.execPath, checks[name], {
    ...options,
    limitSeconds: checkSeconds,
  });
  return {
    ...end,
    totals: { passed: end.ok ? 1 : 0, failed: end.ok ? 0 : 1, skipped: 0 },
    note: '',
  };
}

async function runProject(name) {
  const file = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', name, ...reporters];
  const end = await runQuietly(process.execPath, args, {
    ...options,
    limitSeconds: projectSeconds,
  });
  const totals = countRun(readReport(file), end.code);
  return { ...end, totals, note: `${totals.passed} tests` };
}

/** A run that died has written no report, or half of one: then there is none. */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function report(name, { totals, seconds, note, output }) {
  const failed = totals.failed > 0;
  const verdict = failed ? 'FAIL' : 'pass';
  process.stdout.write(
    `${verdict}  ${name.padEnd(16)}${note.padStart(12)}${`${seconds.toFixed(1)} s`.padStart(10)}\n`,
  );
  if (failed) process.stdout.write(`${output.trimEnd()}\n\n`);
}

function leave(code, line) {
  rmSync(reports, { recursive: true, force: true });
  process.stdout.write(`${line}\n`);
  process.exit(code);
}

passSignalsOn();
const asked = process.argv.slice(2);
const all = [...Object.keys(checks), ...projects];
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0)
  leave(64, `no such check: ${unknown.join(', ')}; there are ${all.join(', ')}`);

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of all.filter((each) => asked.length === 0 || asked.includes(each))) {
  const outcome = await (name in checks ? runCheck(name) : runProject(name));
  if (exitCodeOfSignal() !== undefined) leave(exitCodeOfSignal(), 'stopped by a signal');
  report(name, outcome);
  for (const kind of Object.keys(sum)) sum[kind] += outcome.totals[kind];
}
const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
leave(sum.failed > 0 ? 1 : 0, `${sum.passed} passed, ${sum.failed} failed${skipped}`);
