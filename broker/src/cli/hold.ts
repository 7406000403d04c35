import {
  ResumeRequest,
  ResumeResponse,
  SuspendRequest,
  SuspendResponse,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { confirmed, count } from './confirm.js';
import { sessionBytes } from './cut-target.js';
import { call } from './operator-call.js';
import { type Format, type Output, print } from './output.js';
import { sayWaits } from './proposal-words.js';

/** The session to hold or to let go, and why. */
export interface HoldFlags {
  readonly session: string;
  readonly reason: string;
  readonly o: Format;
}

/** Holds a session, then waits until every subscribed verifier says that it enforces the hold. */
export async function suspend(
  line: OperatorLine,
  flags: HoldFlags & { readonly waitSeconds: number },
  output: Output,
): Promise<void> {
  const sessionId = sessionBytes(flags.session);
  const request = SuspendRequest.encode({ sessionId, reason: flags.reason }).finish();
  await confirmed(line, flags, output, async () => {
    const { revision, sessionsSuspended } = SuspendResponse.decode(
      await call(line, '/creance.v1.OperatorService/Suspend', request),
    );
    const words = `suspended at revision ${revision}: ${count(sessionsSuspended, 'session')} held`;
    return { revision, words, facts: { sessionsSuspended } };
  });
}

/** Lets a session go, or says who else is needed for it. Nothing goes to the verifiers: its tokens from before stay refused. */
export async function resume(line: OperatorLine, flags: HoldFlags, output: Output): Promise<void> {
  const sessionId = sessionBytes(flags.session);
  const request = ResumeRequest.encode({ sessionId, reason: flags.reason }).finish();
  const { sessionsResumed, waits } = ResumeResponse.decode(
    await call(line, '/creance.v1.OperatorService/Resume', request),
  );
  if (waits !== undefined) sayWaits(waits, flags.o, output);
  const words = `resumed: ${count(sessionsResumed, 'session')} may act again`;
  print({ sessionsResumed }, () => words, flags.o, output);
}
