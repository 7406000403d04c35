import { readFileSync } from 'node:fs';
import { type Figure, part, partIn, partOf, quantity, ratio } from '../figure.js';
import { interleaved, spreadOf } from '../harness.js';
import { Issuing } from '../issuing.js';
import type { Plan } from '../plan.js';
import { PlantedFolder } from '../planted-folder.js';
import { type BenchBroker, ended, startBroker, startPart } from '../stage.js';

const few = 1_000;

/** Seconds from the start of a broker over its folder to its first sentence, some times. */
async function restarts(folder: PlantedFolder, times: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let nth = 0; nth < times; nth += 1) {
    const broker = await startBroker({ data: folder.data });
    seconds.push(broker.startMillis / 1_000);
    await broker.stop();
  }
  return seconds;
}

async function storeBytes({ data }: PlantedFolder): Promise<number> {
  const { child, ready } = await startPart<{ bytes: number }>('store-memory.js', { DATA: data });
  await ended(child);
  return ready.bytes;
}

/** Resident bytes of a process (proc_pid_status(5)). */
function residentBytes({ pid }: BenchBroker): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1_024;
}

async function issueAt(plan: Plan, folders: readonly PlantedFolder[]) {
  const stages: { name: string; broker: BenchBroker; issuing: Issuing; rss: number }[] = [];
  for (const { data, sessions } of folders) {
    const broker = await startBroker({ data });
    const issuing = await Issuing.open(broker);
    const name = `IssueToken with ${sessions.toLocaleString('en')} sessions`;
    stages.push({ name, broker, issuing, rss: residentBytes(broker) });
  }
  const subjects = stages.map(({ issuing, name }) => issuing.streamSubject(name));
  const spreads = await interleaved(subjects, plan.calls, plan.slots);
  for (const { broker, issuing } of stages) {
    issuing.close();
    await broker.stop();
  }
  const [small, large] = stages.map(({ name }) => partIn(spreads, name));
  const [smallRss = 0, largeRss = 0] = stages.map(({ rss }) => rss);
  if (small === undefined || large === undefined) throw new Error('nothing was measured');
  return { small, large, grown: largeRss - smallRss };
}

/**
 * One store with a thousand live sessions and one with a million: memory a session, a token of a broker over
 * each in turn, and the time that a restart takes.
 */
export async function measureGrowth(plan: Plan): Promise<Figure[]> {
  const many = plan.isQuick ? 20_000 : 1_000_000;
  const middle = plan.isQuick ? 5_000 : 100_000;
  const small = await PlantedFolder.make();
  const large = await PlantedFolder.make();
  await small.grow(few);
  await large.grow(middle);
  const times = plan.isQuick ? 1 : 3;
  const middleStarts = await restarts(large, times);
  await large.grow(many);
  const starts = await restarts(large, times);
  const bytes = ((await storeBytes(large)) - (await storeBytes(small))) / (many - few);
  const issued = await issueAt(plan, [small, large]);
  small.remove();
  large.remove();
  const note = `${many.toLocaleString('en')} sessions of one tree.`;
  const memory = partOf('store in memory, a session', 'bytes', [bytes]);
  const rss = partOf('resident of the broker, a session', 'bytes', [issued.grown / (many - few)]);
  const restart = part(`restart with ${many.toLocaleString('en')}`, 's', spreadOf(starts));
  const before = part(`restart with ${middle.toLocaleString('en')}`, 's', spreadOf(middleStarts));
  return [
    quantity('G10', memory, { note, parts: [memory, rss] }),
    ratio('G11', issued.large, issued.small, { note }),
    quantity('G12.restart', restart, { note, parts: [restart, before] }),
  ];
}
