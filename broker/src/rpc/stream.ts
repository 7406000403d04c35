import { encodeBase64url, ok, type Result, refuse } from '@creance/proto';
import type { handleBidiStreamingCall } from '@grpc/grpc-js';
import { sessionOf } from '../commands/call.js';
import type { Denial } from '../domain/denial.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Store } from '../store/store.js';
import type { ProvedRule } from './admission.js';
import { type CallRecord, recordOf } from './call-record.js';
import { Fault, type Pipeline, refusalStatus } from './pipeline.js';
import type { StreamHub } from './stream-hub.js';
import { streamLine } from './stream-line.js';
import { type JudgeAnswer, SessionStream, type SessionStreamParts } from './stream-session.js';
import { type StreamCommands, streamVerbs } from './stream-verbs.js';

/** Parts of SessionService.Stream. */
export interface StreamParts {
  readonly rule: ProvedRule;
  readonly commands: StreamCommands;
  readonly store: Pick<Store, 'path'>;
  readonly registry: CurrentRegistry;
  readonly judgeAnswer: JudgeAnswer;
  readonly entropy: Entropy;
  readonly hub: StreamHub;
  /** Closes the connection of a peer that does not let its stream end. */
  readonly drop: (peer: string) => void;
}

/** A handler of a stream both ways that works on bytes. */
export type RawBidiStream = handleBidiStreamingCall<Buffer, Buffer>;

type BidiCall = Parameters<RawBidiStream>[0];

const nothing: Uint8Array = new Uint8Array();
const challengeNonceBytes = 16;

/**
 * Opens a stream for each call. It is proved once, by the metadata of the call; after that nothing is
 * verified or hashed until the next challenge.
 */
export function stream(pipeline: Pipeline, parts: StreamParts): RawBidiStream {
  const { store, registry, judgeAnswer, entropy } = parts;
  const behind: SessionStreamParts = {
    store,
    registry,
    judgeAnswer,
    challengeNonce: () => encodeBase64url(entropy.bytes(challengeNonceBytes)),
    run: streamVerbs(parts.commands),
  };
  return (call) => {
    const record = recordOf(call.metadata);
    const opened = faultless(() => {
      const admitted = admit(pipeline, parts, call, record);
      if (!admitted.ok) return admitted;
      return ok(open(pipeline, parts, behind, { call, record, session: admitted.value }));
    });
    if (!record.settle()) return;
    if (opened.ok) pipeline.report.answered(record);
    else call.emit('error', refusalStatus(pipeline, record, opened.error));
  };
}

function admit(
  { admission, clock, isDraining, report, limits }: Pipeline,
  { rule, hub }: StreamParts,
  { metadata }: BidiCall,
  record: CallRecord,
): Result<Session, Denial> {
  if (isDraining()) return refuse({ reason: 'shutting_down' });
  const now = clock.now();
  const admitted = admission.admit({ record, metadata, bytes: nothing, rule, now });
  if (!admitted.ok) return admitted;
  const session = sessionOf({ ...record, now, caller: admitted.value });
  if (hub.count(session.id) < limits.streamsPerSession) return ok(session);
  report.limitHit('streamsPerSession');
  return refuse({ reason: 'connection_limit' });
}

function open(
  pipeline: Pipeline,
  { hub, store, drop }: StreamParts,
  behind: SessionStreamParts,
  own: { readonly call: BidiCall; readonly record: CallRecord; readonly session: Session },
): void {
  const { call, record } = own;
  const { streamMessagesWaiting: messagesWaiting, connectionAgeGraceMillis } = pipeline.limits;
  const opened = new SessionStream(pipeline, behind, {
    session: own.session.id,
    key: own.session.key,
    record,
    line: streamLine(call, {
      messagesWaiting,
      graceMillis: connectionAgeGraceMillis,
      drop: () => drop(record.peer),
    }),
    onOver: (ended) => hub.remove(ended),
  });
  hub.add(opened, store.path(own.session.id));
  call.on('data', (bytes: Buffer) => {
    const taken = faultless(() => ok(opened.take(bytes)));
    if (!taken.ok) opened.fail(taken.error);
  });
  call.on('end', () => opened.close());
  call.once('cancelled', () => opened.gone());
}

/** Turns whatever is thrown into a value: nothing that a peer sends may end the process. */
function faultless<Value>(run: () => Result<Value, Denial>): Result<Value, Denial | Fault> {
  try {
    return run();
  } catch (cause) {
    return refuse(new Fault(cause));
  }
}
