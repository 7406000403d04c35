import { randomBytes, randomUUID } from 'node:crypto';
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
} from '@creance/proto';
import { Frame, FrameKind, Settings, Strictness } from '@creance/proto/wire';
import { type Clock, Feed } from '@creance/verifier';
import { BenchKey } from './bench-key.js';
import { audience } from './bench-manifest.js';

/** Issuer of the bench's tokens. */
export const issuer = 'https://bench.example.internal';

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
