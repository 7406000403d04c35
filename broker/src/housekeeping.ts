import type { Thumbprint } from '@creance/proto';
import type { Logger } from 'pino';
import { unixSeconds } from './domain/instant.js';
import { limits } from './domain/limits.js';
import type { Clock } from './runtime/clock.js';
import type { Store } from './store/store.js';
import type { TokenKeyFile } from './tokens/key-files.js';
import type { TokenRing } from './tokens/token-ring.js';

/** Milliseconds between two rounds at most; at least four fall into the time in which a key signs. */
const sweepMillisMax = 5_000;
const sweepsPerKey = 4;

/** Parts of the housekeeping. */
export interface HousekeepingParts {
  readonly store: Store;
  readonly ring: TokenRing;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Publishes token keys ahead of their time and ends sessions that have run out. The first round is done
 * when this resolves: no token is signed by a key that no verifier can know, or that the log has cut.
 */
export async function startHousekeeping(parts: HousekeepingParts): Promise<{ stop(): void }> {
  const { store, ring, clock, logger } = parts;
  const published = new Set<string>();
  await appendStart(parts);
  dropCutKeys(parts);
  await publishKeys(parts, published);
  let busy = false;
  const round = async () => {
    if (busy) return;
    busy = true;
    try {
      await publishKeys(parts, published);
      let expired = 0;
      for (let ended: number = limits.commitRows; ended === limits.commitRows; expired += ended) {
        ended = await store.expireSessions(clock.now());
      }
      if (expired > 0) logger.info({ expired }, 'sessions ran out');
    } catch (error) {
      logger.error({ error: (error as Error).message }, 'housekeeping failed');
    } finally {
      busy = false;
    }
  };
  const keyMillis = (ring.periodSeconds * 1_000) / sweepsPerKey;
  const timer = setInterval(() => void round(), Math.min(sweepMillisMax, keyMillis)).unref();
  return { stop: () => clearInterval(timer) };
}

async function appendStart({ store, clock }: HousekeepingParts): Promise<void> {
  const facts = {
    issuer: store.identity.issuer,
    dev: store.identity.dev,
    node: process.versions.node,
  };
  await store.appendAudit({ kind: 'broker_started', at: clock.now(), actor: 'broker', facts });
}

/** A crash between the cut and the removal of the file, or a file from a backup, brings no key back. */
function dropCutKeys({ store, ring, logger }: HousekeepingParts): void {
  const held = new Set(ring.keys().map(({ signer }) => signer.keyId));
  const cut = new Set<Thumbprint>();
  for (const { entry } of store.standingRows()) {
    if (entry.kind === 'key-cut' && held.has(entry.keyId)) cut.add(entry.keyId);
  }
  if (cut.size === 0) return;
  ring.drop(cut);
  logger.warn({ keys: [...cut] }, 'token keys that were cut are removed');
}

/** Publishing is repeated until it is durable; a key that signs has been published a day ahead. */
async function publishKeys(parts: HousekeepingParts, published: Set<string>): Promise<void> {
  const { ring, clock } = parts;
  ring.advance(unixSeconds(clock.now()));
  for (const key of ring.keys()) {
    if (!published.has(key.signer.keyId) && (await isPublished(parts, key))) {
      published.add(key.signer.keyId);
    }
  }
}

async function isPublished(
  { store, clock }: HousekeepingParts,
  key: TokenKeyFile,
): Promise<boolean> {
  const { keyId, jwk } = key.signer;
  const done = await store.publishTokenKey(
    { keyId, x: jwk.x, y: jwk.y, retireAt: key.retireAt },
    {
      kind: 'token_key_published',
      at: clock.now(),
      actor: 'broker',
      facts: { key: keyId, retireAt: key.retireAt },
    },
  );
  return done.ok;
}
