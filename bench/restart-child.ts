import { openBenchStore } from './tree-store.js';

/** What a process measured of its own start. */
export interface RestartFigures {
  readonly millis: number;
  readonly cpuMillis: number;
  readonly heapBytes: number;
  readonly sessions: number;
}

const folder = process.argv[2];
if (folder === undefined || global.gc === undefined) throw new Error('a folder and --expose-gc');
// The code is there before: what counts is what the store's size adds.
const warm = await openBenchStore(`${folder}.warm`);
await warm.close();
global.gc();
const before = process.memoryUsage().heapUsed;
const cpu = process.cpuUsage();
const begun = performance.now();
const store = await openBenchStore(folder);
const millis = performance.now() - begun;
const { user, system } = process.cpuUsage(cpu);
const cpuMillis = (user + system) / 1_000;
global.gc();
const heapBytes = process.memoryUsage().heapUsed - before;
const sessions = store.load().sessionsLive;
process.stdout.write(
  JSON.stringify({ millis, cpuMillis, heapBytes, sessions } satisfies RestartFigures),
);
await store.close();
