import { setTimeout as pause } from 'node:timers/promises';
import {
  ExplainSessionRequest,
  ExplainSessionResponse,
  OperatorServiceService,
  RiskLevel,
} from '@creance/proto/wire';
import type { HostMessage } from './resource-host.js';
import { ended, startPart } from './stage.js';
import { Walker } from './walker.js';
import {
  type DecidedLine,
  resourceName,
  startWatchBroker,
  type WatchBroker,
  type WatchPlace,
} from './watch-stage.js';
import { actions, habitOf, habitSteps, usualResources } from './watched-habit.js';
import { openWatched, teach, type WatchedMember } from './watched-sessions.js';

const resources = 12;
const workloads = 24;
/** It takes 12 for what was learned to be trusted whole. */
const teachers = 12;
/** Pause between the steps of an agent, and how it varies. */
const agentGapMillis = 1_000;
const jitter = 0.2;
/** Steps of the agent before the thief takes over. */
const calmSteps = 4;
/**
 * Two kinds of thieves, in turn: one works at the speed of a script until he is stopped, and is; one takes
 * a few steps at the agent's own pace, which is marked.
 */
const thieves = [
  { gapMillis: 30, steps: 16 },
  { gapMillis: agentGapMillis, steps: 3 },
] as const;
/** Between the starts of two sessions that will be hijacked: automatic suspensions are capped a minute. */
const startGapMillis = 200;

/** One decision, and the sight that brought it about. */
interface Timed {
  readonly level: string;
  /** From the verifier's sight to the broker's answer to its report, and to the decision. */
  readonly reportMillis: number;
  readonly decisionMillis: number;
}

interface Stage {
  readonly broker: WatchBroker;
  readonly origins: readonly string[];
  readonly nonces: (string | undefined)[];
  readonly decided: DecidedLine[];
  /** By resource, when the broker has answered reports. */
  readonly answeredAt: readonly number[][];
}

/**
 * From a verifier's sight of the action that tips the scale, in the resource's process, to the decision
 * in the broker's log: for a mark that the next mint reads, and for a hold, whose row is durable by then.
 * One monotonic clock; agents, thieves, resources and broker share the machine, at a light load.
 */
export async function measureEventToDecision(quick: boolean): Promise<void> {
  const place = { workloads, resources, actions };
  const decided: DecidedLine[] = [];
  const broker = await startWatchBroker(place, (line) => decided.push(line));
  const joins: string[] = [];
  for (let nth = 0; nth < resources; nth += 1)
    joins.push(await broker.joinString('verifier', resourceName(nth), 1));
  const answeredAt: number[][] = joins.map(() => []);
  const host = await startPart<HostMessage & { origins: string[] }>('resource-host.js', {
    JOINS: joins.join(' '),
    FOLDER: broker.data,
  });
  host.child.on('message', (message: HostMessage) => {
    if ('resource' in message) answeredAt[message.resource]?.push(message.answeredAtMillis);
  });
  const { origins } = host.ready;
  const stage: Stage = { broker, origins, nonces: [], decided, answeredAt };
  await teachAll(stage, place);
  const { line, members } = await openWatched(broker, place, quick ? 2 : 18);
  const isCalm = stage.decided.length === 0;
  const timed = await hijackAll(stage, members);
  print(timed, members.length, isCalm);
  line.close();
  await ended(host.child);
  await broker.stop();
}

async function teachAll(stage: Stage, place: WatchPlace): Promise<void> {
  const { line, members } = await openWatched(stage.broker, place, teachers);
  await Promise.all(members.map((each) => live(stage, each, habitSteps)));
  await teach(stage.broker, place, members, teachers);
  line.close();
}

/** The first steps of an agent's habit, at its pace. */
async function live(stage: Stage, { member, workload }: WatchedMember, steps: number) {
  const walker = new Walker(member, stage.origins, stage.nonces);
  for (const { resource, seen } of habitOf(workload, resources).slice(0, steps)) {
    await pause(agentGapMillis * (1 + jitter * (2 * Math.random() - 1)));
    const { status } = await walker.act(resource, seen.action);
    if (status !== 200) throw new Error(`a calm session was refused: ${status}`);
  }
  return walker;
}

async function hijackAll(stage: Stage, members: readonly WatchedMember[]): Promise<Timed[]> {
  const timed: Timed[][] = [];
  await Promise.all(
    members.map(async (each, nth) => {
      await pause(nth * startGapMillis);
      timed.push(
        await hijack(
          stage,
          each,
          thieves[Math.floor(nth / workloads) % thieves.length] ?? thieves[0],
        ),
      );
    }),
  );
  return timed.flat();
}

/** An agent's first steps, and then a thief's with its key: to systems and actions that are not its own. */
async function hijack(
  stage: Stage,
  hijacked: WatchedMember,
  thief: (typeof thieves)[number],
): Promise<Timed[]> {
  const { member, workload } = hijacked;
  const walker = await live(stage, hijacked, calmSteps);
  const targets = Array.from(
    { length: usualResources },
    (_, nth) => (workload + usualResources + nth) % resources,
  );
  for (const resource of targets) await walker.prepare(resource);
  const seenAt = new Map<string, { readonly resource: number; readonly atMillis: number }>();
  await pause(thief.gapMillis);
  for (let step = 0; step < thief.steps; step += 1) {
    const resource = targets[step % targets.length] as number;
    const action = `records-${step % 11}.${step % 2 === 0 ? 'export' : 'share'}`;
    const { status, seenAtMillis } = await walker.act(resource, action);
    if (status !== 200) break;
    seenAt.set(`${resourceName(resource)} ${action}`, { resource, atMillis: seenAtMillis });
    await pause(thief.gapMillis);
  }
  // What was decided last is written down by then.
  await pause(500);
  return timesOf(stage, member.id, seenAt);
}

const levelNames: Readonly<Record<number, string>> = {
  [RiskLevel.RISK_LEVEL_OBSERVE]: 'observe',
  [RiskLevel.RISK_LEVEL_NARROW]: 'narrow',
  [RiskLevel.RISK_LEVEL_SUSPEND]: 'suspend',
  [RiskLevel.RISK_LEVEL_SUSPEND_TREE]: 'suspendTree',
};

/** The action that brought a decision about is the one after which the risk was the decision's. */
async function timesOf(
  { broker, decided, answeredAt }: Stage,
  sessionId: Buffer,
  seenAt: ReadonlyMap<string, { readonly resource: number; readonly atMillis: number }>,
): Promise<Timed[]> {
  const { path } = OperatorServiceService.explainSession;
  const ask = ExplainSessionRequest.encode({ sessionId, pageToken: '' }).finish();
  const { sessions } = ExplainSessionResponse.decode(await broker.operate(path, ask));
  const explained = sessions.find((one) => one.sessionId.equals(sessionId));
  const lines = decided.filter(({ session }) => session === sessionId.toString('base64url'));
  return (explained?.decisions ?? []).flatMap(({ level, risk }) => {
    const point = explained?.points.findLast((one) => one.risk === risk);
    const seen = point && seenAt.get(`${point.resource} ${point.action}`);
    const line = lines.find((one) => one.level === levelNames[level]);
    if (seen === undefined || line === undefined) return [];
    const answered = answeredAt[seen.resource]?.find((at) => at >= seen.atMillis);
    const reportMillis = (answered ?? Number.NaN) - seen.atMillis;
    return [{ level: line.level, reportMillis, decisionMillis: line.readAtMillis - seen.atMillis }];
  });
}

function print(timed: readonly Timed[], hijacked: number, isCalm: boolean): void {
  const holds = timed.filter(({ level }) => level.startsWith('suspend'));
  const marks = timed.filter(({ level }) => !level.startsWith('suspend'));
  console.log(
    `\nMilliseconds from a verifier's sight to the broker's decision, ${hijacked} hijacked sessions (aim: p99 < 50)`,
  );
  if (!isCalm) console.log('  not every session was calm before its thief came');
  row('a mark that the next mint reads', marks, ({ decisionMillis }) => decisionMillis);
  row('a hold, its row durable', holds, ({ decisionMillis }) => decisionMillis);
  row('of both, until the report is answered', timed, ({ reportMillis }) => reportMillis);
  row(
    'and from there on',
    timed,
    ({ decisionMillis, reportMillis }) => decisionMillis - reportMillis,
  );
  console.log(
    '  by design a verifier gathers for 20 ms, and the broker lets a sighting wait for earlier ones: 40 ms from sight on',
  );
}

function row(name: string, timed: readonly Timed[], of: (timed: Timed) => number): void {
  const sorted = timed.map(of).sort((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  console.log(
    `  ${name.padEnd(38)} p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)} (${sorted.length})`,
  );
}
