import type { Destination } from './destinations.js';
import type { Identity } from './identity.js';
import { checkScopes } from './options.js';
import type { OriginOptions } from './origin.js';
import { failureOfEnd } from './running-call.js';
import type { Verifier } from './verifier.js';

/** What an action asks for. */
export interface ProtectOptions extends Pick<OriginOptions<Request>, 'clientAddress'> {
  /** Scopes of the action: the token must hold them all. At least one. */
  readonly scopes: readonly string[];
  /** Name of the action in reports, such as `GET /contacts/:id`; by default the method alone. */
  readonly action?: string | undefined;
  /**
   * What a request is aimed at, for reports. Called for every request, also for those that are refused: it
   * must not act, and reads the body of a clone. Only hashes leave the process. What it throws fails the
   * request.
   */
  readonly destinations?: ((request: Request) => Named | Promise<Named>) | undefined;
}

type Named = readonly Destination[] | undefined;

/** Answers a request whose token and proof are good. */
export type WebHandler = (request: Request, identity: Identity) => Response | Promise<Response>;

/**
 * Protects a handler of Web-standard requests: it is called only for requests whose token holds all
 * scopes. When the token ends while the handler works, the request is refused; when it ends while the
 * answer streams, the stream fails. The identity is released when the answer is done. Throws for a scope
 * that is none by form.
 */
export function protect(
  verifier: Verifier,
  { scopes, action, destinations, clientAddress }: ProtectOptions,
  handler: WebHandler,
): (request: Request) => Promise<Response> {
  const required = Object.freeze([...scopes]);
  checkScopes(required);
  return async (request) => {
    const verified = await verifier.verify(request, {
      scopes: required,
      action,
      destinations: await destinations?.(request),
      // A Web request does not know its peer.
      origin: {
        address: clientAddress?.(request),
        client: request.headers.get('user-agent'),
      },
    });
    if (!verified.ok) return verified.failure.response();
    const { identity } = verified;
    try {
      const answer = await unlessEnded(identity, () => handler(request, identity));
      return answer === undefined ? refusal(identity) : endingWithToken(answer, identity);
    } catch (fault) {
      identity.release();
      throw fault;
    }
  };
}

function refusal({ signal }: Identity): Response {
  return failureOfEnd(signal).response();
}

/** What the handler answers; undefined when the token ends before. */
async function unlessEnded(
  { signal }: Identity,
  answer: () => Response | Promise<Response>,
): Promise<Response | undefined> {
  if (signal.aborted) return undefined;
  const ended = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const answered = Promise.resolve(answer());
  const first = await Promise.race([answered, ended]);
  if (first !== undefined) return first;
  // Nobody takes what still comes.
  answered.then(({ body }) => body?.cancel()).catch(() => {});
  return undefined;
}

function endingWithToken(answer: Response, identity: Identity): Response {
  const { body, headers, status, statusText } = answer;
  if (body === null) {
    identity.release();
    return answer;
  }
  if (identity.signal.aborted) {
    void body.cancel().catch(() => {});
    return refusal(identity);
  }
  return new Response(streamOf(body, identity), { headers, status, statusText });
}

/** Passes a body on as it is read, until its end or that of the token. */
function streamOf(
  body: ReadableStream<Uint8Array>,
  identity: Identity,
): ReadableStream<Uint8Array> {
  const { signal } = identity;
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = () => {
          controller.error(signal.reason);
          reader.cancel(signal.reason).catch(() => {});
        };
        signal.addEventListener('abort', end, { once: true });
      },
      async pull(controller) {
        const { done, value } = await reader.read().catch((fault: unknown) => {
          identity.release();
          throw fault;
        });
        if (signal.aborted) return;
        if (!done) return controller.enqueue(value);
        identity.release();
        controller.close();
      },
      cancel(reason) {
        identity.release();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
