import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { nameOf } from '../actions/action-name.js';
import { around, failed, type SpanAround, tracer } from './around.js';
import { creance, genAi, genAiOperation, genAiOptIn } from './names.js';

/** A session, as its spans name it. */
export interface TracedSession {
  readonly id: string;
  readonly workload: string;
  /** The session of this process that delegated it. */
  readonly parent?: SessionTrace | undefined;
  /** Whether nothing can be above it, but for `parent`. */
  readonly isRoot: boolean;
  /** The span that its opening has begun. */
  readonly opening?: OpeningTrace | undefined;
}

/**
 * A session that is being opened. With the conventions for generative AI its span begins here, so that the
 * agent's first call, the opening, is in the same trace as all that follows.
 */
export class OpeningTrace {
  /** Undefined without the conventions. */
  readonly span: Span | undefined;
  /** Where the call hangs that opens it. */
  readonly above: Context;

  constructor() {
    const within = context.active();
    const { invokeAgent } = genAiOperation;
    // Named by its workload once the broker has said which that is.
    this.span = isGenAiWanted()
      ? tracer().startSpan(invokeAgent, { kind: SpanKind.INTERNAL }, within)
      : undefined;
    this.above = this.span === undefined ? within : trace.setSpan(within, this.span);
  }

  /** There is no session. */
  failed(error: unknown): void {
    if (this.span === undefined) return;
    failed(this.span, error);
    this.span.end();
  }
}

/**
 * What the spans of a session have in common. With the conventions for generative AI the session has a span
 * of its own, for as long as it lives, under which its work hangs unless the caller has a span.
 */
export class SessionTrace {
  /** Of every span of the session. */
  readonly attributes: Attributes;
  readonly #root: string | undefined;
  readonly #genAi: Attributes | undefined;
  readonly #own: Span | undefined;

  constructor({ id, workload, parent, isRoot, opening }: TracedSession) {
    this.#root = parent === undefined ? (isRoot ? id : undefined) : parent.#root;
    const above = parent?.attributes[creance.session];
    this.attributes = {
      [creance.session]: id,
      [creance.workload]: workload,
      ...(above !== undefined && { [creance.parent]: above }),
      ...(this.#root !== undefined && { [creance.root]: this.#root }),
    };
    this.#genAi = isGenAiWanted() ? genAiOf(id, workload) : undefined;
    if (this.#genAi === undefined) return;
    const operation = genAiOperation.invokeAgent;
    const attributes = { ...this.attributes, ...this.#genAi, [genAi.operation]: operation };
    const name = `${operation} ${workload}`;
    this.#own =
      opening?.span?.updateName(name).setAttributes(attributes) ??
      tracer().startSpan(
        name,
        { kind: SpanKind.INTERNAL, attributes },
        parent?.above ?? context.active(),
      );
  }

  /** Where new spans of the session hang: below the caller's, else below the session's own. */
  get above(): Context {
    const active = context.active();
    if (this.#own === undefined || trace.getSpan(active) !== undefined) return active;
    return trace.setSpan(active, this.#own);
  }

  /** A span around a call to the broker, as one of this session. */
  of<T>(span: SpanAround<T>): SpanAround<T> {
    return { ...span, attributes: { ...this.attributes, ...span.attributes }, above: this.above };
  }

  /** Runs the work of a tool. Its span is one of the conventions for generative AI alone. */
  tool<T>(given: string, work: () => T | Promise<T>): Promise<T> {
    const run = async () => work();
    if (this.#genAi === undefined) return run();
    const [operation, name] = [genAiOperation.executeTool, nameOf(given) ?? '_OTHER'];
    const named = { ...this.#genAi, [genAi.operation]: operation, [genAi.tool]: name };
    const span = { name: `${operation} ${name}`, kind: SpanKind.INTERNAL, attributes: named };
    return around(this.of<T>(span), run);
  }

  /** The session is over, for this reason unless it was closed in order. */
  end(error: unknown): void {
    if (this.#own === undefined) return;
    if (error !== undefined) failed(this.#own, error);
    this.#own.end();
  }
}

function isGenAiWanted(): boolean {
  const asked = process.env[genAiOptIn.variable] ?? '';
  return asked.split(',').some((word) => word.trim() === genAiOptIn.word);
}

function genAiOf(id: string, workload: string): Attributes {
  return { [genAi.agentId]: workload, [genAi.agentName]: workload, [genAi.conversation]: id };
}
