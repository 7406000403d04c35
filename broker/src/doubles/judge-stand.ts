import { proofWindowSeconds, type Reason } from '@creance/proto';
import { openNonces } from '../tokens/nonces.js';
import { openProofJudge, type PresentedProof, type ProofJudge } from '../tokens/proof-judge.js';
import { openReplayMemory, type ReplayMemory } from '../tokens/replay-memory.js';
import type { Signer } from '../tokens/signing-key.js';
import { FakeClock } from './fake-clock.js';
import { seededEntropy } from './seeded-entropy.js';
import { newSigner, proofBy } from './signed.js';

/** For tests: where proofs are for. */
export const judgedOrigin = 'https://broker.example:7420';
export const judgedPath = '/creance.v1.SessionService/IssueToken';

/** For tests: a judge of proofs an hour after its start, with a clock and a key to sign with. */
export class JudgeStand {
  readonly clock: FakeClock = new FakeClock();
  readonly signer: Signer = newSigner();
  readonly replays: ReplayMemory;
  judge: ProofJudge;

  constructor(replays: ReplayMemory = openReplayMemory(proofWindowSeconds)) {
    this.replays = replays;
    this.judge = this.openJudge();
    this.clock.advance(3_600);
  }

  /** Opens a judge as a process does that starts now, with this memory. */
  openJudge(replays: ReplayMemory = this.replays, origin: string = judgedOrigin): ProofJudge {
    const nonces = openNonces(seededEntropy());
    return openProofJudge({ publicOrigin: () => origin, clock: this.clock, nonces, replays });
  }

  /** A proof by the stand's key; `claims` and `header` replace what it says. */
  proof(claims: object = {}, header: object = {}): string {
    const target = { htu: judgedOrigin + judgedPath, iat: this.clock.seconds };
    return proofBy(this.signer, { ...target, ...claims }, header);
  }

  presented(proofs: readonly string[], parts: Partial<PresentedProof> = {}): PresentedProof {
    const expectedKey = this.signer.keyId;
    const asked = { path: judgedPath, digestOf: undefined, nonceAlways: false, expectedKey };
    return { proofs, ...asked, ...parts };
  }

  outcomeOf(text: string, parts: Partial<PresentedProof> = {}): Reason | 'proven' {
    const judged = this.judge.judge(this.presented([text], parts));
    return judged.ok ? 'proven' : judged.error.reason;
  }
}
