import type { FailureRow } from './failure-row.js';

const badToken = { status: 401, error: 'invalid_token' } as const;
const anotherToken = 'ask for another token';

/** Refusals for the token or what it permits, by their stable name. */
export type TokenFailure =
  | 'token_missing'
  | 'authorization_malformed'
  | 'scheme_unknown'
  | 'token_sent_as_bearer'
  | 'token_too_large'
  | 'token_malformed'
  | 'token_not_canonical'
  | 'token_header_not_allowed'
  | 'token_wrong_algorithm'
  | 'token_wrong_type'
  | 'token_claims_malformed'
  | 'token_key_unknown'
  | 'token_key_cut'
  | 'token_key_retired'
  | 'token_signature_invalid'
  | 'token_wrong_issuer'
  | 'token_wrong_audience'
  | 'token_expired'
  | 'token_from_future'
  | 'token_lifetime_too_long'
  | 'token_cut'
  | 'token_cut_before'
  | 'token_below_floor'
  | 'insufficient_scope';

/** Every refusal for the token. */
export const tokenFailures: Readonly<Record<TokenFailure, FailureRow>> = {
  token_missing: {
    status: 401,
    error: undefined,
    message: 'the request carries no token',
    fix: 'send Authorization: DPoP with a token, and a proof in the header DPoP',
  },
  authorization_malformed: {
    ...badToken,
    message: 'exactly one well-formed Authorization header must come with the request',
    fix: 'send one Authorization header: the word DPoP, one space, the token',
  },
  scheme_unknown: {
    status: 401,
    error: undefined,
    message: 'the resource takes no such scheme',
    fix: 'send Authorization: DPoP with a token, and a proof in the header DPoP',
  },
  token_sent_as_bearer: {
    ...badToken,
    message: 'the token is bound to a key and was sent as a bearer token',
    fix: 'send it with the scheme DPoP, and a proof by its key',
  },
  token_too_large: { ...badToken, message: 'the token is too large', fix: anotherToken },
  token_malformed: { ...badToken, message: 'the token cannot be read', fix: anotherToken },
  token_not_canonical: {
    ...badToken,
    message: 'the token is not canonical base64url',
    fix: 'send the token exactly as it was issued',
  },
  token_header_not_allowed: {
    ...badToken,
    message: 'the header of the token holds a member that is not allowed',
    fix: anotherToken,
  },
  token_wrong_algorithm: {
    ...badToken,
    message: 'the token is not signed with ES256',
    fix: anotherToken,
  },
  token_wrong_type: {
    ...badToken,
    message: 'this is not an access token',
    fix: 'send the access token, not another kind',
  },
  token_claims_malformed: {
    ...badToken,
    message: 'a claim of the token is missing or malformed',
    fix: anotherToken,
  },
  token_key_unknown: {
    ...badToken,
    message: 'the token is signed by no key of the issuer',
    fix: anotherToken,
  },
  token_key_cut: { ...badToken, message: 'the key of the token was cut', fix: anotherToken },
  token_key_retired: {
    ...badToken,
    message: 'the key of the token has retired',
    fix: anotherToken,
  },
  token_signature_invalid: {
    ...badToken,
    message: 'the signature of the token is wrong',
    fix: anotherToken,
  },
  token_wrong_issuer: {
    ...badToken,
    message: 'the token is of another issuer',
    fix: 'ask the broker of this resource for a token',
  },
  token_wrong_audience: {
    ...badToken,
    message: 'the token is for another resource',
    fix: 'ask for a token with the audience of this resource',
  },
  token_expired: { ...badToken, message: 'the token has expired', fix: anotherToken },
  token_from_future: {
    ...badToken,
    message: 'the token is from the future',
    fix: 'the owner sets the clock of the resource: it is behind that of the broker',
  },
  token_lifetime_too_long: {
    ...badToken,
    message: 'the token lives longer than a token may',
    fix: anotherToken,
  },
  token_cut: {
    ...badToken,
    message: 'the token was revoked',
    fix: 'stop; ask the owner of the workload',
  },
  token_cut_before: {
    ...badToken,
    message: 'all tokens of its time were revoked',
    fix: 'open a session with fresh evidence',
  },
  token_below_floor: {
    ...badToken,
    message: 'the token is older than the log reaches back',
    fix: anotherToken,
  },
  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    message: 'the token lacks a scope for this action',
    fix: 'ask for a token with the scopes named',
  },
};
