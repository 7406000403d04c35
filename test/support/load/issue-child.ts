import { audiences } from '../flow-manifest.js';
import { RawClient } from '../raw-client.js';
import { openWith, type RawSession } from '../raw-tree.js';
import { Refused } from '../refused.js';
import { TestKey } from '../test-key.js';
import type { ClosedAsk, Issued, LoadAsk, OpenAsk } from './load-words.js';

/** Calls without an answer at once: beyond it a caller would only measure its own memory. */
const inFlightMax = 512;
const tickMillis = 4;
/** Milliseconds of sending before answers are read: else what came in time is seen too late. */
const turnMillis = 4;

interface Member {
  readonly client: RawClient;
  readonly session: RawSession;
}

const members: Member[] = [];
let inFlight = 0;

// A process of members who ask for tokens as they are told: beside the broker, so that neither waits for the
// other's event loop.
process.on('message', (ask: LoadAsk) => {
  const done =
    ask.kind === 'join' ? joinAll(ask) : ask.kind === 'open' ? openLoop(ask) : closed(ask);
  done.then(
    (value) => process.send?.({ id: ask.id, value }),
    (fault: Error) => process.send?.({ id: ask.id, fault: fault.message }),
  );
});
process.on('disconnect', () => process.exit(0));

async function joinAll({ address, joins }: Extract<LoadAsk, { kind: 'join' }>): Promise<number> {
  for (const join of joins) {
    const client = new RawClient(address);
    const evidence = { join, key: new TestKey(), redeem: true };
    members.push({ client, session: await openWith(client, evidence, new TestKey()) });
  }
  return members.length;
}

function nothing(): Issued {
  return { sent: 0, unsent: 0, ok: 0, inTime: 0, refused: {}, hinted: 0, millis: [], seconds: 0 };
}

async function one({ client, session }: Member, issued: Issued): Promise<void> {
  const startedAt = performance.now();
  issued.sent += 1;
  inFlight += 1;
  try {
    await client.issue(session.id, session.key, audiences.crm, ['contacts:read']);
    issued.ok += 1;
    issued.millis.push(performance.now() - startedAt);
  } catch (error) {
    const reason = error instanceof Refused ? error.reason : String(error);
    issued.refused[reason] = (issued.refused[reason] ?? 0) + 1;
    if (error instanceof Refused && error.retryAfterMillis !== undefined) issued.hinted += 1;
  } finally {
    inFlight -= 1;
  }
}

/** So many a second, whatever became of what was sent before. */
async function openLoop(ask: OpenAsk): Promise<Issued> {
  const issued = nothing();
  const some = members.slice(ask.from, ask.to);
  const startedAt = performance.now();
  const all: Promise<void>[] = [];
  const passed = () => performance.now() - startedAt;
  while (passed() < ask.millis) {
    const due = Math.floor((passed() / 1_000) * ask.perSecond);
    const turnEnds = performance.now() + turnMillis;
    while (issued.sent + issued.unsent < due && performance.now() < turnEnds) {
      if (inFlight >= inFlightMax) issued.unsent += 1;
      else all.push(one(some[issued.sent % some.length] as Member, issued));
    }
    const isBehind = issued.sent + issued.unsent < due;
    await new Promise((resolve) =>
      isBehind ? setImmediate(resolve) : setTimeout(resolve, tickMillis),
    );
  }
  issued.seconds = passed() / 1_000;
  const inTime = issued.ok;
  await Promise.all(all);
  return { ...issued, inTime };
}

/** So many at once, each after its answer. */
async function closed(ask: ClosedAsk): Promise<Issued> {
  const issued = nothing();
  const some = members.slice(ask.from, ask.to);
  const startedAt = performance.now();
  const lane = async (at: number) => {
    while (performance.now() - startedAt < ask.millis)
      await one(some[at % some.length] as Member, issued);
  };
  await Promise.all(Array.from({ length: ask.atOnce }, (_, at) => lane(at)));
  issued.seconds = (performance.now() - startedAt) / 1_000;
  return { ...issued, inTime: issued.ok };
}
