import { decodeBase64url, encodeBase64url } from './base64url.js';
import {
  bytesOfHandle,
  type Handle,
  handleBytes,
  handleFromBytes,
  type SessionId,
} from './handle.js';

/**
 * The handles of everything that can end a token, carried in the token, so that a verifier needs only
 * the cuts and not the tree. Each list is free of duplicates.
 */
export interface Lineage {
  /** From the root to the token's own session, which comes last; at least one. */
  readonly sessions: readonly SessionId[];
  /** Sessions above ours at identity providers. */
  readonly upstreams: readonly Handle[];
  /** Whom it is for. */
  readonly principals: readonly Handle[];
  /** Each actor's workload, in the order of first appearance from the root. */
  readonly workloads: readonly Handle[];
  /** Each actor's owner, likewise. */
  readonly owners: readonly Handle[];
  /** Who issued the evidence of each session that was opened with its own. */
  readonly evidenceIssuers: readonly Handle[];
  /** The keys of that evidence. */
  readonly evidenceKeys: readonly Handle[];
}

/** The fixed order of the packed form. Never changes within a version. */
const kinds = [
  'sessions',
  'upstreams',
  'principals',
  'workloads',
  'owners',
  'evidenceIssuers',
  'evidenceKeys',
] as const satisfies readonly (keyof Lineage)[];

const version = 1;

/** Handles of one kind at most: the deepest tree has 8 sessions. */
export const lineageKindMax = 8;

/** Handles of a lineage at most. */
export const lineageHandlesMax: number = kinds.length * lineageKindMax;

/**
 * Packs a lineage: base64url of a version byte (1), then for each kind in the fixed order a count byte
 * and that many handles of 16 bytes.
 */
export function packLineage(lineage: Lineage): string {
  const total = kinds.reduce((sum, kind) => sum + lineage[kind].length, 0);
  const bytes = new Uint8Array(1 + kinds.length + total * handleBytes);
  bytes[0] = version;
  let at = 1;
  for (const kind of kinds) {
    const handles = lineage[kind];
    if (handles.length > lineageKindMax) throw new RangeError(`lineage holds too many ${kind}`);
    bytes[at] = handles.length;
    at += 1;
    for (const handle of handles) {
      bytes.set(bytesOfHandle(handle), at);
      at += handleBytes;
    }
  }
  return encodeBase64url(bytes);
}

/** Unpacks a lineage; undefined when a byte is missing, left over, or says too much. */
export function unpackLineage(packed: string): Lineage | undefined {
  const bytes = decodeBase64url(packed);
  if (bytes === undefined || bytes[0] !== version) return undefined;
  const lists: Handle[][] = [];
  let at = 1;
  for (let kind = 0; kind < kinds.length; kind += 1) {
    const count = bytes[at];
    if (count === undefined || count > lineageKindMax) return undefined;
    at += 1;
    const list: Handle[] = [];
    for (let i = 0; i < count; i += 1, at += handleBytes) {
      const handle = handleFromBytes(bytes.subarray(at, at + handleBytes));
      if (handle === undefined || list.includes(handle)) return undefined;
      list.push(handle);
    }
    lists.push(list);
  }
  if (at !== bytes.length || lists[0]?.length === 0) return undefined;
  const [sessions, upstreams, principals, workloads, owners, evidenceIssuers, evidenceKeys] =
    lists as [SessionId[], Handle[], Handle[], Handle[], Handle[], Handle[], Handle[]];
  return { sessions, upstreams, principals, workloads, owners, evidenceIssuers, evidenceKeys };
}

/** Every handle of a lineage, the root first. */
export function handlesOfLineage(lineage: Lineage): Handle[] {
  return kinds.flatMap((kind) => lineage[kind]);
}
