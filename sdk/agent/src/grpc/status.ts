import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { endsSession } from '../errors/classes.js';
import {
  BrokerUnavailableError,
  CreanceError,
  NotGrantedError,
  RequestRefusedError,
  SessionSuspendedError,
} from '../errors/creance-error.js';

/** The status with which a call ends that gets no token, or whose session is over. Its details begin with the code. */
export function statusOf(error: unknown): StatusObject {
  const details = error instanceof CreanceError ? error.message : 'the call was not signed';
  return { code: codeOf(error), details, metadata: new Metadata() };
}

function codeOf(error: unknown): status {
  if (endsSession(error) || error instanceof SessionSuspendedError)
    return status.FAILED_PRECONDITION;
  if (error instanceof NotGrantedError) return status.PERMISSION_DENIED;
  if (error instanceof BrokerUnavailableError) return status.UNAVAILABLE;
  if (error instanceof RequestRefusedError) return status.INVALID_ARGUMENT;
  return status.UNAUTHENTICATED;
}
