import type { JoinOptions } from './grpc/join.js';
import { JoinError } from './grpc/join-error.js';
import type { Verifier } from './verifier.js';

export type { JoinOptions } from './grpc/join.js';
export { JoinError, type JoinFacts, type LocalReason } from './grpc/join-error.js';

/**
 * Joins the broker and gives a verifier whose view is kept current and that reports what it sees. Rejects with a
 * JoinError when the broker refuses for good, when a file or option is wrong, and where `@grpc/grpc-js` is not
 * installed; a broker that cannot be reached is tried again for as long as the verifier lives, which refuses
 * every request meanwhile. `ready()` waits for the first whole view. Without `onEvent`, what needs the owner of
 * the resource is a warning of the process.
 */
export async function joinVerifier(options: JoinOptions): Promise<Verifier> {
  // Late, since the peer is optional: an import above would fail before anybody could say what is missing.
  const { joinBroker } = await import('./grpc/join.js').catch((fault: unknown) => {
    throw isGrpcMissing(fault) ? new JoinError('grpc_missing') : fault;
  });
  return joinBroker(options);
}

function isGrpcMissing(fault: unknown): boolean {
  const { code, message = '' } = fault as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes("'@grpc/grpc-js'");
}
