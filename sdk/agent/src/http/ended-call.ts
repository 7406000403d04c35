import { CreanceError } from '../errors/creance-error.js';
import { abortable } from '../runtime/abortable.js';

/** Asks why the session is of no use; undefined when it lives, or nobody can say. */
export type AskLife = () => Promise<CreanceError | undefined>;

/** Codes of connections that never came about: nobody has seen the token, so no cut has ended the call. */
const unsentCodes: readonly unknown[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/**
 * What to throw for the fault of a call that was under way. A resource that hears of a cut before the agent
 * does breaks the connection, and then the fault is the session's end, or its hold. The broker is asked:
 * one answer for all calls that broke together.
 */
export async function faultOfCall(
  fault: unknown,
  signal: AbortSignal,
  askLife: AskLife,
): Promise<unknown> {
  // What aborted gives its own reason, and what the SDK has thrown says why already.
  if (signal.aborted || fault instanceof CreanceError || unsentCodes.includes(networkCodeOf(fault)))
    return fault;
  return abortable(signal, askLife()).then(
    (reason) => reason ?? fault,
    (reason: unknown) => reason,
  );
}

function networkCodeOf(fault: unknown): unknown {
  const { cause } = (fault ?? {}) as { cause?: { code?: unknown } };
  return cause?.code;
}

/** The reply of a resource, whose body ends with the session's own error when a cut ends it. */
class ProtectedReply extends Response {
  readonly #from: Response;

  /** Takes over the body of a reply. */
  constructor(from: Response, body: ReadableStream<Uint8Array> | null) {
    const { status, statusText, headers } = from;
    super(body, { status, statusText, headers });
    this.#from = from;
  }

  override get url(): string {
    return this.#from.url;
  }

  override get type(): ResponseType {
    return this.#from.type;
  }

  override get redirected(): boolean {
    return this.#from.redirected;
  }

  override clone(): Response {
    return new ProtectedReply(this.#from, super.clone().body);
  }
}

/** The same reply, with a body that fails as `faultOfCall` says. */
export function endingWithSession(from: Response, signal: AbortSignal, askLife: AskLife): Response {
  const { body } = from;
  if (body === null || from.status > statusMax) return from;
  // Taken when somebody reads: an answer that nobody reads stays free to be collected, and its connection with it.
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  const source: UnderlyingByteSource = {
    type: 'bytes',
    async pull(controller) {
      reader ??= body.getReader();
      const { done, value } = await reader.read().catch(async (fault: unknown) => {
        throw await faultOfCall(fault, signal, askLife);
      });
      if (!done) return controller.enqueue(value);
      controller.close();
      // Who reads into a buffer of his own is answered only so (Streams §4.7.3).
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => (reader === undefined ? body : reader).cancel(reason),
  };
  const stream = new ReadableStream(source, { highWaterMark: 0 });
  return new ProtectedReply(from, stream);
}

/** The highest that a `Response` can be made with (Fetch §5.5). */
const statusMax = 599;
