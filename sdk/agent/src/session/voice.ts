import type { Thumbprint } from '@creance/proto';
import { BrokerChannel, type BrokerParts } from '../broker/channel.js';
import { SigningKey } from '../keys/signing-key.js';
import { ProofMaker } from '../proof/proof-maker.js';

/** One session key and what speaks by it: its proofs, counted from 1, and its calls to the broker. */
export interface Voice {
  readonly thumbprint: Thumbprint;
  readonly proofs: ProofMaker;
  readonly channel: BrokerChannel;
}

/** Makes a key that lives in this process only. */
export function makeVoice(parts: BrokerParts): Voice {
  const proofs = new ProofMaker(SigningKey.generate(), parts);
  return { thumbprint: proofs.thumbprint, proofs, channel: new BrokerChannel(parts, proofs) };
}
