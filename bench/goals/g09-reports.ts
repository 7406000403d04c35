import { setTimeout as pause } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { type Figure, partIn, perCpuSecond } from '../figure.js';
import { cpuMicrosOf, interleaved, type Subject } from '../harness.js';
import type { Plan } from '../plan.js';
import { type PlayedBatch, ReportPlay } from '../report-play.js';
import { ended, startPart } from '../stage.js';
import { startWatchBroker, type WatchBroker, type WatchPlace } from '../watch-stage.js';
import { actions, habitSteps } from '../watched-habit.js';
import { BenchVerifiers, isLive, listedSessions, openWatched, teach } from '../watched-sessions.js';

const watched = 'the broker, through the watch';
const echoed = 'echo of the same bytes';
const resources = 8;
/** With this many of each, and workloads by the eight, every report is full. */
const sessionsPerWorkload = 64;
/** Reports in flight at once: with more the broker takes them faster than it judges, and drops some. */
const lanes = 2;

/** Sessions that teach a workload: it takes 12 for what was learned to be trusted whole. */
const teachers = 12;
/** What a teacher does: its habit twice, so that it teaches how it goes on from the end. */
const lessonActions = 2 * habitSteps;
/** Between two actions of a teacher. */
const lessonGapMillis = 100;

/** After the last answer: what was taken is judged within the 40 ms for which sightings wait. */
const judgedMillis = 150;

/**
 * CPU of the broker for an action that a verifier reports over gRPC, in batches of 64, through the watch:
 * authenticated, decoded, joined, put in order, judged, and what is learned kept once a second. Beside an
 * echo that takes the same bytes over as many connections and reads none of them.
 */
export async function measureReports(plan: Plan): Promise<Figure[]> {
  const place = { workloads: plan.isQuick ? 16 : 160, resources, actions };
  const broker = await startWatchBroker(place);
  const verifiers = await BenchVerifiers.open(broker, place);
  await teachAll(broker, verifiers, place);
  const { line, members } = await openWatched(broker, place, sessionsPerWorkload);
  const sessions = members.map(({ member, workload }) => ({ id: member.id, workload }));
  const play = new ReportPlay(sessions, place);
  const echo = await startPart<{ port: number }>('report-echo.js');
  const pass = sessions.length;
  const passes = plan.isQuick ? { warmUp: 24, operations: 12 } : { warmUp: 48, operations: 24 };
  const rounds = {
    warmUp: passes.warmUp * pass,
    operations: passes.operations * pass,
    rounds: plan.rounds,
  };
  verifiers.taken = 0;
  const echoPlay = new ReportPlay(sessions, place);
  const subjects = [
    echoSubject(echo.child.pid ?? 0, echo.ready.port, echoPlay),
    reportSubject(broker.pid, verifiers, play),
  ];
  const spreads = await interleaved(subjects, rounds, plan.slots);
  await checkJudged(broker, verifiers, pass, play.acted);
  line.close();
  verifiers.close();
  await broker.stop();
  await ended(echo.child);
  const ours = partIn(spreads, watched);
  const parts = [ours, partIn(spreads, echoed)];
  const note = `${pass.toLocaleString('en')} sessions in turn; every action was taken and judged, and none is a row.`;
  return [perCpuSecond('G9', ours, { parts, note })];
}

/** Calm sessions, at a pace like that of the sessions that follow, so that nothing is strange of those. */
async function teachAll(
  broker: WatchBroker,
  verifiers: BenchVerifiers,
  place: WatchPlace,
): Promise<void> {
  const { line, members } = await openWatched(broker, place, teachers);
  const sessions = members.map(({ member, workload }) => ({ id: member.id, workload }));
  const play = new ReportPlay(sessions, place);
  for (let nth = 0; nth < lessonActions; nth += 1) {
    const nextAt = performance.now() + lessonGapMillis;
    await play.pass(lanes, (batch) => verifiers.report(batch));
    await pause(Math.max(0, nextAt - performance.now()));
  }
  await teach(broker, place, members, teachers);
  line.close();
}

function reportSubject(pid: number, verifiers: BenchVerifiers, play: ReportPlay): Subject {
  return batchSubject(watched, pid, play, (batch) => verifiers.report(batch));
}

function echoSubject(pid: number, port: number, play: ReportPlay): Subject {
  const plain = (bytes: Buffer) => bytes;
  const options = { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_channelz': 0 };
  const clients = Array.from(
    { length: resources },
    () => new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options),
  );
  return batchSubject(echoed, pid, play, ({ resource, bytes }) => {
    const client = clients[resource] as Client;
    return new Promise<void>((resolve, reject) => {
      const answer = (error: Error | null) => (error === null ? resolve() : reject(error));
      client.makeUnaryRequest('/bench.Echo/Report', plain, plain, bytes, answer);
    });
  });
}

function batchSubject(
  name: string,
  pid: number,
  play: ReportPlay,
  send: (batch: PlayedBatch) => Promise<void>,
): Subject {
  return {
    name,
    async run(operations) {
      const before = cpuMicrosOf(pid);
      for (let acted = 0; acted < operations; acted += play.sessions) await play.pass(lanes, send);
      await pause(judgedMillis);
      return (cpuMicrosOf(pid) - before) / operations;
    },
  };
}

/** A bench whose actions were dropped, or whose sessions were held, has measured nothing. */
async function checkJudged(
  broker: WatchBroker,
  { taken }: BenchVerifiers,
  sessions: number,
  sent: number,
): Promise<void> {
  const listed = await listedSessions(broker);
  const judged = listed.reduce(
    (sum, { actionsAllowed, actionsRefused }) => sum + Number(actionsAllowed + actionsRefused),
    0,
  );
  if (taken !== sent || judged !== sent)
    throw new Error(`of ${sent} actions the broker took ${taken} and judged ${judged}`);
  const held = listed.filter((session) => !isLive(session)).length;
  if (held > 0) throw new Error(`${held} of ${sessions} sessions were held`);
}
