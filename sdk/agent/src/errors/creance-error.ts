import { errorDocsUrl, errorText, reasonDocsUrl, reasonFromErrorInfo } from '@creance/proto';
import { activeTraceId } from '../telemetry/active-trace.js';

/** What an error is made of. Never a token, a proof, a join string or a private key. */
export interface ErrorFacts {
  readonly code: string;
  readonly reason?: string | undefined;
  /** What happened, safe for everybody. */
  readonly what: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly requestId?: string | undefined;
  readonly retryAfterMillis?: number | undefined;
  readonly missingScope?: string | undefined;
  /** What was asked for, as far as the caller named it itself: a field of the request, or its form. */
  readonly presented?: string | undefined;
  /** The setting, file or header that it is about; never its secret content. */
  readonly subject?: string | undefined;
  /** System or TLS code of a failed connection, such as `ECONNREFUSED`. */
  readonly networkCode?: string | undefined;
}

function textOf(facts: ErrorFacts): string {
  const network = facts.networkCode === undefined ? '' : ` (${facts.networkCode})`;
  return errorText({
    code: facts.code,
    what: facts.what + network,
    at: facts.subject,
    presented: facts.presented,
    missing: facts.missingScope,
    fix: facts.hint,
    request: facts.requestId,
  });
}

function docsUrlOf({ code, reason }: ErrorFacts): string {
  const known = reason !== undefined && reasonFromErrorInfo(reason.toUpperCase()) !== undefined;
  const name = code.replace(/^CREANCE_/, '').toLowerCase();
  return known ? reasonDocsUrl(reason) : errorDocsUrl('agent', name);
}

/**
 * Base of everything that the SDK throws on purpose. Decide by `code`, `reason` or class, never by the
 * message: codes are stable, messages are not. The message is for people, in the form of `errorText`:
 * code, what happened, what is missing, the fix, the request id. No field ever holds bearer material.
 */
export class CreanceError extends Error {
  static {
    nameClass(CreanceError, 'CreanceError');
  }

  /** Stable, such as `CREANCE_SCOPE_NOT_GRANTED`. */
  readonly code: string;
  /** The broker's reason, such as `scope_not_granted`; undefined when the SDK itself refused. */
  readonly reason: string | undefined;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** What to do about it. */
  readonly hint: string;
  /** The page that explains the code. */
  readonly docsUrl: string;
  /** Id of the trace that was active where the error was made, in hex; undefined when nobody traces. */
  readonly traceId: string | undefined;
  /** Names the call in the broker's log and audit. */
  readonly requestId: string | undefined;
  /** Milliseconds to wait at least, when the broker named them. */
  readonly retryAfterMillis: number | undefined;
  /** The first scope that is not granted. */
  readonly missingScope: string | undefined;

  constructor(facts: ErrorFacts) {
    super(textOf(facts));
    this.code = facts.code;
    this.reason = facts.reason;
    this.retryable = facts.retryable;
    this.hint = facts.hint;
    this.docsUrl = docsUrlOf(facts);
    this.traceId = activeTraceId();
    this.requestId = facts.requestId;
    this.retryAfterMillis = facts.retryAfterMillis;
    this.missingScope = facts.missingScope;
  }

  /** For logs: every field, and no stack. */
  toJSON(): Record<string, unknown> {
    // Own fields without stack: `name` and `message` are not enumerable on errors.
    return { name: this.name, message: this.message, ...Object.fromEntries(Object.entries(this)) };
  }
}

/** The session, or one above it, was cut. Stop the work: opening another session is not the answer. */
export class SessionRevokedError extends CreanceError {
  static {
    nameClass(SessionRevokedError, 'SessionRevokedError');
  }
}

/** The session is over: closed, idle for too long, or at its absolute end. Open another one. */
export class SessionEndedError extends CreanceError {
  static {
    nameClass(SessionEndedError, 'SessionEndedError');
  }
}

/**
 * The session, or one above it, is held by an operator or by what was seen of it. It still lives: wait
 * for the event `session_resumed`, or ask again later. Tokens from before the hold stay refused for good.
 */
export class SessionSuspendedError extends CreanceError {
  static {
    nameClass(SessionSuspendedError, 'SessionSuspendedError');
  }
}

/**
 * Policy, or the task of the session or of one above it, does not give what was asked for: a token, a
 * child, a wider task. Ask for less, or change the manifest.
 */
export class NotGrantedError extends CreanceError {
  static {
    nameClass(NotGrantedError, 'NotGrantedError');
  }
}

/**
 * The broker does not accept the join string, the child join token or the evidence key, or the session
 * has no evidence of its own where it needs it.
 */
export class EvidenceError extends CreanceError {
  static {
    nameClass(EvidenceError, 'EvidenceError');
  }
}

/** The broker cannot be reached or cannot serve now. Always worth another try later. */
export class BrokerUnavailableError extends CreanceError {
  static {
    nameClass(BrokerUnavailableError, 'BrokerUnavailableError');
  }

  /** System or TLS code of the failed connection, such as `ECONNREFUSED`. */
  readonly networkCode: string | undefined;

  constructor(facts: ErrorFacts) {
    super(facts);
    this.networkCode = facts.networkCode;
  }
}

/** What was configured cannot work: a missing setting, a malformed join string, an open key file. */
export class ConfigurationError extends CreanceError {
  static {
    nameClass(ConfigurationError, 'ConfigurationError');
  }

  /** The setting or file that it is about. */
  readonly subject: string | undefined;

  constructor(facts: ErrorFacts) {
    super(facts);
    this.subject = facts.subject;
  }
}

/** `session.fetch` will not send this request, since it could give the token away. */
export class RequestRefusedError extends CreanceError {
  static {
    nameClass(RequestRefusedError, 'RequestRefusedError');
  }
}

/** On the prototype, so that it is right when the stack is taken and survives minifiers. */
function nameClass(target: { readonly prototype: Error }, name: string): void {
  Object.defineProperty(target.prototype, 'name', { value: name, configurable: true });
}
