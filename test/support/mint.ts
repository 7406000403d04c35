import { randomBytes } from 'node:crypto';
import { type Handle, type Lineage, packLineage, type SessionId } from '@creance/proto';
import {
  type Clock,
  createVerifier,
  Feed,
  type Verified,
  type Verifier,
  type VerifierOptions,
} from '@creance/verifier';
import { decoders, MintFeed, type MintFeedParts, type Target } from './mint-feed.js';
import { freshHandle, MintKey, sha256 } from './mint-key.js';

/** What to change of a good JWS. An undefined member is left out. */
export interface JwsChanges {
  readonly header?: object;
  readonly claims?: object;
  readonly key?: MintKey;
}

/** What to send instead of a good request. */
export interface Sent {
  readonly authorization?: string | null;
  readonly dpop?: string | null;
  readonly method?: string;
  readonly url?: string;
  readonly scopes?: readonly string[];
}

/** What a mint is for. */
export interface MintParts extends MintFeedParts {
  readonly options?: Omit<VerifierOptions, 'feed'>;
}

/**
 * Issuer, agent and verifier without a network: real keys, real signatures, a clock that the test moves.
 * Every token, proof and frame is good unless a test changes exactly one thing.
 */
export class Mint extends MintFeed {
  /** The key of the session that holds the tokens. */
  readonly holder: MintKey = new MintKey();
  readonly session = freshHandle() as SessionId;
  readonly workload: Handle = freshHandle();
  readonly feed: Feed;
  readonly verifier: Verifier;

  /** Opens a mint whose verifier has a whole view and started long ago. */
  static async open(parts: MintParts = {}): Promise<Mint> {
    const mint = new Mint(parts);
    mint.pass(65);
    await mint.catchUp();
    return mint;
  }

  private constructor({ options, ...parts }: MintParts) {
    super(parts);
    const clock: Clock = {
      now: () => this.wallMillis,
      monotonicMillis: () => this.monotonicMillis,
      after: () => ({ cancel: () => {} }),
    };
    const anchor = this.anchor.thumbprint;
    this.feed = new Feed({ issuer: this.issuer, anchor, decoders, clock });
    this.verifier = createVerifier({ feed: this.feed, ...options });
  }

  /** Opens the feed again and sends a whole view. */
  async catchUp(targets: readonly Target[] = []): Promise<void> {
    const nonce = new Uint8Array(randomBytes(16));
    const opened = await this.feed.open(this.opening(nonce), nonce, this.monotonicMillis);
    const applied = opened.ok ? await this.feed.receive(this.snapshot(targets)) : opened;
    if (!applied.ok) throw new Error(applied.error);
  }

  /** The claims of a good token. */
  claims(changes: object = {}): Record<string, unknown> {
    const lineage: Lineage = {
      sessions: [this.session],
      upstreams: [],
      principals: [],
      workloads: [this.workload],
      owners: [],
      evidenceIssuers: [],
      evidenceKeys: [],
    };
    return {
      iss: this.issuer,
      sub: 'support-triage',
      aud: this.audience,
      client_id: 'support-triage',
      iat: this.nowSeconds,
      exp: this.nowSeconds + 60,
      jti: randomBytes(16).toString('base64url'),
      scope: 'contacts:read',
      sid: this.session,
      lineage: packLineage(lineage),
      rev: this.head,
      txn: 'txn-1',
      cnf: { jkt: this.holder.thumbprint },
      ...changes,
    };
  }

  /** A token, with changes. */
  token({ header, claims, key = this.tokenKey }: JwsChanges = {}): string {
    const head = { alg: 'ES256', typ: 'at+jwt', kid: key.thumbprint, ...header };
    return key.jws(JSON.stringify(head), JSON.stringify(this.claims(claims)));
  }

  /** The claims of a good proof for a token. */
  proofClaims(token: string, changes: object = {}): Record<string, unknown> {
    return {
      jti: randomBytes(16).toString('base64url'),
      htm: 'GET',
      htu: `${this.audience}/contacts`,
      iat: this.nowSeconds,
      ath: sha256(token),
      ...changes,
    };
  }

  /** A proof for a token, with changes. */
  proof(token: string, { header, claims, key = this.holder }: JwsChanges = {}): string {
    const head = { alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...header };
    return key.jws(JSON.stringify(head), JSON.stringify(this.proofClaims(token, claims)));
  }

  /** Sends a request and gives `ok` or the reason of its refusal. What is not named is good. */
  async send(sent: Sent = {}): Promise<string> {
    const verified = await this.verify(sent);
    return verified.ok ? 'ok' : verified.failure.reason;
  }

  /** Sends a request. What is not named is good. */
  verify(sent: Sent = {}): Promise<Verified> {
    const token = this.token();
    const headers = new Headers();
    const { authorization = `DPoP ${token}`, dpop = this.proof(token) } = sent;
    if (authorization !== null) headers.append('authorization', authorization);
    if (dpop !== null) headers.append('dpop', dpop);
    const { method = 'GET', url = `${this.audience}/contacts`, scopes = ['contacts:read'] } = sent;
    return this.verifier.verify(new Request(url, { method, headers }), { scopes });
  }

  /** Sends a token with a good proof for it. */
  sendToken(token: string): Promise<string> {
    return this.send({ authorization: `DPoP ${token}`, dpop: this.proof(token) });
  }
}
