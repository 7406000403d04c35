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

  /** Whether the view says of every handle what the log says up to the view's revision. */
  agrees(): boolean {
    const { view } = this.feed;
    const at = view.revision;
    return this.log.every(({ handle }) => {
      const rows = this.log.filter((row) => row.handle === handle && row.revision <= at);
      const isAbsolute = rows.some((row) => row.absolute);
      const last = Math.max(0, ...rows.map(({ revision }) => revision));
      const below = view.faultOf([handle], Math.max(0, last - 1) as Revision) !== undefined;
      const above = view.faultOf([handle], last as Revision) !== undefined;
      return below === rows.length > 0 && above === isAbsolute;
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
