import type { SpanContext } from '@opentelemetry/api';

/** Every field of the broker's log lines beside `level`, `time`, `pid`, `hostname` and `msg`, and what it says. */
export const logFieldWords = {
  requestId: 'the call, as its caller and the audit have it',
  trace_id: 'the trace of the call, of the signal or of the cut, where somebody traces',
  span_id: 'its span',
  method: '`/package.Service/Method`; of a stream with the kind of message',
  address: 'the IP address of the peer; empty over the unix socket',
  caller: 'the session that calls, `stranger`, or what else it is',
  reason: 'why something was refused or could not be done',
  detail: 'what was noted of a refusal, by name',
  presented: 'what the caller has presented',
  nearest: 'the rule that came nearest to allowing it',
  missing: 'what is missing',
  fix: 'what to do',
  fault: 'a fault of ours, in words',
  stack: 'where it came from',
  error: 'a fault of the housekeeping, in words',
  fact: 'what was proved: `foreign_key`, `cloned_key`',
  ofSession: 'the session whose token or key it was',
  session: 'the session that was acted upon',
  workload: 'its registered name',
  outcome: 'what was done about it',
  revision: 'the last row of the revocation log that was written',
  rows: 'how many rows',
  monotonicMillis: 'when the commit was, by the monotonic clock of the machine',
  sessionsEnded: 'live sessions that ended, or are held',
  riskLevel: 'the level that the watch decided on',
  done: 'the level that was answered with',
  risk: 'between 0 and 1',
  because: 'why it was answered more mildly',
  words: 'the strongest evidence, in words',
  handle: 'what was cut, by kind',
  author: 'who cut it, by kind',
  id: 'a delivery to a receiver of events',
  owner: 'whose receiver it is',
  target: '`contact` or `escalation`',
  kind: 'the kind of the event',
  expired: 'sessions that ran out',
  keys: 'thumbprints of token keys',
  offMillis:
    'by how much the wall clock is ahead of the time that the broker goes by; negative when behind',
  validTo: 'when the certificate ends',
  days: 'how many days are left at most',
  linesLost: 'lines of the history that were lost',
  issuer: 'the issuer',
  publicOrigin: 'the origin under which clients reach the broker',
  dev: 'whether it is a development broker',
} as const;

/** The name of a field. */
export type LogField = keyof typeof logFieldWords;

/** What a log line says beside its text. A field of another name does not compile. */
export type LogFields = Readonly<Partial<Record<LogField, unknown>>>;

/** What a log line says of the trace: the names that OpenTelemetry gives them in logs of other forms. */
export interface TraceFields {
  readonly trace_id?: string;
  readonly span_id?: string;
}

/** Names a span in a log line; nothing without one. */
export function traceFields(span: SpanContext | undefined): TraceFields {
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
