import { createHash } from 'node:crypto';
import {
  type Revision,
  type Thumbprint,
  type TokenClaims,
  tokenCharsParsedMax,
} from '@creance/proto';
import { Frame, Settings, SubscribeResponse } from '@creance/proto/wire';
import { createVerifier, Feed, type Verifier } from '@creance/verifier';
import { type FakeClock, testIdentity } from './store.js';
import type { TestKey } from './test-key.js';

/** A token that was issued, with all that is needed to use it. */
export interface IssuedInWorld {
  readonly token: string;
  readonly claims: TokenClaims;
  readonly keyId: Thumbprint;
  readonly key: TestKey;
}

/** What makes the use of a good token unfit. */
export type Unfit = 'no view' | 'too long' | 'no proof';

/** What tokens of the world are for. */
export const worldAudience = 'https://crm.example.internal';
export const worldScope = 'contacts:read';

const url = `${worldAudience}/contacts`;

/** The verifier of the world: its feed and its judgement, both real, on the world's clock. */
export class WorldVerifier {
  readonly #clock: FakeClock;
  readonly #feed: Feed;
  readonly #verifier: Verifier;
  #arriving: Promise<unknown> = Promise.resolve();
  #proofs = 0;
  #askedAtMillis = 0;

  constructor(clock: FakeClock, anchor: Thumbprint) {
    this.#clock = clock;
    this.#feed = this.#newFeed(anchor);
    this.#verifier = createVerifier({ feed: this.#feed });
    this.#blind = createVerifier({ feed: this.#newFeed(anchor) });
  }

  #newFeed(anchor: Thumbprint): Feed {
    const clock = this.#clock;
    return new Feed({
      issuer: testIdentity.issuer,
      anchor,
      decoders: {
        frame: (bytes) => Frame.decode(bytes),
        settings: (bytes) => Settings.decode(bytes),
      },
      clock: {
        now: () => clock.now() / 1_000,
        monotonicMillis: () => clock.monotonicMillis(),
        after: () => ({ cancel: () => {} }),
      },
    });
  }

  /** One that nobody has ever sent a frame. */
  readonly #blind: Verifier;

  /** Where its view stands. */
  get revision(): Revision {
    return this.#feed.view.revision;
  }

  /** Seconds since its view was known to be whole. */
  get ageSeconds(): number {
    return this.#feed.view.ageMillis(this.#clock.monotonicMillis()) / 1_000;
  }

  /** Whether the broker has gone back behind what it has seen. */
  get isRolledBack(): boolean {
    return this.#feed.view.isRolledBack;
  }

  /** Notes that it subscribes now. */
  asks(): void {
    this.#askedAtMillis = this.#clock.monotonicMillis();
  }

  /** Takes one encoded SubscribeResponse, after those that came before it. */
  take(bytes: Buffer, nonce: Uint8Array): boolean {
    const { kind } = SubscribeResponse.decode(bytes);
    this.#arriving = this.#arriving.then(async () => {
      if (kind?.$case === 'opening') {
        await this.#feed.open(kind.value, nonce, this.#askedAtMillis);
      }
      if (kind?.$case === 'frame') await this.#feed.receive(kind.value);
    });
    return true;
  }

  /** Resolves when all that has come is applied. */
  async settled(): Promise<void> {
    await this.#arriving;
  }

  /**
   * The verdict on a genuine request with a token, for the first scope that it holds: `ok`, or the reason
   * against it.
   */
  async use(issued: IssuedInWorld, nonce?: string): Promise<string> {
    const { token, claims: held, key } = issued;
    await this.#arriving;
    this.#proofs += 1;
    const claims = {
      jti: `proof ${this.#proofs}`,
      htm: 'GET',
      htu: url,
      iat: this.#clock.seconds,
      ...(nonce !== undefined && { nonce }),
      ath: createHash('sha256').update(token).digest('base64url'),
    };
    const headers = { authorization: `DPoP ${token}`, dpop: key.jws('dpop+jwt', claims) };
    const verified = await this.#verifier.verify(new Request(url, { headers }), {
      scopes: held.scopes.slice(0, 1),
    });
    if (!verified.ok) {
      const { reason, headers: answer } = verified.failure;
      const fresh = new Headers(answer as Record<string, string>).get('dpop-nonce') ?? undefined;
      return reason === 'nonce_required' && nonce === undefined ? this.use(issued, fresh) : reason;
    }
    verified.identity.release();
    return 'ok';
  }

  /**
   * Law 6: the verdict on a genuine token that is used as none may be: where there is no view yet, longer
   * than any, or without its proof.
   */
  async useUnfit({ token, claims, key }: IssuedInWorld, how: Unfit): Promise<string> {
    const dpop = key.jws('dpop+jwt', {
      jti: `unfit ${this.#proofs}`,
      htm: 'GET',
      htu: url,
      iat: this.#clock.seconds,
      ath: createHash('sha256').update(token).digest('base64url'),
    });
    const sent = how === 'too long' ? `${token}${'A'.repeat(tokenCharsParsedMax)}` : token;
    const headers = { authorization: `DPoP ${sent}`, ...(how !== 'no proof' && { dpop }) };
    const verifier = how === 'no view' ? this.#blind : this.#verifier;
    const scopes = claims.scopes.slice(0, 1);
    const verified = await verifier.verify(new Request(url, { headers }), { scopes });
    return verified.ok ? 'ok' : verified.failure.reason;
  }

  async close(): Promise<void> {
    await this.#blind.close();
    await this.#verifier.close();
  }
}
