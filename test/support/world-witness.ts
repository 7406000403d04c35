import { createHash } from 'node:crypto';
import type { SessionId } from '@creance/proto';
import type { Answered } from '../../broker/src/detect/respond.js';
import { openWitness, type Witness } from '../../broker/src/detect/witness.js';
import type { Sighting } from '../../broker/src/domain/action.js';
import type { Instant } from '../../broker/src/domain/instant.js';
import type { Signal } from '../../broker/src/domain/signal.js';
import { openGenuineTokens } from '../../broker/src/tokens/genuine-token.js';
import { openCutTokens } from '../../broker/src/tokens/genuine-token-cuts.js';
import { openTheftProofs } from '../../broker/src/tokens/theft-proofs.js';
import { handleOf, testIdentity } from './store.js';
import type { TestKey } from './test-key.js';
import type { World } from './world.js';
import { type IssuedInWorld, worldAudience } from './world-verifier.js';

/** The witness room over the parts of a world, with what it has said and done. */
export class WorldWitness {
  readonly signals: Signal[] = [];
  readonly answered: Answered[] = [];
  readonly faults: unknown[] = [];
  readonly witness: Witness;
  readonly #world: World;
  readonly #waiting: (() => void)[] = [];
  #sightings = 0;
  #proofs = 0;

  constructor(world: World) {
    const { store, clock } = world;
    const { issuer } = testIdentity;
    const cuts = openCutTokens(store);
    const genuineToken = openGenuineTokens({ issuer, ring: world.keys.ring, store, cuts });
    this.#world = world;
    this.witness = openWitness({
      store,
      clock,
      proofs: openTheftProofs({ genuineToken, store }),
      profile: { take() {}, refused() {}, resumed() {}, async settled() {} },
      registry: () => world.registry,
      feed: { askProofs: () => {} },
      limitHit: () => {},
      onSignal: (signal) => void this.signals.push(signal),
      onAnswered: (answered) => void this.answered.push(answered),
      onFault: (fault) => void this.faults.push(fault),
      defer: (run) => void this.#waiting.push(run),
      wait: async () => {},
    });
  }

  /** A use that the verifier of `crm` tells of; `parts` replace what it says. */
  sighting(parts: Partial<Sighting> = {}): Sighting {
    const { clock } = this.#world;
    this.#sightings += 1;
    return {
      id: `sighting ${this.#sightings}`,
      strength: 'strong',
      witness: handleOf('verifier') as SessionId,
      resource: 'crm',
      audience: worldAudience,
      session: undefined,
      action: 'GET /contacts',
      outcome: 'allowed',
      refusal: undefined,
      at: clock.now() as Instant,
      seenMillis: clock.monotonicMillis(),
      vantage: { origin: true, destination: true, outcome: true },
      proof: undefined,
      foreignProof: undefined,
      destinations: [],
      network: undefined,
      client: undefined,
      ...parts,
    };
  }

  /** A proof with a token by any key; `claims` replace what it says. */
  proof(key: TestKey, { token }: Pick<IssuedInWorld, 'token'>, claims: object = {}): string {
    this.#proofs += 1;
    return key.jws('dpop+jwt', {
      jti: `seen ${this.#proofs}`,
      htm: 'GET',
      htu: `${worldAudience}/contacts`,
      iat: this.#world.clock.seconds,
      ath: hashOf(token),
      ...claims,
    });
  }

  /** Hands over sightings and proofs, and lets everything be judged and answered. */
  async take(sightings: readonly Sighting[], shown: readonly string[] = []): Promise<void> {
    this.witness.take(sightings);
    await this.#settle();
    this.witness.show(shown);
    await this.#settle();
  }

  /** Answers under way need some turns of the loop: a write, its commit, what follows. */
  async #settle(): Promise<void> {
    for (let turn = 0; turn < 6; turn += 1) {
      for (const run of this.#waiting.splice(0)) run();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** SHA-256 of a text as base64url. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
