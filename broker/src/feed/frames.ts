import { bytesOfHandle, decodeBase64url, type Revision } from '@creance/proto';
import { type Entry, Frame, FrameKind, SubscribeResponse } from '@creance/proto/wire';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { LogReads, LogRow } from '../store/store.js';
import type { Signer } from '../tokens/signing-key.js';
import type { SteadyClock } from './steady-clock.js';

/** What a frame is made of, beside the issuer and the time. */
export interface FrameParts {
  readonly kind: FrameKind;
  readonly previous: Revision;
  readonly revision: Revision;
  readonly rows: readonly LogRow[];
  readonly snapshot?: { readonly part: number; readonly last: boolean };
}

/** Makes signed frames, encoded once: the same bytes go to every subscriber. */
export interface FrameMaker {
  /** The bytes of a SubscribeResponse. */
  make(parts: FrameParts): Buffer;
  /** `made_at` of the last frame, in microseconds: only grows. */
  readonly lastMadeAt: number;
}

/** What frames say beside the log's rows; without it they say what those of older brokers did. */
export interface FrameWitness extends Pick<LogReads, 'floor' | 'auditHead'> {
  readonly steady: SteadyClock;
}

/** Domain prefix of frame signatures. */
export const frameDomain = 'creance-feed-v1\0';

/** Opens a maker under the feed key. */
export function frameMaker(
  issuer: string,
  signer: Signer,
  now: () => Instant,
  witness?: FrameWitness,
): FrameMaker {
  const prefix = Buffer.from(frameDomain, 'latin1');
  let lastMadeAt = 0;
  return {
    get lastMadeAt() {
      return lastMadeAt;
    },
    make({ kind, previous, revision, rows, snapshot }) {
      lastMadeAt = Math.max(lastMadeAt + 1, now(), revision);
      const frame = asBuffer(
        Frame.encode({
          issuer,
          kind,
          previousRevision: BigInt(previous),
          revision: BigInt(revision),
          entries: rows.map(entryOf),
          madeAtUnixMicros: BigInt(lastMadeAt),
          // Where an older view is carried on from, the floor may lie above what a frame tells of.
          floorRevision: BigInt(Math.min(witness?.floor() ?? 0, revision)),
          snapshotPart: snapshot?.part ?? 0,
          snapshotLast: snapshot?.last ?? false,
          ...(witness && witnessed(kind, witness)),
        }).finish(),
      );
      const signature = asBuffer(signer.sign(Buffer.concat([prefix, frame])));
      const signed = { frame, signature, keyId: signer.keyId };
      return asBuffer(
        SubscribeResponse.encode({ kind: { $case: 'frame', value: signed } }).finish(),
      );
    },
  };
}

/** The steady clock in every frame; the head of the audit in heartbeats. */
function witnessed(kind: FrameKind, { steady, auditHead }: FrameWitness): Partial<Frame> {
  const time = { clockId: steady.id, madeAtSteadyMicros: steady.micros() };
  const head = kind === heartbeatKind ? auditHead() : undefined;
  if (head === undefined) return time;
  const { sequence, hash } = head;
  return { ...time, auditSequence: BigInt(sequence), auditHash: asBuffer(hash) };
}

/** The wire form of a row of the log: handles and revisions, no reason, name or author. */
export function entryOf({ revision, entry }: LogRow): Entry {
  const at = BigInt(revision);
  switch (entry.kind) {
    case 'handle':
      return {
        revision: at,
        absolute: entry.absolute,
        target: { $case: 'handle', value: asBuffer(bytesOfHandle(entry.handle)) },
      };
    case 'before':
      return {
        revision: at,
        absolute: false,
        target: { $case: 'beforeRevision', value: BigInt(entry.before) },
      };
    case 'key-cut':
      return { revision: at, absolute: true, target: { $case: 'cutKeyId', value: entry.keyId } };
    case 'token-key': {
      const { keyId, x, y, retireAt } = entry.key;
      const key = {
        keyId,
        x: coordinate(x),
        y: coordinate(y),
        retireUnixSeconds: BigInt(retireAt),
      };
      return { revision: at, absolute: false, target: { $case: 'tokenKey', value: key } };
    }
  }
}

/**
 * The bytes of a SubscribeResponse that asks for proofs, at most `limits.reportProofs` of them: more do
 * not fit one report. Not signed, since it changes nothing in a view.
 */
export function proofsWanted(hashes: readonly string[]): Buffer {
  const asked = hashes.slice(0, limits.reportProofs);
  const value = { hashes: asked.map((hash) => Buffer.from(hash, 'base64url')) };
  return asBuffer(SubscribeResponse.encode({ kind: { $case: 'proofsWanted', value } }).finish());
}

function coordinate(text: string): Buffer {
  return asBuffer(decodeBase64url(text) as Uint8Array);
}

/** Rows in pieces that fit a frame; one empty piece when there are none. */
export function inFrames(rows: readonly LogRow[], most: number): readonly (readonly LogRow[])[] {
  const pieces: LogRow[][] = [];
  for (let at = 0; at < rows.length; at += most) pieces.push(rows.slice(at, at + most));
  return pieces.length === 0 ? [[]] : pieces;
}

/** The kinds of frames. */
export const snapshotKind: FrameKind = FrameKind.FRAME_KIND_SNAPSHOT;
export const deltaKind: FrameKind = FrameKind.FRAME_KIND_DELTA;
export const heartbeatKind: FrameKind = FrameKind.FRAME_KIND_HEARTBEAT;

/** The same bytes as a Buffer, not copied: what the generated messages hold. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
