import { type Figure, partOf, quantile, quantity, ratio } from '../figure.js';
import type { Plan } from '../plan.js';
import { BroadcastStage, type Spreading, VerifierStage } from '../spread-stage.js';

const burst = 100;
const last = ({ millis }: Spreading) => Math.max(...millis);

/** Cuts and bare broadcasts in turn; what the first of each says does not count. */
async function inTurn(
  plan: Plan,
  rounds: number,
  acts: readonly ((nth: number) => Promise<Spreading>)[],
): Promise<Spreading[][]> {
  const all: Spreading[][] = acts.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [at, act] of acts.entries()) {
      const spreading = await plan.slots.once(() => act(round + 1));
      if (round >= 0) all[at]?.push(spreading);
    }
  }
  return all;
}

async function measureSize(plan: Plan, receivers: number, rounds: number) {
  const ours = await VerifierStage.open(receivers);
  const bare = await BroadcastStage.open(receivers);
  const [cuts = [], sent = []] = await inTurn(plan, rounds, [
    (nth) => ours.cutOne(nth),
    () => bare.send(1),
  ]);
  const bursts = await inTurn(plan, plan.isQuick ? 1 : 5, [
    () => ours.cutMany(burst),
    () => bare.send(burst),
  ]);
  await ours.close();
  await bare.close();
  return { cuts, sent, bursts };
}

/**
 * From asking for a cut, over the socket of the broker's owner, to when every one of so many verifiers has ended
 * the call of the session that it was running, each then asked to let in the session's next request, with a
 * genuine token and a fresh proof, and refusing it; beside a bare broadcast to as many subscribers in turn.
 */
export async function measureSpread(plan: Plan): Promise<Figure[]> {
  const hundred = await measureSize(plan, 100, plan.isQuick ? 3 : 11);
  const thousand = plan.isQuick ? hundred : await measureSize(plan, 1_000, 11);
  const note = plan.isQuick ? 'Quick: 100 verifiers.' : '1,000 verifiers in ten processes.';
  const ofLast = (name: string, all: readonly Spreading[]) => partOf(name, 'ms', all.map(last));
  const ours = ofLast('cut, the last', thousand.cuts);
  const each = partOf(
    'cut, p99 of each',
    'ms',
    thousand.cuts.map(({ millis }) => quantile(millis, 0.99)),
  );
  const p99 = quantile(
    thousand.cuts.flatMap(({ millis }) => millis),
    0.99,
  );
  const [many = [], single = []] = thousand.bursts;
  const cpu = (name: string, all: readonly Spreading[]) =>
    partOf(
      name,
      'ms',
      all.map(({ cpuMicros }) => cpuMicros / 1_000),
    );
  return [
    ratio('G7', ours, ofLast('broadcast, the last', thousand.sent), { note }),
    quantity('G7.p50', ours),
    { ...quantity('G7.p99', each), value: p99 },
    ratio(
      'G7.hundred',
      ofLast('cut, the last', hundred.cuts),
      ofLast('broadcast, the last', hundred.sent),
    ),
    ratio('G8', ofLast('100 cuts', many), ofLast('100 messages', single), { note }),
    ratio('G8.cpu', cpu('broker, 100 cuts', many), cpu('broadcast server', single)),
  ];
}
