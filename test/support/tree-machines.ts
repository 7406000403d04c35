import { expect } from 'vitest';
import { type Expectation, nothingExpected } from './tree-expect.js';
import { type ModelEvidence, second } from './tree-model.js';
import { type Play, pick } from './tree-play.js';

/** A machine of a workload: one that is there, or a new one. Undefined when nobody may join. */
export async function machineOf(
  play: Play,
  workload: string,
  how: number,
): Promise<ModelEvidence | undefined> {
  const there = play.model.evidence.filter((each) => each.workload === workload);
  const sound = how % 8 === 0 ? there : there.filter((each) => mayJoin(each, play.now));
  if (how % 4 !== 0 && sound.length > 0) return pick(sound.slice(-4), how >> 2);
  const hosts = await play.world.newHosts(workload, 2);
  if (typeof hosts === 'string') {
    expect(play.model.policy[workload], hosts).toBeUndefined();
    return undefined;
  }
  const issuer = `join ${play.model.evidence.length}`;
  const made = hosts.map((host): ModelEvidence => {
    const evidence: ModelEvidence = {
      key: host.key.thumbprint,
      workload,
      issuer,
      redeemUntil: play.now + 600 * second,
      isRedeemed: false,
      isCut: false,
      heldUntil: 0,
      thefts: 0,
      theftRevision: 0,
      watchHolds: 0,
      watchRevision: 0,
    };
    play.hosts.set(evidence, host);
    play.secrets.add(host.joinToken);
    return evidence;
  });
  play.model.evidence.push(...made);
  return made[0];
}

function mayJoin(evidence: ModelEvidence, now: number): boolean {
  const expected = nothingExpected();
  expectEvidence(evidence, now, expected);
  return expected.must.size === 0;
}

/** Why evidence opens nothing now: it was cut, is held, or its join token is over. */
export function expectEvidence(evidence: ModelEvidence, now: number, { must }: Expectation): void {
  const { isCut, isRedeemed, heldUntil, redeemUntil } = evidence;
  if (isCut) must.add('evidence_key_revoked');
  if (isCut && !isRedeemed) must.add('join_token_unknown').add('join_token_expired');
  if (now < heldUntil) must.add('evidence_held');
  if (!isRedeemed && now >= redeemUntil) must.add('join_token_expired');
}
