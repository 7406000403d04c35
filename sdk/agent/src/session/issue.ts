import {
  firstScopeMissing,
  parseScopes,
  tokenCharsParsedMax,
  tokenLifetimeSecondsMax,
} from '@creance/proto';
import { IssueTokenRequest, IssueTokenResponse, SessionServiceService } from '@creance/proto/wire';
import type { BrokerChannel } from '../broker/channel.js';
import { replyMalformed } from '../errors/local.js';
import type { Clock } from '../runtime/clock.js';
import { IssuedToken } from './token.js';
import type { TokenAsk } from './token-ask.js';

/** A token with what decides how long it is used. */
export interface Issued {
  readonly token: IssuedToken;
  readonly lifetimeSeconds: number;
  /** When the request was sent, on the monotonic clock: the token's life began no earlier. */
  readonly sentAtMillis: number;
}

/** How an issue call is made. */
export interface IssueCall {
  readonly channel: BrokerChannel;
  readonly clock: Clock;
  readonly sessionId: string;
  readonly signal: AbortSignal;
  readonly deadlineMillis: number;
  readonly attemptsMax: number;
}

/** Asks the broker for a token and checks that it is no more than what was asked for. */
export async function issueToken(ask: TokenAsk, call: IssueCall): Promise<Issued> {
  const { audience, lifetimeSeconds } = ask;
  const request = IssueTokenRequest.encode({ audience, scopes: [...ask.scopes], lifetimeSeconds });
  const bytes = request.finish();
  let sentAtMillis = call.clock.monotonicMillis();
  const response = await call.channel.call({
    path: SessionServiceService.issueToken.path,
    request: () => {
      sentAtMillis = call.clock.monotonicMillis();
      return bytes;
    },
    digest: false,
    sessionId: call.sessionId,
    signal: call.signal,
    deadlineMillis: call.deadlineMillis,
    attemptsMax: call.attemptsMax,
  });
  return { ...readResponse(ask, response), sentAtMillis };
}

const jwsForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

function readResponse(ask: TokenAsk, bytes: Uint8Array): Omit<Issued, 'sentAtMillis'> {
  const { token, tokenType, expiresUnixSeconds, scopes, lifetimeSeconds } = decode(bytes);
  const granted = parseScopes(scopes);
  // A token that is not bound, or wider than asked, is not ours to use (law 6).
  const wider = !granted.ok || firstScopeMissing(granted.value, ask.scopes) !== undefined;
  if (tokenType !== 'DPoP' || wider) throw replyMalformed();
  if (lifetimeSeconds === 0 || lifetimeSeconds > tokenLifetimeSecondsMax) throw replyMalformed();
  if (token.length > tokenCharsParsedMax || !jwsForm.test(token)) throw replyMalformed();
  if (ask.lifetimeSeconds !== 0 && lifetimeSeconds > ask.lifetimeSeconds) throw replyMalformed();
  const expiresSeconds = Number(expiresUnixSeconds);
  if (!Number.isSafeInteger(expiresSeconds)) throw replyMalformed();
  const facts = { text: token, audience: ask.audience, scopes: granted.value, expiresSeconds };
  return { token: new IssuedToken(facts), lifetimeSeconds };
}

function decode(bytes: Uint8Array): IssueTokenResponse {
  try {
    return IssueTokenResponse.decode(bytes);
  } catch {
    throw replyMalformed();
  }
}
