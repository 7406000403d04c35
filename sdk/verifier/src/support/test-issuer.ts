import { createHash, sign } from 'node:crypto';
import {
  decodeBase64url,
  encodeBase64url,
  formatClaims,
  type Handle,
  handleFromBytes,
  type Lineage,
  packLineage,
  type Revision,
  type SessionId,
  type Thumbprint,
  type TokenClaims,
} from '@creance/proto';
import { type Entry, Frame, FrameKind, Settings, Strictness } from '@creance/proto/wire';
import type { FeedDecoders, WireOpening, WireSignedFrame } from '../feed.js';
import { feedKeyStatementType } from '../feed-key.js';
import { type EcKey, newEcKey, signJws } from '../grpc/ec-key.js';
import type { Clock } from '../runtime/clock.js';
import { systemEntropy } from '../runtime/entropy.js';

/** The generated codec, as `./grpc` gives it to a feed. */
export const wireDecoders: FeedDecoders = {
  frame: (bytes) => Frame.decode(bytes),
  settings: (bytes) => Settings.decode(bytes),
};

const clockId = Buffer.alloc(16, 'c');

/** A fresh handle. */
export function newHandle(): Handle {
  return handleFromBytes(systemEntropy.bytes(16)) as Handle;
}

/** SHA-256 as base64url. */
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Says what to put into the next frame or token instead of the usual. */
export type Changes<T> = { -readonly [K in keyof T]?: T[K] };

/** A broker without a network: real keys, real signatures, one resource. */
export class TestIssuer {
  readonly issuer: string = 'https://creance.example.internal';
  readonly audience: string = 'https://crm.example.internal';
  readonly anchor: EcKey = newEcKey();
  readonly feedKey: EcKey = newEcKey();
  readonly tokenKey: EcKey = newEcKey();
  readonly holder: EcKey = newEcKey();
  readonly session: SessionId = newHandle() as SessionId;
  readonly workload: Handle = newHandle();
  readonly clock: Pick<Clock, 'now'>;
  /** The steady clock that frames and openings tell; undefined as of an older broker. */
  steadyMicros: bigint | undefined;
  #head: number;
  #madeAt = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock;
    this.#head = clock.now() * 1_000;
  }

  /** Head of the log. */
  get head(): Revision {
    return this.#head as Revision;
  }

  opening(
    nonce: Uint8Array,
    changes: Changes<Settings> = {},
    anchor: EcKey = this.anchor,
  ): WireOpening {
    const iat = Math.floor(this.clock.now() / 1_000);
    const claims = { iss: this.issuer, iat, exp: iat + 86_400, cnf: { jwk: this.feedKey.jwk } };
    const header = { alg: 'ES256', typ: feedKeyStatementType, jwk: anchor.jwk };
    const settings = Settings.encode({
      resource: 'crm',
      audience: this.audience,
      strictness: Strictness.STRICTNESS_STRICT,
      maxStaleSeconds: 10,
      heartbeatSeconds: 2,
      nonce: Buffer.from(nonce),
      issuer: this.issuer,
      destinationKey: Buffer.alloc(32, 7),
      ...(this.steadyMicros !== undefined && {
        clockId,
        openedAtSteadyMicros: this.steadyMicros,
      }),
      ...changes,
    }).finish();
    return {
      feedKeyStatement: signJws(header, claims, anchor),
      settings,
      settingsSignature: signUnder('creance-settings-v1\0', settings, this.feedKey),
    };
  }

  /** A whole view: the token key, and whatever else. */
  snapshot(targets: readonly EntryTarget[] = []): WireSignedFrame {
    return this.#frame(FrameKind.FRAME_KIND_SNAPSHOT, 0, [this.keyEntry(), ...targets], {
      snapshotLast: true,
    });
  }

  /** What happened since the last frame. */
  delta(targets: readonly EntryTarget[], changes: Changes<Frame> = {}): WireSignedFrame {
    return this.#frame(FrameKind.FRAME_KIND_DELTA, this.#head, targets, changes);
  }

  heartbeat(changes: Changes<Frame> = {}): WireSignedFrame {
    return this.#frame(FrameKind.FRAME_KIND_HEARTBEAT, this.#head, [], changes);
  }

  /** The entry that publishes a token key. */
  keyEntry(key: EcKey = this.tokenKey, retireAt: number = Number.MAX_SAFE_INTEGER): EntryTarget {
    const value = {
      keyId: key.thumbprint as string,
      x: Buffer.from(decodeBase64url(key.jwk.x) as Uint8Array),
      y: Buffer.from(decodeBase64url(key.jwk.y) as Uint8Array),
      retireUnixSeconds: BigInt(retireAt),
    };
    return { target: { $case: 'tokenKey', value }, absolute: false };
  }

  /** The claims of a good token, with changes. */
  claims(changes: Changes<TokenClaims> = {}): TokenClaims {
    const iat = Math.floor(this.clock.now() / 1_000);
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
      issuer: this.issuer,
      subject: 'support-triage',
      audience: this.audience,
      clientId: 'support-triage',
      issuedAt: iat,
      expiresAt: iat + 60,
      id: newHandle(),
      scopes: ['contacts:read'] as unknown as TokenClaims['scopes'],
      sessionId: lineage.sessions.at(-1) as SessionId,
      lineage,
      revision: this.head,
      actor: undefined,
      transaction: 'txn-1',
      keyThumbprint: this.holder.thumbprint,
      ...changes,
    };
  }

  /** A token with these claims, by the token key or another one. */
  token(changes: Changes<TokenClaims> = {}, key: EcKey = this.tokenKey): string {
    const claims = this.claims(changes);
    const payload = JSON.parse(formatClaims(claims, packLineage(claims.lineage))) as object;
    return signJws({ alg: 'ES256', typ: 'at+jwt', kid: key.thumbprint }, payload, key);
  }

  /** A proof for a token, with changes. */
  proof(token: string, changes: object = {}, key: EcKey = this.holder): string {
    const claims = {
      jti: encodeBase64url(systemEntropy.bytes(16)),
      htm: 'GET',
      htu: `${this.audience}/contacts`,
      iat: Math.floor(this.clock.now() / 1_000),
      ath: sha256(token),
      ctr: 1,
      ...changes,
    };
    return signJws({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk }, claims, key);
  }

  #frame(
    kind: FrameKind,
    previous: number,
    targets: readonly EntryTarget[],
    changes: Changes<Frame>,
  ): WireSignedFrame {
    const entries: Entry[] = targets.map((each) => {
      this.#head = Math.max(this.#head + 1, this.clock.now() * 1_000);
      return { revision: BigInt(this.#head), ...each };
    });
    this.#madeAt = Math.max(this.#madeAt + 1, this.clock.now() * 1_000);
    const frame = Frame.encode({
      issuer: this.issuer,
      kind,
      previousRevision: BigInt(previous),
      revision: BigInt(this.#head),
      entries,
      madeAtUnixMicros: BigInt(this.#madeAt),
      floorRevision: 0n,
      snapshotPart: 0,
      snapshotLast: false,
      ...(this.steadyMicros !== undefined && { clockId, madeAtSteadyMicros: this.steadyMicros }),
      ...changes,
    }).finish();
    return signedFrame(frame, this.feedKey);
  }
}

/** An entry without its revision. */
export type EntryTarget = Omit<Entry, 'revision'>;

/** The entry that cuts a handle. */
export function cutEntry(handle: Handle, absolute = true): EntryTarget {
  const value = Buffer.from(decodeBase64url(handle) as Uint8Array);
  return { target: { $case: 'handle', value }, absolute };
}

/** The entry that cuts everything before the head. */
export function beforeEntry({ head }: TestIssuer): EntryTarget {
  return { target: { $case: 'beforeRevision', value: BigInt(head) }, absolute: false };
}

/** A frame under a key, good or not. */
export function signedFrame(frame: Uint8Array, key: EcKey): WireSignedFrame {
  const signature = signUnder('creance-feed-v1\0', frame, key);
  return { frame, signature, keyId: key.thumbprint as Thumbprint };
}

function signUnder(domain: string, bytes: Uint8Array, { privateKey }: EcKey): Buffer {
  const signed = Buffer.concat([Buffer.from(domain, 'latin1'), bytes]);
  return sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' });
}
