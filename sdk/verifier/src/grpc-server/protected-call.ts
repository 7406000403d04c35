import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  status,
} from '@grpc/grpc-js';
import type { Identity } from '../identity.js';
import { endWithToken } from '../running-call.js';
import type { Verified } from '../verifier.js';
import { attachIdentity } from './identities.js';
import type { LateAim } from './late-aim.js';
import { type EndStatus, statusOf } from './status.js';

/** The inner side of a call, to which its events go. */
type Handler = Parameters<ServerInterceptingCallInterface['start']>[0];
type Status = Parameters<ServerInterceptingCallInterface['sendStatus']>[0];

/** Entries of the metadata that prove, and that a handler has no use for but could log. */
const bearerEntries = ['authorization', 'dpop'];

/**
 * One call between the wire and its handler. The handler learns of the call once token and proof are
 * good; when the token ends, the call ends at once, and whatever the handler still says goes nowhere.
 */
export class ProtectedCall extends ServerInterceptingCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #verify: (metadata: Metadata) => Promise<Verified>;
  /** What waits to be told of its message; undefined when nothing is. */
  readonly #aim: LateAim | undefined;
  #handler: Handler | undefined;
  #identity: Identity | undefined;
  /** Whether the handler has begun. */
  #isRunning = false;
  /** Whether somebody has ended the call. */
  #isOver = false;
  #isCancelled = false;

  constructor(
    call: ServerInterceptingCallInterface,
    verify: (metadata: Metadata) => Promise<Verified>,
    aim?: LateAim,
  ) {
    super(call);
    this.#call = call;
    this.#verify = verify;
    this.#aim = aim;
  }

  override start(handler: Handler): void {
    this.#handler = handler;
    this.#call.start({
      onReceiveMetadata: (metadata) => void this.#begin(metadata),
      // Nothing comes before it is asked for, and nobody asks before the handler runs.
      onReceiveMessage: (message) => {
        if (this.#isRunning && !this.#isOver && this.#isAimTold(message))
          handler.onReceiveMessage(message);
      },
      onReceiveHalfClose: () => {
        if (this.#isRunning && !this.#isOver) handler.onReceiveHalfClose();
      },
      onCancel: () => {
        this.#finish();
        this.#cancel();
      },
    });
  }

  override sendMetadata(metadata: Metadata): void {
    if (!this.#isOver) this.#call.sendMetadata(metadata);
  }

  override sendMessage(message: unknown, callback: () => void): void {
    if (!this.#isOver) this.#call.sendMessage(message, callback);
  }

  override sendStatus(end: Status): void {
    if (this.#isOver) return;
    this.#finish();
    this.#call.sendStatus(end);
  }

  async #begin(metadata: Metadata): Promise<void> {
    const verified = await this.#verify(metadata).catch(() => undefined);
    if (verified === undefined) return this.#end(internal());
    if (!verified.ok) return this.#end(statusOf(verified.failure));
    const { identity } = verified;
    if (this.#isOver) return identity.release();
    this.#identity = identity;
    if (!endWithToken(identity, (failure) => this.#end(statusOf(failure)))) return;
    for (const entry of bearerEntries) metadata.remove(entry);
    attachIdentity(metadata, identity);
    this.#isRunning = true;
    this.#handler?.onReceiveMetadata(metadata);
  }

  /** What the call is aimed at is known now; an action of which it cannot be told does not begin. */
  #isAimTold(message: unknown): boolean {
    try {
      this.#aim?.take(message);
      return true;
    } catch {
      this.#end(internal());
      return false;
    }
  }

  /** Ends the call from our side. The handler is told at once: a peer that reads nothing delays the wire. */
  #end(end: EndStatus): void {
    if (this.#isOver) return;
    this.#finish();
    this.#call.sendStatus(end);
    this.#cancel();
  }

  #finish(): void {
    this.#isOver = true;
    this.#aim?.none();
    this.#identity?.release();
  }

  #cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#handler?.onCancel();
  }
}

/** A fault of ours: nobody is let through for it. */
function internal(): EndStatus {
  return { code: status.INTERNAL, details: 'internal error', metadata: new Metadata() };
}
