import { ok, type Result, refuse, tokenCharsParsedMax } from '@creance/proto';
import type { FailureReason } from './failures.js';

/** What the verifier looks at in a request. Several headers of one name are joined by a comma. */
export interface Call {
  /** The request's method, as it came. */
  readonly method: string;
  /** The path of the request's URL, percent-encoded as it came, without query. */
  readonly pathname: string;
  /** The `Authorization` header; null when there is none. */
  readonly authorization: string | null;
  /** The `DPoP` header; null when there is none. */
  readonly proof: string | null;
  /**
   * The `Creance-Action` header, by which the agent names the action in its own report. Decides nothing.
   */
  readonly actionId?: string | null | undefined;
  /**
   * Reads the headers by which the request names its trace, for spans; asked only when somebody traces.
   * Decides nothing.
   */
  readonly traceHeader?: ((name: 'traceparent' | 'tracestate') => string | null) | undefined;
}

/** Name of the header, or gRPC metadata, with the agent's id of the action. */
export const actionHeader = 'creance-action';

/** Token and proof, both unchecked. */
export interface Presented {
  readonly unverifiedToken: string;
  readonly unverifiedProof: string;
}

/** The call of a Web-standard request. */
export function callOf(request: Request): Call {
  return {
    method: request.method,
    pathname: new URL(request.url).pathname,
    authorization: request.headers.get('authorization'),
    proof: request.headers.get('dpop'),
    actionId: request.headers.get(actionHeader),
    traceHeader: (name) => request.headers.get(name),
  };
}

const schemeCharsMax = 32;

/** What may stand between two values in one header (RFC 9110 §5.6.1). */
const separators = [',', ' ', '\t'] as const;

/**
 * Takes exactly one token of the scheme DPoP and exactly one proof out of a call (RFC 9449 §7.1). A
 * second header of either name arrives joined by a comma, which neither form knows.
 */
export function presentedBy({ authorization, proof }: Call): Result<Presented, FailureReason> {
  if (authorization === null) return refuse('token_missing');
  const space = authorization.indexOf(' ');
  if (space < 1 || space > schemeCharsMax) return refuse('authorization_malformed');
  const scheme = authorization.slice(0, space).toLowerCase();
  if (scheme === 'bearer') return refuse('token_sent_as_bearer');
  if (scheme !== 'dpop') return refuse('scheme_unknown');
  const unverifiedToken = authorization.slice(space + 1);
  if (unverifiedToken.length > tokenCharsParsedMax) return refuse('token_too_large');
  if (unverifiedToken === '' || separators.some((each) => unverifiedToken.includes(each))) {
    return refuse('authorization_malformed');
  }
  if (proof === null) return refuse('proof_missing');
  if (proof.includes(',')) return refuse('proof_duplicated');
  return ok({ unverifiedToken, unverifiedProof: proof });
}
