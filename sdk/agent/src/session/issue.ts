import {
  decodeBase64url,
  firstScopeMissing,
  parseJsonObject,
  parseScopes,
  type Thumbprint,
  tokenCharsParsedMax,
  tokenLifetimeSecondsMax,
} from '@creance/proto';
import { IssueTokenRequest, IssueTokenResponse, SessionServiceService } from '@creance/proto/wire';
import { decodeReply, secondsOf } from '../broker/read.js';
import { tokenOfOtherKey } from '../errors/classes.js';
import { replyMalformed } from '../errors/local.js';
import { limits } from '../limits.js';
import type { Clock } from '../runtime/clock.js';
import { creance, spanName } from '../telemetry/names.js';
import type { LineAsk } from './line-ask.js';
import { type Issued, IssuedToken } from './token.js';
import type { IssueManner, TokenAsk } from './token-ask.js';
import type { Voice } from './voice.js';

/** Asks the broker for a token and takes none that is more than what was asked for. */
export function issueAsk(
  ask: TokenAsk,
  manner: IssueManner,
  voice: Voice,
  clock: Clock,
): LineAsk<Issued> {
  const { audience, lifetimeSeconds } = ask;
  const value: IssueTokenRequest = { audience, scopes: [...ask.scopes], lifetimeSeconds };
  let sentAtMillis = clock.monotonicMillis();
  const read = (response: IssueTokenResponse) => ({
    ...issuedOf(ask, response, voice),
    sentAtMillis,
  });
  return {
    path: SessionServiceService.issueToken.path,
    request: () => IssueTokenRequest.encode(value).finish(),
    read: (bytes) => read(decodeReply(IssueTokenResponse, bytes)),
    digest: false,
    span: { name: spanName.issue, attributes: { [creance.resource]: audience } },
    streamed: {
      kind: { $case: 'issueToken', value },
      read: (answer) => (answer.$case === 'issueToken' ? read(answer.value) : undefined),
    },
    onSend: () => {
      sentAtMillis = clock.monotonicMillis();
    },
    ...(manner === 'brief' && { deadlineMillis: limits.refreshMillis, attemptsMax: 1 }),
  };
}

const jwsForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

function issuedOf(
  ask: TokenAsk,
  response: IssueTokenResponse,
  voice: Voice,
): Omit<Issued, 'sentAtMillis'> {
  const { token, tokenType, scopes, lifetimeSeconds } = response;
  const granted = parseScopes(scopes);
  // A token that is not bound, or wider than asked, is not ours to use (law 6).
  const wider = !granted.ok || firstScopeMissing(granted.value, ask.scopes) !== undefined;
  if (tokenType !== 'DPoP' || wider) throw replyMalformed();
  if (lifetimeSeconds === 0 || lifetimeSeconds > tokenLifetimeSecondsMax) throw replyMalformed();
  if (token.length > tokenCharsParsedMax || !jwsForm.test(token)) throw replyMalformed();
  if (ask.lifetimeSeconds !== 0 && lifetimeSeconds > ask.lifetimeSeconds) throw replyMalformed();
  const expiresSeconds = secondsOf(response.expiresUnixSeconds);
  // With a proof by our key it would look stolen to the resource, and could end the session.
  if (keyOf(token) !== voice.thumbprint) throw tokenOfOtherKey();
  const facts = { text: token, audience: ask.audience, scopes: granted.value, expiresSeconds };
  return { token: new IssuedToken(facts, voice.proofs), lifetimeSeconds };
}

/** The key that a token is bound to (RFC 9449 §6.1), by the token's own word. */
function keyOf(token: string): Thumbprint | undefined {
  const payload = decodeBase64url(token.split('.')[1] ?? '');
  const { jkt } = ((payload && parseJsonObject(payload)?.['cnf']) ?? {}) as { jkt?: Thumbprint };
  return jkt;
}
