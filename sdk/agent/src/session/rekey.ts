import {
  RekeySessionRequest,
  RekeySessionResponse,
  SessionServiceService,
} from '@creance/proto/wire';
import { decodeReply } from '../broker/read.js';
import type { EvidenceSource } from '../keys/evidence.js';
import type { LineAsk } from './line-ask.js';
import type { Voice } from './voice.js';

/**
 * Asks for another key for the session that speaks; its evidence vouches for the new one. May be asked
 * twice: the same new key gets the same answer.
 */
export function rekeyAsk(evidence: EvidenceSource, fresh: Voice): LineAsk<void> {
  const { thumbprint: keyThumbprint } = fresh;
  return {
    path: SessionServiceService.rekeySession.path,
    request: (nonce) => {
      const made = evidence.make('key_assertion', keyThumbprint, nonce);
      return RekeySessionRequest.encode({ keyThumbprint, evidence: made }).finish();
    },
    digest: true,
    newKey: fresh.proofs,
    read: (bytes) => void decodeReply(RekeySessionResponse, bytes),
  };
}
