import { type Figure, partIn, ratio } from '../figure.js';
import { interleaved, type Spread } from '../harness.js';
import { Issuing } from '../issuing.js';
import { startNodePeers } from '../peers/node-peers.js';
import type { MeasuredPeer, Peer } from '../peers/peer.js';
import { startSpire } from '../peers/spire.js';
import type { Plan } from '../plan.js';
import { startBroker } from '../stage.js';

const unary = 'IssueToken, unary';
const stream = 'IssueToken on streams';
let peersOfRun: readonly MeasuredPeer[] = [];

/** What the last run of this measure found, for the table of peers. */
export function measuredPeers(): readonly MeasuredPeer[] {
  return peersOfRun;
}

/**
 * A token of ours beside a token of systems that others run for it, every one in a process of its own, in
 * turn. What they check and keep differs: the settings say it.
 */
export async function measurePeers({ calls, slots }: Plan): Promise<Figure[]> {
  const broker = await startBroker();
  const issuing = await Issuing.open(broker);
  const spire = await startSpire();
  const peers: readonly Peer[] = [...(await startNodePeers()), ...(spire ? [spire] : [])];
  const subjects = [
    issuing.unarySubject(unary),
    issuing.streamSubject(stream),
    ...peers.map(({ subject }) => subject),
  ];
  const spreads = await interleaved(subjects, calls, slots);
  issuing.close();
  await broker.stop();
  for (const peer of peers) await peer.stop();
  peersOfRun = peers.map(({ subject, stop: _, ...peer }) => ({
    ...peer,
    micros: spreads.get(subject.name) as Spread,
  }));
  const oidc = partIn(spreads, 'oidc-provider');
  const note = `oidc-provider by ${peers[0]?.client}, the broker by a client in Node.`;
  return [
    ratio('G3', oidc, partIn(spreads, unary), { note }),
    ratio('G3.stream', oidc, partIn(spreads, stream), { note }),
  ];
}
