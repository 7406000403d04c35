import { encodeBase64url, errorDocsUrl, parseScope } from '@creance/proto';
import { type FailureReason, failures } from './failures.js';
import { type Entropy, systemEntropy } from './runtime/entropy.js';

/** What a refusal carries beside its reason. */
export interface FailureParts {
  /** Every scope that the action needs: for `insufficient_scope`. */
  readonly scopes?: readonly string[] | undefined;
  /** A fresh nonce: for `nonce_required`. */
  readonly nonce?: string | undefined;
  /** Where the metadata of the resource are (RFC 9728): for challenges. */
  readonly resourceMetadata?: string | undefined;
}

/**
 * The body of a refusal, a problem of RFC 9457: a code, where it is explained, a request id, and nothing
 * that was presented. Who has proved to hold the token learns which scopes the action needs.
 */
export interface FailureBody {
  /** The page that explains the reason. */
  readonly type: string;
  readonly error: string;
  readonly reason: FailureReason;
  readonly request_id: string;
  /** Every scope that the action needs, for `insufficient_scope`. */
  readonly scope?: string;
}

const requestIdBytes = 16;

/**
 * A refused request. Holds only what may leave: no token, no proof, no word of whoever sent them.
 */
export class Failure {
  readonly reason: FailureReason;
  /** HTTP status: 401, 403 or 503. */
  readonly status: 401 | 403 | 503;
  /** OAuth error code; undefined where the request named no token. */
  readonly error: string | undefined;
  readonly message: string;
  readonly fix: string;
  /** Every scope that the action needs, when the token lacks one. */
  readonly scopes: readonly string[];
  /** Seconds after which the same request may succeed; undefined where waiting does not help. */
  readonly retryAfterSeconds: number | undefined;
  /** In the reply and in the log, so that the two can be joined. */
  readonly requestId: string;
  readonly #nonce: string | undefined;
  readonly #resourceMetadata: string | undefined;

  constructor(reason: FailureReason, parts: FailureParts = {}, entropy: Entropy = systemEntropy) {
    const { status, error, message, fix, retryAfterSeconds } = failures[reason];
    this.reason = reason;
    this.status = status;
    this.error = error;
    this.message = message;
    this.fix = fix;
    this.scopes = parts.scopes ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
    this.requestId = encodeBase64url(entropy.bytes(requestIdBytes));
    this.#nonce = parts.nonce;
    this.#resourceMetadata = parts.resourceMetadata;
  }

  /** Headers of the reply, names in lower case. */
  get headers(): Record<string, string> {
    const headers: Record<string, string> = {
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
    };
    if (this.status !== 503) headers['www-authenticate'] = challenge(this, this.#resourceMetadata);
    if (this.#nonce !== undefined) headers['dpop-nonce'] = this.#nonce;
    if (this.retryAfterSeconds !== undefined) {
      headers['retry-after'] = String(this.retryAfterSeconds);
    }
    return headers;
  }

  /** Body of the reply. */
  get body(): FailureBody {
    const error = this.error ?? 'unauthorized';
    const type = errorDocsUrl('verifier', this.reason);
    const scope = named(this.scopes).join(' ');
    const body = { type, error, reason: this.reason, request_id: this.requestId };
    return scope === '' ? body : { ...body, scope };
  }

  /** The whole reply for runtimes with Web-standard responses. */
  response(): Response {
    return new Response(JSON.stringify(this.body), { status: this.status, headers: this.headers });
  }
}

/** Those that are scopes by form. */
function named(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => parseScope(scope) !== undefined);
}

/**
 * The `WWW-Authenticate` challenge (RFC 6750 §3, RFC 9449 §7.1, RFC 9110 §11.6.1, RFC 9728 §5.1). Every word is from
 * our table or a scope by form: nothing of the request is repeated.
 */
function challenge(
  { error, message, scopes }: Failure,
  resourceMetadata: string | undefined,
): string {
  const parameters = ['algs="ES256"'];
  if (error !== undefined) parameters.push(`error="${error}"`, `error_description="${message}"`);
  const scope = named(scopes).join(' ');
  if (scope !== '') parameters.push(`scope="${scope}"`);
  if (resourceMetadata !== undefined) parameters.push(`resource_metadata="${resourceMetadata}"`);
  return `DPoP ${parameters.join(', ')}`;
}
