import { Settings, Strictness, SubscribeResponse } from '@creance/proto/wire';
import { type Instant, unixSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { Resource } from '../domain/registry.js';
import type { DestinationKeys } from '../tokens/destination-keys.js';
import { type Signer, signJws } from '../tokens/signing-key.js';
import { asBuffer } from './frames.js';

/** How the feed stands to a verifier that subscribes. */
export type OpeningStanding = Pick<Settings, 'clockId' | 'openedAtSteadyMicros' | 'heldKnown'>;

/** Introduces the feed key to verifiers, under the anchor that they have pinned. */
export interface Openings {
  /**
   * The first message of a subscription, encoded. `standing` is what the feed says of it; without it the
   * Opening says what those of older brokers did.
   */
  make(resource: Resource, nonce: Uint8Array, standing?: OpeningStanding): Buffer;
}

/** Domain prefix of settings signatures. */
export const settingsDomain = 'creance-settings-v1\0';

/** `typ` of a statement about a feed key. */
export const feedKeyStatementType = 'creance-feed-key+jwt';

const statementLifetimeSeconds = 86_400;
const statementRenewSeconds = 3_600;

/** Parts of the openings. */
export interface OpeningParts {
  readonly issuer: string;
  readonly dev: boolean;
  readonly anchor: Signer;
  readonly feed: Signer;
  readonly destinations: Pick<DestinationKeys, 'of'>;
  readonly now: () => Instant;
}

/** Opens the openings. The anchor signs a statement an hour, not one a subscriber. */
export function openings({ issuer, dev, anchor, feed, destinations, now }: OpeningParts): Openings {
  let statement = '';
  let statedAt = Number.NEGATIVE_INFINITY;
  const header = Buffer.from(
    JSON.stringify({ alg: 'ES256', typ: feedKeyStatementType, jwk: anchor.jwk }),
  );
  const currentStatement = () => {
    const iat = unixSeconds(now());
    // Made anew when the clock went back: verifiers take none from the future.
    if (iat >= statedAt && iat - statedAt < statementRenewSeconds) return statement;
    const claims = {
      iss: issuer,
      iat,
      exp: iat + statementLifetimeSeconds,
      cnf: { jwk: feed.jwk },
      dev,
    };
    statement = signJws(header.toString('base64url'), JSON.stringify(claims), anchor);
    statedAt = iat;
    return statement;
  };
  return {
    make(resource, nonce, standing) {
      const settings = asBuffer(
        Settings.encode({
          resource: resource.name,
          audience: resource.audience,
          strictness:
            resource.strictness === 'strict'
              ? Strictness.STRICTNESS_STRICT
              : Strictness.STRICTNESS_BEST_EFFORT,
          maxStaleSeconds: resource.maxStaleSeconds,
          heartbeatSeconds: limits.heartbeatSeconds,
          nonce: Buffer.from(nonce),
          issuer,
          destinationKey: destinations.of(resource.name),
          ...standing,
        }).finish(),
      );
      const settingsSignature = asBuffer(
        feed.sign(Buffer.concat([Buffer.from(settingsDomain, 'latin1'), settings])),
      );
      const opening = { feedKeyStatement: currentStatement(), settings, settingsSignature };
      return Buffer.from(
        SubscribeResponse.encode({ kind: { $case: 'opening', value: opening } }).finish(),
      );
    },
  };
}
