import { SigningKey } from '../keys/signing-key.js';
import { Nonces } from '../proof/nonces.js';
import { ProofMaker } from '../proof/proof-maker.js';
import { FakeClock } from './fake-clock.js';
import { FakeEntropy } from './fake-entropy.js';

/** For tests: the proofs of a new key. */
export function someProofs(): ProofMaker {
  const parts = { clock: new FakeClock(), entropy: new FakeEntropy(), nonces: new Nonces() };
  return new ProofMaker(SigningKey.generate(), parts);
}
