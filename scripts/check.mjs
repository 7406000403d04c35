// Every check and every test, cheapest first, some side by side. One line each as it ends; the whole output
// only of what failed; the totals last. `npm run check -- rooms unit` runs only those.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOfSignal, passSignalsOn, runQuietly } from './child.mjs';
import { runInLanes } from './lanes.mjs';
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
    // What one process has compiled the next ones load: brokers and commands are started a hundred times.
    NODE_COMPILE_CACHE: join(reports, 'compiled'),
    PATH: [dirname(process.execPath), join(root, 'node_modules/.bin'), process.env.PATH].join(
      delimiter,
    ),
  },
};

const buf = 'node_modules/@bufbuild/buf/bin/buf';
const depcruise = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
const rooms = ['proto', 'broker', 'sdk', 'agents-examples', 'test', 'bench'];

/** Check → what Node runs for it. The build first: it takes longest, and what runs needs it. */
const checks = {
  types: ['node_modules/typescript/bin/tsc', '-b'],
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
  'dead code': ['node_modules/knip/bin/knip.js', '--no-progress'],
  generated: ['scripts/generate.mjs', '--check'],
};

/** What is run of the tests → the projects of vitest.config.ts that belong to it. */
const projects = {
  unit: ['unit', 'unit-apart'],
  conformance: ['conformance'],
  laws: ['laws'],
  access: ['access'],
  flows: ['flows'],
  hostile: ['hostile'],
  faults: ['faults'],
  fuzz: ['fuzz'],
  simulator: ['simulator'],
  adapters: ['adapters'],
  'adapters-lowest': ['adapters-lowest'],
  interop: ['interop'],
  examples: ['examples'],
};

/** Tests that use every core themselves; and the story, which tells a thief from others by his pace. */
const alone = ['unit', 'laws', 'simulator', 'examples'];

/** Steps side by side. Tests wait for events and for each other's processes: more would only wait longer. */
const lanes = Math.min(2, availableParallelism());

const steps = [
  ...Object.keys(checks).map((name) => ({
    name,
    run: runCheck,
    // It builds too, and two builds would write the same files.
    needs: name === 'generated' ? ['types'] : [],
  })),
  ...Object.keys(projects).map((name) => ({
    name,
    run: runProject,
    needs: ['types', 'generated'],
    alone: alone.includes(name),
  })),
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
  const chosen = projects[name].map((project) => `--project=${project}`);
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...chosen, ...reporters];
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
const unknown = asked.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  const names = steps.map(({ name }) => name).join(', ');
  leave(64, `no such check: ${unknown.join(', ')}; there are ${names}`);
}

const sum = { passed: 0, failed: 0, skipped: 0 };
const isStopped = () => exitCodeOfSignal() !== undefined;
const chosen = steps.filter(({ name }) => asked.length === 0 || asked.includes(name));
await runInLanes(chosen, { lanes, isStopped }, async ({ name, run }) => {
  const outcome = await run(name);
  // What a signal has ended says nothing.
  if (isStopped()) return;
  report(name, outcome);
  for (const kind of Object.keys(sum)) sum[kind] += outcome.totals[kind];
});
if (isStopped()) leave(exitCodeOfSignal(), 'stopped by a signal');
const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
leave(sum.failed > 0 ? 1 : 0, `${sum.passed} passed, ${sum.failed} failed${skipped}`);
