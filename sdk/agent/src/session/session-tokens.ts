import type { BrokerParts } from '../broker/channel.js';
import { errorOfReason } from '../errors/classes.js';
import { codeOf } from '../errors/code-of.js';
import { CreanceError } from '../errors/creance-error.js';
import type { TokenSource } from '../http/signing.js';
import { countToken } from '../telemetry/metrics.js';
import { issueAsk } from './issue.js';
import type { SessionLine } from './line.js';
import type { Issued, IssuedToken } from './token.js';
import type { IssueManner, TokenAsk } from './token-ask.js';
import { TokenCache } from './token-cache.js';

/** The tokens of one session: from memory, else from the broker, and none while the session is held. */
export class SessionTokens implements TokenSource {
  readonly #parts: BrokerParts;
  readonly #sessionId: string;
  readonly #line: SessionLine;
  readonly #cache: TokenCache;

  constructor(parts: BrokerParts, sessionId: string, line: SessionLine) {
    const { clock, entropy, onEvent } = parts;
    this.#parts = parts;
    this.#sessionId = sessionId;
    this.#line = line;
    this.#cache = new TokenCache({
      clock,
      entropy,
      issue: (ask, manner) => this.#issue(ask, manner),
      onKept: ({ audience }, error) =>
        onEvent({ type: 'token_kept', audience, code: codeOf(error) }),
    });
  }

  get(ask: TokenAsk): Promise<IssuedToken> {
    return this.#line.guard(() => this.#cache.get(ask));
  }

  renew(ask: TokenAsk, refused: IssuedToken): Promise<IssuedToken> {
    return this.#line.guard(() => this.#cache.renew(ask, refused));
  }

  /** Forgets all of them. */
  clear(): void {
    this.#cache.clear();
  }

  async #issue(ask: TokenAsk, manner: IssueManner): Promise<Issued> {
    const { clock, onEvent } = this.#parts;
    const issued = await this.#line
      .call((voice) => issueAsk(ask, manner, voice, clock))
      .catch((error) => {
        countToken('broker', codeOf(error));
        throw namingAudience(error, ask);
      });
    countToken('broker', 'ok');
    const { audience, scopes } = issued.token;
    const { lifetimeSeconds } = issued;
    const sessionId = this.#sessionId;
    onEvent({ type: 'token_issued', sessionId, audience, scopes, lifetimeSeconds });
    return issued;
  }
}

/** An audience that the broker does not know is named, which it does not do: it is the caller's own word. */
function namingAudience(error: unknown, { audience, isOrigin }: TokenAsk): unknown {
  if (!(error instanceof CreanceError) || error.reason !== 'resource_unknown') return error;
  const whence = isOrigin ? ' (the origin of the URL, since the call names no audience)' : '';
  const { requestId, retryAfterMillis } = error;
  return errorOfReason('resource_unknown', {
    presented: `the audience ${audience}${whence}`,
    requestId,
    retryAfterMillis,
  });
}
