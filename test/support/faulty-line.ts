import type { Handle, Revision } from '@creance/proto';
import { Frame, FrameKind } from '@creance/proto/wire';
import { Feed, type WireSignedFrame } from '@creance/verifier';
import fc from 'fast-check';
import { cutTarget, decoders, MintFeed, signedFrame, type Target } from './mint-feed.js';
import { freshHandle, MintKey } from './mint-key.js';

/** Decodes, changes and signs again. */
export function changed(
  frame: WireSignedFrame,
  changes: Partial<Frame>,
  key: MintKey,
): WireSignedFrame {
  return signedFrame({ ...Frame.decode(frame.frame), ...changes }, key);
}

/** Changes one bit. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at % bytes.length, (bytes[at % bytes.length] as number) ^ 1);
}

/** What may happen to one frame on its way. */
type Fault = 'none' | 'drop' | 'twice' | 'late' | 'flip' | 'other-key' | 'other-issuer' | 'old';
const faults: Fault[] = [
  'none',
  'none',
  'none',
  'drop',
  'twice',
  'late',
  'flip',
  'other-key',
  'other-issuer',
  'old',
];

/** What the log does, and what happens to the frame that tells of it. */
export interface Step {
  readonly cuts: number;
  readonly absolute: boolean;
  readonly fault: Fault;
  readonly snapshotFault: Fault;
  readonly salt: number;
}

/** One step of a history. */
export const step: fc.Arbitrary<Step> = fc.record({
  cuts: fc.integer({ min: 0, max: 3 }),
  absolute: fc.boolean(),
  fault: fc.constantFrom(...faults),
  snapshotFault: fc.constantFrom(...faults),
  salt: fc.nat(1_000),
});

/** Whether rows cut a token with this `rev`. */
const isCutBy = (rows: Line['log'], rev: number) =>
  rows.some(({ revision, absolute }) => absolute || revision > rev);

/** A log, a feed that goes through a line with faults, and the verifier's view at its end. */
export class Line {
  readonly broker: MintFeed = new MintFeed();
  readonly feed: Feed;
  readonly log: {
    readonly revision: number;
    readonly handle: Handle;
    readonly absolute: boolean;
  }[] = [];
  readonly #sent: WireSignedFrame[] = [];
  #late: WireSignedFrame[] = [];
  needsResync = true;
  faults = 0;

  constructor() {
    const { issuer, anchor } = this.broker;
    const clock = {
      now: () => this.broker.wallMillis,
      monotonicMillis: () => this.broker.monotonicMillis,
      after: () => ({ cancel: () => {} }),
    };
    this.feed = new Feed({ issuer, anchor: anchor.thumbprint, decoders, clock });
  }

  async open(): Promise<void> {
    const nonce = new Uint8Array(16);
    const opened = await this.feed.open(this.broker.opening(nonce), nonce);
    if (!opened.ok) throw new Error(opened.error);
  }

  async step({ cuts, absolute, fault, snapshotFault, salt }: Step): Promise<void> {
    this.broker.pass(0.1);
    const targets = Array.from({ length: cuts }, (_, at) => this.#target(at, absolute, salt));
    const frame =
      cuts === 0 ? this.broker.heartbeat() : this.broker.delta(targets.map(({ row }) => row));
    const first = this.broker.head - cuts + 1;
    for (const [at, { handle }] of targets.entries()) {
      this.log.push({ revision: first + at, handle, absolute });
    }
    if (this.needsResync) await this.#send(this.#whole(), snapshotFault, salt);
    else await this.#send(frame, fault, salt);
  }

  /**
   * Whether the view cuts of every handle all that the log cuts up to the view's revision, and nothing that no row
   * of the log cuts: behind a gap it may be ahead of its revision.
   */
  agrees(): boolean {
    const { view } = this.feed;
    return this.log.every(({ handle }) => {
      const all = this.log.filter((row) => row.handle === handle);
      const known = all.filter(({ revision }) => revision <= view.revision);
      const probes = all.flatMap(({ revision }) => [revision - 1, revision]);
      return [0, ...probes].every((rev) => {
        const cuts = view.faultOf([handle], rev as Revision) !== undefined;
        return cuts ? isCutBy(all, rev) : !isCutBy(known, rev);
      });
    });
  }

  /** Some handles are cut again and again. */
  #target(at: number, absolute: boolean, salt: number): { handle: Handle; row: Target } {
    const known = this.log[(salt + at) % Math.max(1, this.log.length)]?.handle;
    const handle = salt % 3 === 0 && known !== undefined ? known : freshHandle();
    return { handle, row: cutTarget(handle, absolute) };
  }

  #whole(): WireSignedFrame {
    const entries = this.log.map(({ revision, handle, absolute }) => ({
      revision: BigInt(revision),
      ...cutTarget(handle, absolute),
    }));
    const kind = FrameKind.FRAME_KIND_SNAPSHOT;
    return this.broker.frame({ kind, previousRevision: 0n, entries, snapshotLast: true });
  }

  async #send(frame: WireSignedFrame, fault: Fault, salt: number): Promise<void> {
    if (fault !== 'none') this.faults += 1;
    const { feedKey } = this.broker;
    const bad: Partial<Record<Fault, () => WireSignedFrame>> = {
      flip: () => ({ ...frame, frame: flipped(frame.frame, salt) }),
      'other-key': () => ({ ...changed(frame, {}, new MintKey()), keyId: feedKey.thumbprint }),
      'other-issuer': () => changed(frame, { issuer: 'https://evil.example' }, feedKey),
      old: () => this.#sent[salt % Math.max(1, this.#sent.length)] ?? frame,
    };
    const held = this.#late;
    this.#late = fault === 'late' ? [frame] : [];
    if (fault !== 'late' && fault !== 'drop') await this.#arrive(bad[fault]?.() ?? frame);
    if (fault === 'twice') await this.#arrive(frame);
    for (const each of held) await this.#arrive(each);
    this.#sent.push(frame);
  }

  /** As the transport does: a frame that was seen is dropped, after any other fault it starts anew. */
  async #arrive(frame: WireSignedFrame): Promise<void> {
    const applied = await this.feed.receive(frame);
    if (applied.ok) this.needsResync = this.needsResync && applied.value.change.kind !== 'replaced';
    else if (applied.error !== 'frame_replayed') this.needsResync = true;
  }
}
