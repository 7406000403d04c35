import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import {
  bytesOfHandle,
  decodeBase64url,
  formatClaims,
  type Handle,
  handleFromBytes,
  type Lineage,
  packLineage,
  parseScopes,
  type Revision,
  type SessionId,
  type Thumbprint,
  thumbprintInput,
} from '@creance/proto';
import { Frame, FrameKind, Settings, Strictness } from '@creance/proto/wire';
import { type Clock, Feed } from '@creance/verifier';
import { audience } from './bench-manifest.js';

/** Issuer of the bench's tokens. */
export const issuer = 'https://bench.example.internal';

/** Verifiers want nonces in proofs for this long after their start. */
const nonceMillis = 66_000;

/** A clock that starts this far back and can be put right, so that nobody has to wait for it. */
export class BenchClock implements Clock {
  #backMillis = nonceMillis;

  now(): number {
    return Date.now() - this.#backMillis;
  }

  monotonicMillis(): number {
    return performance.now() + nonceMillis - this.#backMillis;
  }

  after(millis: number, act: () => void): { cancel(): void } {
    const timer = setTimeout(act, millis).unref();
    return { cancel: () => clearTimeout(timer) };
  }

  /** From now on the time of the machine: what was made before is as old as the first minute. */
  putRight(): void {
    this.#backMillis = 0;
  }
}

/** A P-256 key for the bench. */
export class BenchKey {
  readonly jwk: {
    readonly kty: 'EC';
    readonly crv: 'P-256';
    readonly x: string;
    readonly y: string;
  };
  readonly id: Thumbprint;
  readonly publicKey: KeyObject;
  readonly #key: KeyObject;

  /** A key of its own, or one that another process of the bench has made. */
  constructor(made?: JsonWebKey) {
    const { privateKey, publicKey } = made === undefined ? newPair() : pairOf(made);
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.jwk = { kty: 'EC', crv: 'P-256', x, y };
    this.id = createHash('sha256')
      .update(thumbprintInput(this.jwk))
      .digest('base64url') as Thumbprint;
    this.publicKey = publicKey;
    this.#key = privateKey;
  }

  sign(bytes: Uint8Array): Buffer {
    return sign('sha256', bytes, { key: this.#key, dsaEncoding: 'ieee-p1363' });
  }

  jws(header: object, payload: string): string {
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const input = `${encode(JSON.stringify({ alg: 'ES256', ...header }))}.${encode(payload)}`;
    return `${input}.${this.sign(Buffer.from(input)).toString('base64url')}`;
  }
}

function newPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pairOf(jwk: JsonWebKey) {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

const anchor = new BenchKey();
const feedKey = new BenchKey();
/** The key that signs the bench's tokens. */
export const tokenKey: BenchKey = new BenchKey();
const newHandle = () => handleFromBytes(randomBytes(16)) as Handle;

/** A verifier's feed whose view holds so many cuts, none of which concerns the bench's tokens. */
export async function feedWith(cuts: number, clock: Clock): Promise<Feed> {
  const feed = new Feed({
    issuer,
    clock,
    viewEntriesMax: cuts + 100,
    anchor: anchor.id,
    decoders: {
      frame: (bytes) => Frame.decode(bytes),
      settings: (bytes) => Settings.decode(bytes),
    },
  });
  const nonce = randomBytes(16);
  const iat = Math.floor(clock.now() / 1_000);
  const claims = { iss: issuer, iat, exp: iat + 3_600, cnf: { jwk: feedKey.jwk }, dev: false };
  const settings = Buffer.from(
    Settings.encode({
      resource: 'crm',
      audience,
      strictness: Strictness.STRICTNESS_STRICT,
      maxStaleSeconds: 3_600,
      heartbeatSeconds: 2,
      nonce,
      issuer,
      destinationKey: Buffer.alloc(32, 7),
    }).finish(),
  );
  const opened = await feed.open(
    {
      feedKeyStatement: anchor.jws(
        { typ: 'creance-feed-key+jwt', jwk: anchor.jwk },
        JSON.stringify(claims),
      ),
      settings,
      settingsSignature: feedKey.sign(
        Buffer.concat([Buffer.from('creance-settings-v1\0'), settings]),
      ),
    },
    nonce,
  );
  if (!opened.ok) throw new Error(opened.error);
  const received = await feed.receive(snapshotOf(cuts, clock.now()));
  if (!received.ok) throw new Error(received.error);
  return feed;
}

function snapshotOf(cuts: number, nowMillis: number) {
  const coordinate = (text: string) => Buffer.from(decodeBase64url(text) as Uint8Array);
  const { id, jwk } = tokenKey;
  const retireUnixSeconds = BigInt(Math.floor(nowMillis / 1_000) + 86_400);
  const key = { keyId: id, x: coordinate(jwk.x), y: coordinate(jwk.y), retireUnixSeconds };
  const entries = Array.from({ length: cuts }, (_, nth) => ({
    revision: BigInt(nth + 2),
    absolute: true,
    target: { $case: 'handle' as const, value: Buffer.from(bytesOfHandle(newHandle())) },
  }));
  const frame = Buffer.from(
    Frame.encode({
      issuer,
      kind: FrameKind.FRAME_KIND_SNAPSHOT,
      previousRevision: 0n,
      revision: BigInt(cuts + 2),
      entries: [
        { revision: 1n, absolute: false, target: { $case: 'tokenKey', value: key } },
        ...entries,
      ],
      madeAtUnixMicros: BigInt(nowMillis) * 1_000n,
      floorRevision: 0n,
      snapshotPart: 0,
      snapshotLast: true,
    }).finish(),
  );
  const signature = feedKey.sign(Buffer.concat([Buffer.from('creance-feed-v1\0'), frame]));
  return { frame, signature, keyId: feedKey.id };
}

/** A token at depth 5 of the workload, bound to a key. */
export function mintToken(key: BenchKey): string {
  const scopes = parseScopes(['contacts:read']);
  if (!scopes.ok) throw new Error(scopes.error);
  const sessions = Array.from({ length: 5 }, newHandle) as SessionId[];
  const lineage: Lineage = {
    sessions,
    upstreams: [],
    principals: [],
    workloads: [newHandle()],
    owners: [newHandle()],
    evidenceIssuers: [newHandle()],
    evidenceKeys: [newHandle()],
  };
  const iat = Math.floor(Date.now() / 1_000);
  const claims = {
    issuer,
    audience,
    subject: 'bench',
    clientId: 'bench',
    issuedAt: iat,
    expiresAt: iat + 900,
    id: randomUUID(),
    scopes: scopes.value,
    sessionId: sessions.at(-1) as SessionId,
    lineage,
    revision: 2_000_000_000_000_000 as Revision,
    actor: undefined,
    transaction: 'bench',
    keyThumbprint: key.id,
  };
  return tokenKey.jws(
    { typ: 'at+jwt', kid: tokenKey.id },
    formatClaims(claims, packLineage(lineage)),
  );
}

/**
 * A number that only grows, for proofs by a key that several processes of the bench hold: nanoseconds of the
 * clock that they share. A number that was used twice or goes back is a fact of a cloned key.
 */
export function counterNow(): number {
  return Number(process.hrtime.bigint());
}

/** A proof for the bench's one request, at the bench's resource or another origin. */
export function proofOf(
  key: BenchKey,
  token: string,
  at: { readonly origin?: string; readonly nonce?: string | undefined } = {},
): string {
  const iat = Math.floor(Date.now() / 1_000);
  const ath = createHash('sha256').update(token).digest('base64url');
  const htu = `${at.origin ?? audience}/contacts`;
  const more = { ctr: counterNow(), nonce: at.nonce };
  const claims = { jti: randomUUID(), htm: 'GET', htu, iat, ath, ...more };
  return key.jws({ typ: 'dpop+jwt', jwk: key.jwk }, JSON.stringify(claims));
}
