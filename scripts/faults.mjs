// The long sets of what is broken on purpose: `npm run test:faults`; `-- F-14 F-16` only tests of those rows;
// `-- --soak 120` only lets a broker work for so many minutes; `-- --quick` the quick sets. Writes what came of
// it to docs/reliability.results.json and the page from that.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitCodeOfSignal, passSignalsOn, runAloud } from './child.mjs';
import { reliabilityPage, resultsFile } from './reliability/page.mjs';
import { mergeResults, resultsOf } from './reliability/results.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const projects = ['faults', 'fuzz', 'hostile', 'interop'];

function ask() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { soak: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  const minutes = values.soak === undefined ? undefined : Number(values.soak);
  const isWrong = positionals.some((row) => !/^F-\d\d$/.test(row)) || !((minutes ?? 1) > 0);
  if (isWrong) throw new Error('rows have the form F-14, and --soak takes minutes');
  return { rows: minutes === undefined ? positionals : ['F-74'], minutes, quick: values.quick };
}

/** Files whose text names a row: the others need not even be loaded. */
function filesOf(rows) {
  return globSync(`test/{${projects.join(',')}}/**/*.test.ts`, { cwd: root }).filter((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return rows.some((row) => text.includes(row));
  });
}

async function run({ rows, minutes, quick }, reportFile) {
  const named = rows.length > 0 ? ['-t', rows.join('|'), ...filesOf(rows)] : [];
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...projects.map((name) => `--project=${name}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...named,
  ];
  const env = {
    ...process.env,
    ...(!quick && { CREANCE_LONG: '1' }),
    ...(minutes !== undefined && { CREANCE_SOAK_MINUTES: String(minutes) }),
  };
  return runAloud(process.execPath, args, { cwd: root, env });
}

function keep(reportFile, { rows, quick }) {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  const fresh = resultsOf(report, {
    set: quick ? 'quick' : 'long',
    date: new Date().toISOString().slice(0, 10),
    fileOf: (file) => relative(root, file),
  });
  const file = join(root, resultsFile);
  const older = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const merged = mergeResults(older, fresh, rows.length === 0);
  writeFileSync(file, `${JSON.stringify(merged, undefined, 2)}\n`);
  for (const [name, text] of Object.entries(reliabilityPage(root)))
    writeFileSync(join(root, name), text);
  process.stdout.write(`${fresh.length} results of rows are written to ${resultsFile}\n`);
}

passSignalsOn();
const folder = mkdtempSync(join(tmpdir(), 'creance-faults-'));
const reportFile = join(folder, 'report.json');
try {
  const asked = ask();
  const end = await run(asked, reportFile);
  // What a signal has ended says nothing.
  if (exitCodeOfSignal() === undefined && existsSync(reportFile)) keep(reportFile, asked);
  process.exitCode = exitCodeOfSignal() ?? end.code;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 64;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
