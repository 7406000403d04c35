import { randomBytes } from 'node:crypto';
import { decodeBase64url, type Handle, type Revision } from '@creance/proto';
import { type Entry, Frame, FrameKind, Settings, Strictness } from '@creance/proto/wire';
import type { FeedDecoders, WireOpening, WireSignedFrame } from '@creance/verifier';
import { MintKey } from './mint-key.js';

/** The generated codec, as the transports give it to a feed. */
export const decoders: FeedDecoders = {
  frame: (bytes) => Frame.decode(bytes),
  settings: (bytes) => Settings.decode(bytes),
};

/** An entry of the log without its place. */
export type Target = Omit<Entry, 'revision'>;

/** What frames are made of. */
export interface MintFeedParts {
  readonly issuer?: string;
  readonly audience?: string;
  readonly tokenKey?: MintKey;
}

/** The broker's end of a feed: real keys and signatures, and a clock that the test moves. */
export class MintFeed {
  readonly issuer: string;
  readonly audience: string;
  readonly anchor: MintKey = new MintKey();
  readonly feedKey: MintKey = new MintKey();
  readonly tokenKey: MintKey;
  wallMillis = 1_785_000_000_000;
  monotonicMillis = 1_000_000;
  readonly #clockId = randomBytes(16);
  #head: number;
  #madeAt = 0;

  constructor({ issuer, audience, tokenKey }: MintFeedParts = {}) {
    this.issuer = issuer ?? 'https://creance.example.internal';
    this.audience = audience ?? 'https://crm.example.internal';
    this.tokenKey = tokenKey ?? new MintKey();
    this.#head = this.wallMillis * 1_000;
  }

  /** Lets time pass. */
  pass(seconds: number): void {
    this.wallMillis += seconds * 1_000;
    this.monotonicMillis += seconds * 1_000;
  }

  get nowSeconds(): number {
    return Math.floor(this.wallMillis / 1_000);
  }

  /** Head of the log. */
  get head(): Revision {
    return this.#head as Revision;
  }

  /** The Opening that answers a nonce. */
  opening(nonce: Uint8Array): WireOpening {
    const claims = {
      iss: this.issuer,
      iat: this.nowSeconds,
      exp: this.nowSeconds + 86_400,
      cnf: { jwk: this.feedKey.jwk },
    };
    const header = { alg: 'ES256', typ: 'creance-feed-key+jwt', jwk: this.anchor.jwk };
    const settings = Settings.encode({
      resource: 'crm',
      audience: this.audience,
      strictness: Strictness.STRICTNESS_STRICT,
      maxStaleSeconds: 10,
      heartbeatSeconds: 2,
      nonce: Buffer.from(nonce),
      issuer: this.issuer,
      destinationKey: Buffer.alloc(32, 7),
      clockId: this.#clockId,
      openedAtSteadyMicros: BigInt(Math.round(this.monotonicMillis * 1_000)),
    }).finish();
    return {
      feedKeyStatement: this.anchor.jws(JSON.stringify(header), JSON.stringify(claims)),
      settings,
      settingsSignature: signedUnder('creance-settings-v1\0', settings, this.feedKey),
    };
  }

  /** A whole view: the token key, and whatever else. */
  snapshot(targets: readonly Target[] = []): WireSignedFrame {
    const entries = this.log([keyTarget(this.tokenKey), ...targets]);
    const kind = FrameKind.FRAME_KIND_SNAPSHOT;
    return this.frame({ kind, previousRevision: 0n, entries, snapshotLast: true });
  }

  /** What happened since the last frame. */
  delta(targets: readonly Target[], changes: Partial<Frame> = {}): WireSignedFrame {
    const previousRevision = BigInt(this.#head);
    return this.frame({ previousRevision, entries: this.log(targets), ...changes });
  }

  /** Nothing new. */
  heartbeat(changes: Partial<Frame> = {}): WireSignedFrame {
    return this.frame({ kind: FrameKind.FRAME_KIND_HEARTBEAT, ...changes });
  }

  /** Gives rows their place in the log. */
  log(targets: readonly Target[]): Entry[] {
    return targets.map((target) => {
      this.#head = Math.max(this.#head + 1, this.wallMillis * 1_000);
      return { revision: BigInt(this.#head), ...target };
    });
  }

  /** A signed frame at the head of the log, with changes. */
  frame(changes: Partial<Frame>, key: MintKey = this.feedKey): WireSignedFrame {
    this.#madeAt = Math.max(this.#madeAt + 1, this.wallMillis * 1_000);
    return signedFrame(
      {
        issuer: this.issuer,
        kind: FrameKind.FRAME_KIND_DELTA,
        previousRevision: BigInt(this.#head),
        revision: BigInt(this.#head),
        entries: [],
        madeAtUnixMicros: BigInt(this.#madeAt),
        floorRevision: 0n,
        snapshotPart: 0,
        snapshotLast: false,
        clockId: this.#clockId,
        madeAtSteadyMicros: BigInt(Math.round(this.monotonicMillis * 1_000)),
        ...changes,
      },
      key,
    );
  }
}

/** A frame under a key. */
export function signedFrame(frame: Frame, key: MintKey): WireSignedFrame {
  const bytes = Frame.encode(frame).finish();
  const signature = signedUnder('creance-feed-v1\0', bytes, key);
  return { frame: bytes, signature, keyId: key.thumbprint };
}

/** The row that cuts a handle. */
export function cutTarget(handle: Handle, absolute = true): Target {
  const value = Buffer.from(decodeBase64url(handle) as Uint8Array);
  return { target: { $case: 'handle', value }, absolute };
}

/** The row that publishes a token key. */
function keyTarget({ jwk, thumbprint }: MintKey): Target {
  const value = {
    keyId: thumbprint as string,
    x: Buffer.from(jwk.x, 'base64url'),
    y: Buffer.from(jwk.y, 'base64url'),
    retireUnixSeconds: BigInt(Number.MAX_SAFE_INTEGER),
  };
  return { target: { $case: 'tokenKey', value }, absolute: false };
}

/** r || s over bytes under a domain prefix. */
export function signedUnder(domain: string, bytes: Uint8Array, key: MintKey): Buffer {
  return key.sign(Buffer.concat([Buffer.from(domain, 'latin1'), bytes]));
}
