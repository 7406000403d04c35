import { errorOfReason } from '../errors/classes.js';
import type { CreanceError } from '../errors/creance-error.js';
import { configurationError } from '../errors/local.js';
import type { EvidenceSource } from '../keys/evidence.js';
import type { MemberKind } from './open.js';

/**
 * The error of evidence that is no workload's, and so opens nothing for an agent. It names the member, which
 * the broker has told to its own key, and the file that had the key before this start; one that was made for
 * this join is taken away.
 */
export async function otherMember(
  member: { readonly kind: MemberKind; readonly name: string },
  evidence: EvidenceSource,
): Promise<CreanceError> {
  const presented = `the key of ${member.kind} ${member.name}`;
  const { oldKeyFile } = evidence;
  if (oldKeyFile !== undefined)
    return configurationError('key_file_of_other_member', oldKeyFile, presented);
  await evidence.dropNewKeyFile();
  return errorOfReason('session_wrong_kind', { presented });
}
