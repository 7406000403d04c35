import { isJoinToken, nameCharsMax } from '@creance/proto';
import {
  CreateChildJoinTokenRequest,
  CreateChildJoinTokenResponse,
  SessionServiceService,
} from '@creance/proto/wire';
import { decodeReply, secondsOf } from '../broker/read.js';
import { configurationError, replyMalformed } from '../errors/local.js';
import { inspectAsText } from '../runtime/opaque.js';
import { creance, spanName } from '../telemetry/names.js';
import type { LineAsk } from './line-ask.js';
import { type Task, wireTaskOf } from './task.js';

/** Who may become a child, and for what. */
export interface ChildJoinTokenRequest {
  /** Registered name of the child's workload; the parent's own workload must name it in its manifest. */
  readonly workload: string;
  /** What the child is for. */
  readonly task?: Task | undefined;
}

/**
 * By it a process with evidence and a key of its own becomes a child of the session that made it, once,
 * within about a minute. Its text is bearer material: only `reveal` gives it.
 */
export interface ChildJoinToken {
  /** Name of the child's workload. */
  readonly workload: string;
  /** End of the token by the broker's clock. */
  readonly expiresAt: Date;
  /** The token itself, for `creance.session({ childJoinToken })` in the other process. */
  reveal(): string;
  /** `[creance child join token for …, expires …]`. */
  toString(): string;
  /** The same. */
  toJSON(): string;
}

/** A child join token that the broker made. */
export class MadeChildJoinToken implements ChildJoinToken {
  static {
    inspectAsText(MadeChildJoinToken.prototype);
  }

  readonly #text: string;
  readonly #expiresSeconds: number;
  readonly workload: string;

  constructor(text: string, workload: string, expiresSeconds: number) {
    this.#text = text;
    this.#expiresSeconds = expiresSeconds;
    this.workload = workload;
  }

  get expiresAt(): Date {
    return new Date(this.#expiresSeconds * 1_000);
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    const expires = this.expiresAt.toISOString();
    return `[creance child join token for ${this.workload}, expires ${expires}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/**
 * Asks for a child join token. May be asked twice: one of which nobody heard is known to nobody, and is
 * gone in a minute.
 */
export function childJoinTokenAsk({
  workload,
  task,
}: ChildJoinTokenRequest): LineAsk<MadeChildJoinToken> {
  if (typeof workload !== 'string' || workload === '' || workload.length > nameCharsMax)
    throw configurationError('workload_malformed');
  const request = CreateChildJoinTokenRequest.encode({ workload, task: wireTaskOf(task) }).finish();
  return {
    path: SessionServiceService.createChildJoinToken.path,
    request: () => request,
    digest: true,
    span: { name: spanName.delegate, attributes: { [creance.childWorkload]: workload } },
    read: (bytes) => {
      const response = decodeReply(CreateChildJoinTokenResponse, bytes);
      const { childJoinToken } = response;
      if (!isJoinToken(childJoinToken)) throw replyMalformed();
      const expiresSeconds = secondsOf(response.expiresUnixSeconds);
      return new MadeChildJoinToken(childJoinToken, workload, expiresSeconds);
    },
  };
}
