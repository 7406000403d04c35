import { type Level, levels } from '../../domain/risk.js';
import type { KeptSpread, SeenAt } from './spread.js';

/** A session as it is kept over a restart. */
export interface KeptSession {
  /** What it is under. */
  readonly imposed: Level;
  /** The engine's state of it; empty when it could not be read. */
  readonly snapshot: Uint8Array;
  /** That of its whole tree, of a root; empty when there is none. */
  readonly tree: Uint8Array;
  /** That which takes every rule, where some are not enforced; empty when there is none. */
  readonly unsilenced: Uint8Array;
  readonly rest: KeptRest;
}

/** What else is kept of a session, as JSON. */
export interface KeptRest {
  /** Granted scopes that it has asked for. */
  readonly asked?: readonly string[];
  readonly seen?: SeenAt | undefined;
  readonly spread?: KeptSpread | undefined;
}

const nothing = new Uint8Array(0);

/** Writes a session: its level, then three parts with their lengths before them, then its state. */
export function writeKept(kept: KeptSession): Buffer {
  const parts = [kept.tree, kept.unsilenced, Buffer.from(JSON.stringify(kept.rest))].flatMap(
    (part) => [lengthOf(part), part],
  );
  return Buffer.concat([Buffer.of(levels.indexOf(kept.imposed)), ...parts, kept.snapshot]);
}

function lengthOf({ byteLength }: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(byteLength);
  return length;
}

/**
 * Reads a session; undefined when not even its level can be read. Where the rest cannot be, the level alone
 * is kept: who was narrowed stays so.
 */
export function readKept(bytes: Uint8Array): KeptSession | undefined {
  const imposed = levels[bytes[0] ?? levels.length];
  if (imposed === undefined) return undefined;
  const bare = { imposed, snapshot: nothing, tree: nothing, unsilenced: nothing, rest: {} };
  try {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const parts: Uint8Array[] = [];
    let at = 1;
    for (let part = 0; part < 3; part += 1) {
      const from = at + 4;
      at = from + view.readUInt32LE(at);
      if (at > view.byteLength) return bare;
      parts.push(view.subarray(from, at));
    }
    const [tree = nothing, unsilenced = nothing, rest = nothing] = parts;
    return { imposed, tree, unsilenced, rest: restOf(rest), snapshot: view.subarray(at) };
  } catch {
    return bare;
  }
}

function restOf(bytes: Uint8Array): KeptRest {
  const rest: KeptRest = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (typeof rest !== 'object' || rest === null) throw new RangeError('no object');
  return rest;
}
