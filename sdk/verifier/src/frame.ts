import {
  encodeBase64url,
  type Handle,
  handleFromBytes,
  type PublicJwk,
  parsePublicJwk,
  parseThumbprint,
  type Revision,
  revisionFromWire,
  type Thumbprint,
} from '@creance/proto';
import type { AuditHead } from './audit-witness.js';

/** A decoded Frame of creance.v1, by its shape: the core knows no codec. */
export interface WireFrame {
  readonly issuer: string;
  readonly kind: number;
  readonly previousRevision: bigint;
  readonly revision: bigint;
  readonly entries: readonly WireEntry[];
  readonly madeAtUnixMicros: bigint;
  readonly floorRevision: bigint;
  readonly snapshotPart: number;
  readonly snapshotLast: boolean;
  readonly clockId?: Uint8Array | undefined;
  readonly madeAtSteadyMicros?: bigint | undefined;
  readonly auditSequence?: bigint | undefined;
  readonly auditHash?: Uint8Array | undefined;
}

/** A decoded Entry of creance.v1, by its shape. */
export interface WireEntry {
  readonly revision: bigint;
  readonly target:
    | { readonly $case: 'handle'; readonly value: Uint8Array }
    | { readonly $case: 'beforeRevision'; readonly value: bigint }
    | { readonly $case: 'tokenKey'; readonly value: WireTokenKey }
    | { readonly $case: 'cutKeyId'; readonly value: string }
    | undefined;
  readonly absolute: boolean;
}

interface WireTokenKey {
  readonly keyId: string;
  readonly x: Uint8Array;
  readonly y: Uint8Array;
  readonly retireUnixSeconds: bigint;
}

/** A reading of the broker's steady clock. */
export interface SteadyReading {
  /** Names the clock, as base64url: readings of two clocks say nothing of each other. */
  readonly clockId: string;
  readonly micros: number;
}

/** A frame in our own types. */
export interface FeedFrame {
  readonly issuer: string;
  readonly kind: 'snapshot' | 'delta' | 'heartbeat';
  readonly previous: Revision;
  readonly revision: Revision;
  readonly entries: readonly FeedEntry[];
  /** Broker's clock, Unix microseconds. */
  readonly madeAtMicros: number;
  readonly floor: Revision;
  readonly part: number;
  readonly isLastPart: boolean;
  /** The broker's steady clock when it was made; undefined from older brokers. */
  readonly steady?: SteadyReading | undefined;
  /** The head of the broker's audit; in heartbeats, undefined from older brokers. */
  readonly audit?: AuditHead | undefined;
}

/** A key that signs tokens, as the feed publishes it. */
export interface TokenKey {
  readonly keyId: Thumbprint;
  readonly jwk: PublicJwk;
  /** Unix seconds from which on its tokens are refused. */
  readonly retireAt: number;
}

/** One row of the revocation log. */
export type FeedEntry =
  | {
      readonly kind: 'handle';
      readonly revision: Revision;
      readonly handle: Handle;
      readonly absolute: boolean;
    }
  | { readonly kind: 'before'; readonly revision: Revision; readonly before: Revision }
  | { readonly kind: 'token-key'; readonly revision: Revision; readonly key: TokenKey }
  | { readonly kind: 'key-cut'; readonly revision: Revision; readonly keyId: Thumbprint };

const kinds: readonly (FeedFrame['kind'] | undefined)[] = [
  undefined,
  'snapshot',
  'delta',
  'heartbeat',
];

/**
 * Reads a decoded frame. Undefined when anything in it is unknown or out of order: an entry that this
 * version does not understand may be a cut, so its frame is refused and the view goes stale instead.
 */
export function readFrame(wire: WireFrame): FeedFrame | undefined {
  const kind = kinds[wire.kind];
  const previous = revisionFromWire(wire.previousRevision);
  const revision = revisionFromWire(wire.revision);
  const floor = revisionFromWire(wire.floorRevision);
  const madeAtMicros = revisionFromWire(wire.madeAtUnixMicros);
  if (kind === undefined || previous === undefined || revision === undefined) return undefined;
  if (floor === undefined || floor > revision || !madeAtMicros) return undefined;
  if (kind === 'snapshot' ? previous !== 0 : revision < previous) return undefined;
  if (kind === 'heartbeat' && wire.entries.length > 0) return undefined;
  const entries = readEntries(wire.entries, previous, revision);
  const steady = readSteady(wire.clockId, wire.madeAtSteadyMicros);
  const audit = readAudit(wire);
  if (steady === null || audit === null) return undefined;
  return (
    entries && {
      issuer: wire.issuer,
      kind,
      previous,
      revision,
      entries,
      madeAtMicros,
      floor,
      part: wire.snapshotPart,
      isLastPart: wire.snapshotLast,
      steady,
      audit,
    }
  );
}

const clockIdBytes = 16;
const auditHashBytes = 32;

/** Reads a steady clock; undefined when there is none, null when it cannot be read. */
export function readSteady(
  id: Uint8Array | undefined,
  reading: bigint | undefined,
): SteadyReading | undefined | null {
  if (id === undefined && reading === undefined) return undefined;
  const micros = revisionFromWire(reading ?? -1n);
  if (id?.length !== clockIdBytes || micros === undefined) return null;
  return { clockId: encodeBase64url(id), micros };
}

function readAudit({ auditSequence, auditHash }: WireFrame): AuditHead | undefined | null {
  if (auditSequence === undefined && auditHash === undefined) return undefined;
  const sequence = revisionFromWire(auditSequence ?? -1n);
  if (sequence === undefined || auditHash?.length !== auditHashBytes) return null;
  return { sequence, hash: encodeBase64url(auditHash) };
}

/** Ascending, above `previous` and not above `revision`. */
function readEntries(
  wire: readonly WireEntry[],
  previous: Revision,
  revision: Revision,
): FeedEntry[] | undefined {
  const entries: FeedEntry[] = [];
  let last = previous;
  for (const each of wire) {
    const at = revisionFromWire(each.revision);
    if (at === undefined || at <= last || at > revision) return undefined;
    const entry = readEntry(each, at);
    if (entry === undefined) return undefined;
    entries.push(entry);
    last = at;
  }
  return entries;
}

function readEntry({ target, absolute }: WireEntry, revision: Revision): FeedEntry | undefined {
  switch (target?.$case) {
    case 'handle': {
      const handle = handleFromBytes(target.value);
      return handle && { kind: 'handle', revision, handle, absolute };
    }
    case 'beforeRevision': {
      const before = revisionFromWire(target.value);
      if (before === undefined || before > revision) return undefined;
      return { kind: 'before', revision, before };
    }
    case 'tokenKey': {
      const key = readTokenKey(target.value);
      return key && { kind: 'token-key', revision, key };
    }
    case 'cutKeyId': {
      const keyId = parseThumbprint(target.value);
      return keyId && { kind: 'key-cut', revision, keyId };
    }
    default:
      return undefined;
  }
}

function readTokenKey({ keyId, x, y, retireUnixSeconds }: WireTokenKey): TokenKey | undefined {
  const id = parseThumbprint(keyId);
  const retireAt = Number(retireUnixSeconds);
  const jwk = parsePublicJwk({
    kty: 'EC',
    crv: 'P-256',
    x: encodeBase64url(x),
    y: encodeBase64url(y),
  });
  if (id === undefined || jwk === undefined || !Number.isSafeInteger(retireAt)) return undefined;
  return { keyId: id, jwk, retireAt };
}
