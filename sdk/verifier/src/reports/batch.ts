import { bytesOfHandle } from '@creance/proto';
import type { Primitives } from '../primitives.js';
import type { Entropy } from '../runtime/entropy.js';
import { printable } from './printable.js';
import type { Report, ReportedAction } from './report.js';
import type { Waiting } from './sightings.js';

const idBytes = 16;
const uint32Max = 0xffff_ffff;

/** Sightings that go out together, under ids that stay when they are sent again. */
export interface Batch {
  readonly waiting: readonly Waiting[];
  readonly ids: Uint8Array;
  /** Hash of each sighting's proof; empty where there is none. */
  readonly proofHashes: readonly string[];
  readonly proofs: readonly string[];
}

/** Gives sightings without an id of the agent's a random one, and their proofs and destinations hashes. */
export async function batchOf(
  waiting: readonly Waiting[],
  proofs: readonly string[],
  primitives: Primitives,
  entropy: Entropy,
): Promise<Batch> {
  const hashOf = ({ sighting: { proof } }: Waiting) =>
    proof === undefined ? '' : primitives.sha256(proof.text);
  const proofHashes = await Promise.all(waiting.map(hashOf));
  await Promise.all(waiting.map(({ aimed }) => aimed?.settle()));
  const ids = entropy.bytes(idBytes * waiting.length);
  for (const [at, { sighting }] of waiting.entries()) {
    if (sighting.actionId !== undefined) ids.set(bytesOfHandle(sighting.actionId), at * idBytes);
  }
  return { waiting, ids, proofHashes, proofs };
}

/** The report of a batch, as old as its sightings are now. */
export function reportOf(batch: Batch, dropped: number, nowMillis: number): Report {
  const actions = batch.waiting.map((waiting, at) => actionOf(batch, waiting, at, nowMillis));
  return { actions, proofs: batch.proofs, dropped: Math.min(dropped, uint32Max) };
}

function actionOf(
  { ids, proofHashes }: Batch,
  { sighting, atMillis, aimed }: Waiting,
  at: number,
  nowMillis: number,
): ReportedAction {
  const { action, foreignProof, origin, proof, refusal, sessionId, span, tokenHash } = sighting;
  const ageMillis = Math.round(nowMillis - atMillis);
  return {
    id: ids.subarray(at * idBytes, (at + 1) * idBytes),
    sessionId,
    tokenHash,
    action: printable(action),
    refusal,
    ageMillis: Math.min(Math.max(0, ageMillis), uint32Max),
    proof: proof && {
      counter: proof.counter,
      issuedAt: proof.issuedAt,
      hash: proofHashes[at] ?? '',
    },
    foreignProof: foreignProof && { token: foreignProof.token, proof: foreignProof.proof },
    destinations: aimed?.hashes,
    origin,
    span,
  };
}
