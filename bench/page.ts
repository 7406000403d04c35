import { goalReasons, notBuilt } from './goal-reasons.js';
import { goals, type RowName, rowNames, verdictOf } from './goals.js';
import { digits, limitText, partText } from './print.js';
import type { Place, Results, Row } from './results.js';

const head = `<!-- Generated from bench/results.json: npm run generate. -->
# Performance

What the broker costs, beside what else would be running: ratios inside one run on one machine, not promises of a rate.
\`npm run bench\` measures all of it (\`-- --quick\` in three minutes, \`-- --only G2,G6\` some of it), \`-- --json\` ends
with one line for programs, and \`-- --write-docs\` writes this page.

`;

const method = `## Method

1. The figure of a server is CPU µs an operation *of its own process*, all its threads: broker, echo and peers each have one.
2. Subjects are measured in turn (A, B, C, A, B, C, …) in one run, after a warm-up by count.
3. A slot in which other processes took more than 0.2 of a core is dropped and tried again, at most three times.
4. A value is the ratio of medians; in brackets that of the best rounds. A gate is missed only when both are over it.
5. All clients, verifiers and servers share the machine and its loopback; nothing here is a network.

`;

/** The page of these results. */
export function performancePage(results: Results): string {
  return [
    head,
    runText(results),
    method,
    goalsText(results),
    missedText(results),
    peersText(results),
    partsText(results),
  ].join('');
}

function runText({ rows, slots, seconds, place, failed }: Results): string {
  const all = Object.values(rows);
  const quick = all.filter(({ isQuick }) => isQuick).length;
  const warning =
    quick > 0
      ? `> **${quick} of ${all.length} rows are of a quick run** (marked *quick*): few rounds, 100 verifiers for 1,000, trees of 10,000 for 100,000, 20,000 sessions and 200,000 cuts for 1,000,000. They show that it works, and are no measure.\n\n`
      : '';
  const dates = all.map(({ measuredAt }) => measuredAt.slice(0, 10)).sort();
  const [first = '–', last = '–'] = [dates[0], dates.at(-1)];
  const lines = [
    `- **When:** ${first === last ? first : `${first} to ${last}`}, ${seconds} s for the last run.`,
    `- **Where:** ${placeText(place)}.`,
    `- **With:** ${Object.entries(place.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    `- **Slots** of the last run: ${slots.taken} taken, ${slots.dropped} dropped as loud, ${slots.loud} taken although loud.`,
    ...Object.entries(failed).map(
      ([goal, words]) => `- **${goal} could not be measured:** ${words}`,
    ),
  ];
  return `${warning}${lines.join('\n')}\n\n`;
}

function placeText({ processor, cores, memoryGiB, system }: Place): string {
  return `${cores} × ${processor}, ${memoryGiB} GiB, ${system}`;
}

function goalsText({ rows }: Results): string {
  const row = (name: RowName) => {
    const goal = goals[name];
    const cells = [name, goal.words, ...measuredCells(rows[name], name)];
    const limits = [limitText(goal, goal.target), limitText(goal, goal.gate)];
    return `| ${[...cells.slice(0, 3), ...limits, ...cells.slice(3)].join(' | ')} |`;
  };
  const header = '| goal | | value (best) | target | gate | |\n|---|---|---|---|---|---|';
  return `## Goals\n\n${header}\n${rowNames.map(row).join('\n')}\n\n`;
}

function measuredCells(row: Row | undefined, name: RowName): [string, string] {
  if (row === undefined) return ['–', name in notBuilt ? 'not built' : 'not measured'];
  const verdict = verdictOf(name, row.value, row.best);
  const value = `${digits(row.value)} (${digits(row.best)})`;
  const shown = verdict === 'missed' ? '**missed**' : verdict;
  return [value, row.isQuick ? `${shown}, *quick*` : shown];
}

function missedText({ rows }: Results): string {
  const lines = rowNames.flatMap((name) => {
    const none = notBuilt[name];
    if (none !== undefined) return [`- **${name}** not built. ${none}`];
    const row = rows[name];
    if (row === undefined || verdictOf(name, row.value, row.best) === 'met') return [];
    const verdict = verdictOf(name, row.value, row.best);
    const words = verdict === 'missed' ? 'misses its gate' : 'misses its target';
    return [`- **${name}** ${words}. ${goalReasons[name] ?? 'No reason is known yet.'}`];
  });
  return `## What is missed, and why\n\n${lines.join('\n')}\n\n`;
}

function peersText({ peers }: Results): string {
  const rows = peers.map(
    ({ name, version, operation, client, settings, micros }) =>
      `| ${name} ${version} | ${operation} | ${digits(micros.median)} [${digits(micros.least)}–${digits(micros.most)}] | ${client} | ${settings} |`,
  );
  const header = '| peer | operation | CPU µs | client | settings |\n|---|---|---|---|---|';
  const none = peers.length === 0 ? 'None was measured.\n' : `${header}\n${rows.join('\n')}\n`;
  return `## Peers in the same run\n\nEach in a process of its own, on loopback, without TLS unless said.\nA peer that is written in Go spends less on transport than anything on Node can; what each of them checks and keeps differs.\n\n${none}\n`;
}

function partsText({ rows }: Results): string {
  const lines = rowNames.flatMap((name) => {
    const row = rows[name];
    if (row === undefined) return [];
    const parts = row.parts.map(partText).join('; ');
    return [`- **${name}** ${parts}.${row.note === undefined ? '' : ` ${row.note}`}`];
  });
  return `## What the values are made of\n\nMedian [least–most] of the rounds.\n\n${lines.join('\n')}\n`;
}
