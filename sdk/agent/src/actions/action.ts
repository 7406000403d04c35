import type { SignedHeaders } from '../http/signed-headers.js';
import type { SpanReference } from '../telemetry/reference.js';

/** What came of an action: whether the resource let it through. */
export type ActionOutcome = 'allowed' | 'refused';

/** An action that was done by other means than `fetch` and the gRPC interceptor. */
export interface ActionRecord {
  /** A route template or a registered name, such as `contacts.export`; never a path or an argument. */
  readonly action: string;
  /** Audience of the resource, exactly as registered. */
  readonly audience: string;
  readonly outcome: ActionOutcome;
  /** What `session.headers` made for it, so that what the resource reports is the same action. */
  readonly headers?: SignedHeaders | undefined;
}

/** A request that wants a name. */
export interface NamedRequest {
  readonly method: string;
  /** Without query and fragment. Its path may hold arguments. */
  readonly url: string;
  readonly audience: string;
}

/**
 * Names what a request does: a route template or a registered name, never a path or an argument.
 * Undefined takes the default. What it throws is ignored.
 */
export type ActionName = (request: NamedRequest) => string | undefined;

/** An action that a report may hold. */
export interface SeenAction {
  /** 16 bytes as base64url: sent again, it counts once. */
  readonly id: string;
  readonly action: string;
  readonly audience: string;
  readonly outcome: ActionOutcome;
  /** When its outcome was known, by the monotonic clock. */
  readonly atMillis: number;
  /** Its span; undefined when nobody traces. */
  readonly span: SpanReference | undefined;
}

/** A request that was answered. */
export type AnsweredRequest = Omit<SeenAction, 'atMillis'>;

/** Where the parts of a session that send requests say what they did. Both return at once and never throw. */
export interface ActionNotes {
  /** A random id for one sending of one request. */
  newId(): string;
  /** Notes what came of a request. */
  answered(request: AnsweredRequest): void;
}
