import type { Actor } from '../lib/actor.js';
import { type TheftAnswer, theftAnswer } from '../lib/broker-log.js';
import type { Act } from '../lib/orders.js';
import type { Presigned } from '../lib/presigned.js';
import { startThief, type Team } from './cast.js';
import { type Refused, startPoll } from './poll.js';
import { type Scene, tell, timed, treeRows } from './scene.js';

/** Requests that are signed for each service before the theft: enough for some seconds. */
const presignedCount = 600;

/** Replay does nothing to anybody: it is refused and counted. */
export async function theThief(scene: Scene, team: Team): Promise<Actor> {
  const { narrator, proxy, stage } = scene;
  const { orchestrator } = team;
  narrator.chapter('A thief, with the token and proof that a proxy has logged');
  const thief = await startThief(stage, proxy);
  const replayed = await thief.ask('replay');
  tell(narrator, 'the captured token and proof, once more', replayed, /^401 proof_replayed$/);
  const unproved = await thief.ask('withoutProof');
  tell(narrator, 'the captured token without a proof', unproved, /^401 proof_missing$/);
  const counted = await timed(() => refusedUses(scene, team.childId, 1));
  tell(narrator, 'the replay is counted, nothing else happens', counted, /^1 refused, live$/);
  const read = await orchestrator.ask('childRead');
  tell(narrator, 'the sub-agent reads the contacts, as before', read, /^200 /);
  return thief;
}

const looks = 10;

/** What an operator sees of a session, once so many uses of its tokens were reported as refused. */
async function refusedUses(scene: Scene, sessionId: string, uses: number): Promise<string> {
  let seen = 'nothing';
  for (let look = 0; look < looks; look += 1) {
    const rows = await treeRows(scene, sessionId);
    const row = rows.find(({ session }) => session === sessionId);
    seen = `${row?.actionsRefused} refused, ${row?.state}`;
    if ((row?.actionsRefused ?? 0) >= uses) break;
  }
  return seen;
}

/** What was measured of the theft, by the monotonic clock of the machine. */
export interface TheftFigures {
  readonly sessionsEnded: number;
  /** Services that have refused a genuine request with a live token. */
  readonly verifiers: number;
  /** From the first byte of the thief's request to the commit of the cut. */
  readonly theftToCutMs: number;
  /** From the commit to the last service's first refusal of a genuine request with a live token. */
  readonly cutToLastRefusalMs: number;
  /** From the commit to the end of the running stream, as its client sees it. */
  readonly cutToStreamEndMs: number;
  /** Genuine requests that were let through while it happened. */
  readonly acceptedMeanwhile: number;
}

/** The token with another key: the leak is proved, and the whole tree ends. */
export async function theCut(
  { narrator, stage }: Scene,
  { orchestrator, childId, mailWriter }: Team,
  thief: Actor,
): Promise<TheftFigures> {
  narrator.chapter('He uses the token with a key of his own');
  const genuine = {
    crm: await orchestrator.ask('presignContacts', presignedCount),
    mail: await mailWriter.ask('presign', presignedCount),
    tickets: await orchestrator.ask('presignTickets', presignedCount),
  };
  const polls = await Promise.all(
    Object.entries(genuine).map(async ([name, { value }]) => ({
      name,
      ...(await startPoll(value as Presigned, name === 'tickets')),
    })),
  );
  const theft = await thief.ask('ownKey');
  tell(narrator, 'the captured token, a proof by another key', theft, /^401 proof_wrong_key$/);
  const answer = await theftAnswer(stage.broker.log, 'foreign_key', childId);
  const theftToCutMs = answer.committedAtMillis - Number(theft.value);
  const ended = `${answer.outcome}: ${answer.sessionsEnded} sessions ended`;
  const cut = { outcome: ended, millis: theftToCutMs };
  tell(narrator, 'the broker proves the leak, and cuts', cut, /^tree_revoked: 3 sessions ended$/);
  const refusals = await Promise.all(
    polls.map(async ({ name, refused }) => ({ name, ...(await refused) })),
  );
  for (const { name, outcome, atMillis } of refusals) {
    const act = since(answer, { outcome, value: atMillis });
    tell(narrator, `${name} refuses a genuine request, a live token`, act, / token_cut$/);
  }
  const stream = since(answer, await orchestrator.ask('streamEnd'));
  tell(narrator, 'the running stream of tickets ends', stream, /^gRPC 16 token_cut$/);
  await sdksSayIt(narrator, answer, [orchestrator, mailWriter]);
  const times = refusals.map(({ atMillis }) => atMillis);
  return {
    sessionsEnded: answer.sessionsEnded,
    verifiers: refusals.filter(isCut).length,
    theftToCutMs: rounded(theftToCutMs),
    cutToLastRefusalMs: rounded(Math.max(...times) - answer.committedAtMillis),
    cutToStreamEndMs: rounded(stream.millis),
    acceptedMeanwhile: refusals.reduce((sum, { accepted }) => sum + accepted, 0),
  };
}

async function sdksSayIt(
  narrator: Scene['narrator'],
  answer: TheftAnswer,
  [orchestrator, mailWriter]: readonly [Actor, Actor],
): Promise<void> {
  const ends: readonly (readonly [string, Act])[] = [
    ['the orchestrator hears of it', await orchestrator.ask('end')],
    ['its sub-agent', await orchestrator.ask('childEnd')],
    ['the sub-agent in the other process', await mailWriter.ask('end')],
  ];
  for (const [who, end] of ends) {
    tell(narrator, who, since(answer, end), /^CREANCE_(SESSION_REVOKED|ANCESTOR_ENDED)$/);
  }
}

/** An act whose time is counted from the commit of the cut. */
function since(
  { committedAtMillis }: TheftAnswer,
  { outcome, value }: Pick<Act, 'outcome' | 'value'>,
): Act {
  return { outcome, millis: Number(value) - committedAtMillis };
}

function isCut({ outcome }: Refused): boolean {
  return outcome.endsWith(' token_cut');
}

function rounded(millis: number): number {
  return Math.round(millis * 10) / 10;
}
