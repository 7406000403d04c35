import { parseArgs } from 'node:util';
import { ablationRows } from './evaluate-ablations.js';
import { NoData } from './evaluate-data.js';
import { scoresOf } from './evaluate-figures.js';
import { incidentRows } from './evaluate-incidents.js';
import { type Line, playFolds } from './evaluate-play.js';
import { levelRow, levelsRow, taskRows } from './evaluate-rows.js';
import { printMisses, printTable, type Row } from './evaluate-table.js';
import { cloud, cloudCold, injected, masquerade, splice } from './evaluate-tasks.js';

// Baselines: detection.md §6, measured on the same data and folds before there was an engine.

const speeds = {
  burst: '100 / 92 / 92 / 92',
  script: '83 / 83 / 58 / 50',
  llm: '93 / 71 / 0 / 0',
  human: '85 / 62 / 0 / 0',
  lowslow: '56 / 56 / 0 / 0',
} as const;
const otherNetwork = '100 / 100 / 95 / 76, all speeds';
const sorts = { b: 'agent', p: 'agent, parallel calls', f: 'batch', r: 'address changes' } as const;

async function spliceRows(folder: string): Promise<readonly Row[]> {
  const task = 'T5 stolen token';
  const lines = await playFolds(splice(folder));
  const of = (prefix: string) => lines.filter(({ session }) => session.startsWith(prefix));
  const { benign } = scoresOf(lines);
  const batches = of('f/').map(({ maxRisk }) => maxRisk);
  return [
    ...taskRows(task, lines, {
      auc: { simple: '0.958', prototype: '0.955', atLeast: 0.97 },
      at1: { simple: '69 %', prototype: '64 %', atLeast: 0.75 },
      at5: { simple: '79 %', prototype: '66 %' },
    }),
    levelRow(`${task}, benign`, 'narrow', benign, { prototype: '12 %', atMost: 0.06 }),
    levelRow(`${task}, benign`, 'suspend', benign, { prototype: '0.8 %', atMost: 0.008 }),
    levelRow(`${task}, batches`, 'suspend', batches, { prototype: '0 %', atMost: 0 }),
    levelsRow(`${task}, benign`, lines.filter(isBenign), { prototype: '18 / 12 / 0.8 / 0' }),
    ...Object.entries(sorts).map(([sort, words]) =>
      levelsRow(`  ${words}`, of(`${sort}/`), sort === 'f' ? { prototype: '39 / 29 / 0 / 0' } : {}),
    ),
    ...Object.entries(speeds).flatMap(([speed, prototype]) => [
      levelsRow(`  ${speed}, same network`, of(`a/${speed}/net1/`), { prototype }),
      levelsRow(`  ${speed}, other network`, of(`a/${speed}/net2/`), { prototype: otherNetwork }),
    ]),
  ];
}

function isBenign({ label }: Line): boolean {
  return label === 'benign';
}

async function otherRows(folder: string): Promise<readonly Row[]> {
  const cloudLines = await playFolds(cloud(folder));
  const batches = cloudLines.filter(isBenign).map(({ maxRisk }) => maxRisk);
  return [
    ...withLevels('T1b injected agent', await playFolds(injected(folder)), {
      auc: { simple: '0.87' },
      at3: { simple: '79 % at 4 %', atLeast: 0.8 },
    }),
    ...withLevels(
      'T1 the same, no destinations',
      await playFolds(injected(folder, withoutDestinations)),
      { auc: { simple: '0.73' }, at1: { simple: '5 %' }, at5: { simple: '22 %' } },
    ),
    ...withLevels('T2 masquerading user', await playFolds(masquerade(folder)), {
      auc: { simple: '0.962', atLeast: 0.965 },
      at1: { simple: '38 %' },
      at5: { simple: '78 %' },
    }),
    ...withLevels('T4 cloud attack', cloudLines, {
      auc: { simple: '0.93, by its table', atLeast: 0.93 },
      at5: { simple: '89 %, by its table' },
    }),
    levelRow('T4 cloud, service batches and console', 'suspend', batches, { atMost: 0 }),
    ...withLevels('T4 without history', await playFolds(cloudCold(folder)), {
      auc: { simple: '0.65, without it' },
      at5: { simple: '32 %, without it' },
    }),
  ];
}

function withLevels(
  task: string,
  lines: readonly Line[],
  known: Parameters<typeof taskRows>[2],
): readonly Row[] {
  return [
    ...taskRows(task, lines, known),
    levelsRow(`${task}, benign`, lines.filter(isBenign)),
    levelsRow(
      `${task}, attacks`,
      lines.filter(({ label }) => label === 'attack'),
    ),
  ];
}

function withoutDestinations<T extends object>(event: T): T {
  return { ...event, dest: undefined, dest_declared: undefined };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === undefined) {
    console.error('name the folder of the detection data: npm run evaluate -- --data FOLDER');
    return 2;
  }
  try {
    const sections = [
      await spliceRows(values.data),
      await otherRows(values.data),
      await incidentRows(values.data),
      await ablationRows(values.data),
    ];
    printTable(sections);
    printMisses(sections.flat());
    return 0;
  } catch (error) {
    if (!(error instanceof NoData)) throw error;
    console.error(error.message);
    return 1;
  }
}

process.exitCode = await main();
