import { formatClaims, packLineage, type TokenClaims } from '@creance/proto';
import type { Observation, ProofSeen, Sighting } from '../../domain/action.js';
import { plusSeconds } from '../../domain/instant.js';
import type { LimitName } from '../../domain/limits.js';
import type { OnForeignKey } from '../../domain/registry.js';
import { lineageOf, type Session } from '../../domain/session.js';
import type { Signal, SignalKind } from '../../domain/signal.js';
import { FakeClock } from '../../doubles/fake-clock.js';
import { scopesOf, sessionIdOf } from '../../doubles/ids.js';
import { registryOf, resourceOf, responsesOf, workloadOf } from '../../doubles/registries.js';
import { sessionOf } from '../../doubles/sessions.js';
import { newSigner, proofBy, signed } from '../../doubles/signed.js';
import { openGenuineTokens } from '../../tokens/genuine-token.js';
import { openCutTokens } from '../../tokens/genuine-token-cuts.js';
import { type Signer, sha256Base64url } from '../../tokens/signing-key.js';
import { openTheftProofs } from '../../tokens/theft-proofs.js';
import type { Answered } from '../respond.js';
import { openWitness, type Witness, type WitnessParts } from '../witness.js';
import { TheftStore } from './theft-store.js';

/** For tests: the issuer of the stand. */
export const standIssuer = 'https://creance.example.internal';

let count = 0;

/** For tests: a witness room with real keys and judges, a store in memory, and no timers. */
export class WitnessStand {
  readonly clock: FakeClock = new FakeClock();
  readonly store: TheftStore = new TheftStore();
  readonly tokenKey: Signer = newSigner();
  /** The honest agent's key. */
  readonly agentKey: Signer = newSigner();
  readonly agent: Session;
  readonly signals: Signal[] = [];
  readonly limitHits: LimitName[] = [];
  readonly answered: Answered[] = [];
  readonly faults: unknown[] = [];
  /** What verifiers were asked for, by their session. */
  readonly asks: { readonly session: string; readonly hashes: readonly string[] }[] = [];
  readonly proofs: ReturnType<typeof openTheftProofs>;
  readonly witness: Witness;
  onForeignKey: OnForeignKey = 'token';
  #waiting: (() => void)[] = [];

  constructor() {
    this.agent = this.store.put(this.sessionOf('agent', { key: this.agentKey.keyId }));
    const ring = {
      keys: () => [{ signer: this.tokenKey, signsFrom: 0, retireAt: Number.MAX_SAFE_INTEGER }],
    };
    const { store, clock } = this;
    const cuts = openCutTokens(store);
    const genuineToken = openGenuineTokens({ issuer: standIssuer, ring, store, cuts });
    this.proofs = openTheftProofs({ genuineToken, store });
    this.witness = openWitness({
      store,
      clock,
      proofs: this.proofs,
      profile: quietWatch,
      registry: () => this.registry,
      feed: { askProofs: (session, hashes) => void this.asks.push({ session, hashes }) },
      limitHit: (name) => void this.limitHits.push(name),
      onSignal: (signal) => void this.signals.push(signal),
      onAnswered: (answered) => void this.answered.push(answered),
      onFault: (fault) => void this.faults.push(fault),
      defer: (run) => void this.#waiting.push(run),
      wait: async () => {},
    });
  }

  get registry(): ReturnType<typeof registryOf> {
    const responses = responsesOf({ onForeignKey: this.onForeignKey });
    return registryOf({
      resources: [resourceOf(), resourceOf({ name: 'mail' })],
      workloads: [workloadOf({ responses })],
    });
  }

  get signalKinds(): SignalKind[] {
    return this.signals.map(({ kind }) => kind);
  }

  /** A live session of the stand's time, but for what is named. */
  sessionOf(name: string, parts: Partial<Session> = {}): Session {
    const openedAt = this.clock.now();
    const absoluteEndAt = plusSeconds(openedAt, 28_800);
    return sessionOf(name, { openedAt, activeAt: openedAt, absoluteEndAt, ...parts });
  }

  /** A token of a session for `crm`, minted now; `claims` replace what it says. */
  token(
    session: Session = this.agent,
    claims: Partial<TokenClaims> = {},
    signer: Signer = this.tokenKey,
  ): string {
    const lineage = claims.lineage ?? lineageOf(this.store.path(session.id));
    const made: TokenClaims = {
      issuer: standIssuer,
      subject: session.name,
      audience: resourceOf().audience,
      clientId: session.name,
      issuedAt: this.clock.seconds,
      expiresAt: this.clock.seconds + 60,
      id: `token-${++count}`,
      scopes: scopesOf('contacts:read'),
      sessionId: session.id,
      revision: this.store.head,
      actor: undefined,
      transaction: session.transaction,
      keyThumbprint: session.key,
      ...claims,
      lineage,
    };
    const header = { alg: 'ES256', typ: 'at+jwt', kid: signer.keyId };
    return signed(signer, header, JSON.parse(formatClaims(made, packLineage(lineage))));
  }

  /** A proof, made now; `claims` replace what it says. */
  proof(signer: Signer = this.agentKey, claims: object = {}): string {
    const request = { htu: 'https://crm.example.internal/contacts', iat: this.clock.seconds };
    return proofBy(signer, { ...request, ...claims });
  }

  /** A token with a proof by another key, as its resource hands it over. */
  leak(
    token: string = this.token(),
    thief: Signer = newSigner(),
    claims: object = {},
  ): NonNullable<Observation['foreignProof']> {
    return { token, proof: this.proof(thief, { ath: sha256Base64url(token), ...claims }) };
  }

  /** What a verifier says of a proof. */
  seen(proof: string): ProofSeen {
    const [, payload] = proof.split('.') as [string, string, string];
    const { ctr, iat } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      readonly ctr?: number;
      readonly iat: number;
    };
    return { counter: ctr ?? 0, issuedAt: iat, hash: sha256Base64url(proof) };
  }

  /** A proof by the agent's key: of the agent, or of who has copied it. */
  proofAt(ctr: number | undefined, later = 0): string {
    return this.proof(this.agentKey, { ctr, iat: this.clock.seconds + later });
  }

  /** A verifier reports that it has let a proof in, or refused it. */
  reportProof(proof: string, parts: Partial<Sighting> = {}): ReturnType<WitnessStand['report']> {
    return this.report({ proof: this.seen(proof), ...parts });
  }

  /** The broker sees a proof of a call. */
  async call(text: string): Promise<void> {
    const { counter, issuedAt } = this.seen(text);
    const { id: session, key } = this.agent;
    this.witness.onProof({ session, key, counter: counter || undefined, issuedAt, text });
    await this.settle();
  }

  /** What the store was asked to do, in order. */
  get verbs(): readonly string[] {
    return this.store.asked.map(({ verb }) => verb);
  }

  /** A sighting of `crm`'s verifier, but for what is named. */
  sighting(parts: Partial<Sighting> = {}): Sighting {
    const resource = parts.resource ?? 'crm';
    return {
      id: `action-${++count}`,
      strength: 'strong',
      witness: sessionIdOf(`verifier of ${resource}`),
      resource,
      audience: `https://${resource}.example.internal`,
      session: this.agent.id,
      action: 'GET /contacts',
      outcome: 'allowed',
      refusal: undefined,
      at: this.clock.now(),
      seenMillis: this.clock.monotonicMillis(),
      vantage: { origin: false, destination: false, outcome: false },
      proof: undefined,
      foreignProof: undefined,
      destinations: [],
      network: undefined,
      client: undefined,
      ...parts,
    };
  }

  /** A verifier reports, and everything that follows is done. */
  async report(...sightings: Partial<Sighting>[]): Promise<{ taken: number; dropped: number }> {
    const done = this.witness.take(sightings.map((parts) => this.sighting(parts)));
    await this.settle();
    return done;
  }

  /** A verifier shows the bytes of proofs, and everything that follows is done. */
  async show(...texts: string[]): Promise<void> {
    this.witness.show(texts);
    await this.settle();
  }

  /** Runs what waits, until nothing does. */
  async settle(): Promise<void> {
    while (this.#waiting.length > 0) {
      const now = this.#waiting;
      this.#waiting = [];
      for (const run of now) run();
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    }
  }
}

/** A watch that sees nothing: these tests are of facts. */
const quietWatch: WitnessParts['profile'] = {
  take() {},
  refused() {},
  resumed() {},
  async settled() {},
};
