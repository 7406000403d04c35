/** One row of the verifier's refusals: status, OAuth code and words, so that they cannot disagree. */
export interface FailureRow {
  /** HTTP status. */
  readonly status: 401 | 403 | 503;
  /**
   * Error code of the challenge and the body (RFC 6750 §3.1, RFC 9449 §7.1). Undefined where the
   * request named nothing: RFC 6750 §3.1 wants a challenge without a code then.
   */
  readonly error: string | undefined;
  /** Seconds after which the same request may succeed, where waiting helps. */
  readonly retryAfterSeconds?: number;
  /** Safe for everybody. */
  readonly message: string;
  /** What the caller or the owner of the resource can do. */
  readonly fix: string;
}
