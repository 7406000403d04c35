import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseProof, type UnverifiedProof } from '@creance/proto';

/** A request as the resource saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly proof: UnverifiedProof;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** What the resource answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Keeps the reply open after the first bytes. */
  readonly hang?: boolean;
  /** Breaks the connection after the first bytes; before the reply when there are none. */
  readonly breaks?: boolean;
}

/** For tests: what lets a request through. */
export const good: Answer = { status: 200, body: 'ok' };

/** For tests: a challenge as a verifier words it (RFC 9449 §7.1, §9). */
export function refusal(error: string, nonce?: string): Answer {
  const challenge = { 'www-authenticate': `DPoP algs="ES256", error="${error}"` };
  return { status: 401, headers: { ...challenge, ...(nonce && { 'dpop-nonce': nonce }) } };
}

/** For tests: lets a resource answer in order; the last one stays. */
export function answerInTurn(resource: Resource, answers: Answer[]): void {
  resource.answer = () => (answers.length > 1 ? answers.shift() : answers[0]) ?? good;
}

/** For tests: a protected HTTP service on loopback that answers as it is told. */
export interface Resource {
  readonly origin: string;
  readonly seen: SeenRequest[];
  /** Proofs that do not fit their request. */
  readonly faults: string[];
  answer: (request: SeenRequest) => Answer | Promise<Answer>;
  close(): Promise<void>;
}

/** Starts the service. It checks that each proof is for its request and its token, and used once. */
export async function startResource(): Promise<Resource> {
  const ids = new Set<string>();
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const resource: Resource = {
    origin: `http://127.0.0.1:${port}`,
    seen: [],
    faults: [],
    answer: () => ({ status: 200, body: 'ok' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = await read(request);
    resource.seen.push(seen);
    const fault = faultOf(seen, resource.origin, ids);
    if (fault !== undefined) resource.faults.push(fault);
    const { status, headers, body, hang, breaks } = await resource.answer(seen);
    if (breaks && body === undefined) return void response.destroy();
    response.writeHead(status, { ...headers });
    if (breaks) response.write(body ?? '', () => response.destroy());
    else if (hang) response.write(body ?? '');
    else response.end(body);
  }
  return resource;
}

async function read(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url = '', headers } = request;
  const proof = parseProof(String(headers['dpop']));
  if (!proof.ok) throw new Error(`the SDK made a proof that is ${proof.error}`);
  const token = (headers.authorization ?? '').replace(/^DPoP /, '');
  const body = Buffer.concat(chunks).toString();
  return { method, url, token, proof: proof.value, body, headers };
}

function faultOf(seen: SeenRequest, origin: string, ids: Set<string>): string | undefined {
  const { proof, method, url, token } = seen;
  if (ids.has(proof.id)) return 'a proof was used twice';
  ids.add(proof.id);
  if (proof.method !== method) return `htm ${proof.method} for ${method}`;
  if (proof.target !== origin + url.split('?')[0]) return `htu ${proof.target} for ${url}`;
  const hash = createHash('sha256').update(token).digest('base64url');
  return proof.tokenHash === hash ? undefined : 'ath is of another token';
}
