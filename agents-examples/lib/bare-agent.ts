import { parseJoinString } from '@creance/proto';
import {
  IssueTokenRequest,
  IssueTokenResponse,
  OpenSessionRequest,
  OpenSessionResponse,
  SessionServiceService,
} from '@creance/proto/wire';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { type BareKey, bareKey, contentDigest, sha256, signed, thumbprintOf } from './bare-keys.js';
import { type UnaryEnd, unary } from './bare-wire.js';

/** All that a running agent holds. Whoever has a copy of it can act as the agent. */
export interface BareAgentMemory {
  readonly issuer: string;
  /** Public origin of the broker. */
  readonly address: string;
  readonly evidenceKey: BareKey;
  sessionKey: BareKey;
  sessionId: string;
  /** The newest token of each audience. */
  tokens: Record<string, string>;
  /** Of the last proof by the session key. */
  counter: number;
  /** The newest nonce of each origin. */
  nonces: Record<string, string>;
}

/** A refusal of the broker. */
class Refused extends Error {
  /** The stable code, as the SDK has it. */
  readonly code: string;

  constructor(reason: string) {
    super(reason);
    this.code = `CREANCE_${reason.toUpperCase()}`;
  }
}

/** A request to a resource: its audience, and the method of HTTP, GET when absent. */
export interface BareAim {
  readonly audience: string;
  readonly method?: string | undefined;
}

/**
 * An agent without the SDK: it speaks to the broker by hand, and its memory can be handed over, with the
 * key and the counter, which the SDK gives to nobody. For examples of theft, and of the wire.
 */
export class BareAgent {
  readonly memory: BareAgentMemory;
  readonly #clients = new Map<string, Client>();

  constructor(memory: BareAgentMemory) {
    this.memory = memory;
  }

  /** Redeems a join string and opens a session. */
  static async join(text: string): Promise<BareAgent> {
    const join = parseJoinString(text);
    if (join === undefined) throw new Error('this is no join string');
    const { issuer, address, joinToken } = join;
    const keys = { evidenceKey: bareKey(), sessionKey: bareKey() };
    const blank = { sessionId: '', tokens: {}, counter: 0, nonces: {} };
    const agent = new BareAgent({ issuer, address, ...keys, ...blank });
    await agent.#open(joinToken);
    return agent;
  }

  /** Opens another session, with a new session key and the evidence key that is registered. */
  async openAgain(): Promise<void> {
    this.memory.sessionKey = bareKey();
    this.memory.counter = 0;
    await this.#open(undefined);
  }

  /** Gets a token; later requests to this audience use it. */
  async getToken(audience: string, scopes: string[]): Promise<void> {
    const { path } = SessionServiceService.issueToken;
    const ask = { audience, scopes, lifetimeSeconds: 0 };
    const reply = await this.#call(path, () => IssueTokenRequest.encode(ask).finish());
    this.memory.tokens[audience] = IssueTokenResponse.decode(reply).token;
  }

  /** A request with the token and a proof (RFC 9449 §7.1); a nonce that is asked for is given. */
  async fetch(url: string, { audience, method = 'GET' }: BareAim): Promise<Response> {
    const { origin } = new URL(url);
    const send = async () => {
      const headers = this.#signed({ htm: method, htu: url }, origin, audience);
      const response = await fetch(url, { method, headers });
      const nonce = response.headers.get('dpop-nonce');
      if (nonce !== null) this.memory.nonces[origin] = nonce;
      return { response, isAsked: nonce !== null && response.status === 401 };
    };
    const { response, isAsked } = await send();
    return isAsked ? (await send()).response : response;
  }

  /** The same by gRPC: a unary method of a resource, called with an empty object of JSON. */
  async call(origin: string, path: string, { audience }: BareAim): Promise<UnaryEnd> {
    return this.#twice(origin, () => {
      const metadata = new Metadata();
      const headers = this.#signed({ htm: 'POST', htu: origin + path }, origin, audience);
      for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
      return unary(this.#clientOf(origin), path, Buffer.from('{}'), metadata);
    });
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  async #open(joinToken: string | undefined): Promise<void> {
    const { path } = SessionServiceService.openSession;
    this.memory.sessionId = '';
    const reply = await this.#call(path, () => {
      const assertion = this.#assertion(joinToken);
      const evidence =
        joinToken === undefined
          ? { kind: { $case: 'keyAssertion' as const, value: { assertion } } }
          : { kind: { $case: 'joinToken' as const, value: { joinToken, assertion } } };
      const parts = { childJoinToken: '', task: undefined, upstream: undefined };
      return OpenSessionRequest.encode({ evidence, ...parts }).finish();
    });
    const { sessionId } = OpenSessionResponse.decode(reply);
    this.memory.sessionId = Buffer.from(sessionId).toString('base64url');
  }

  /** A statement by the evidence key that the session key may open a session. */
  #assertion(joinToken: string | undefined): string {
    const { issuer, address, evidenceKey, sessionKey, nonces } = this.memory;
    return signed(evidenceKey, 'creance-evidence+jwt', {
      aud: issuer,
      exp: Math.floor(Date.now() / 1_000) + 30,
      nonce: nonces[address] ?? 'none',
      cnf: { jkt: thumbprintOf(sessionKey) },
      ...(joinToken !== undefined && { jth: sha256(joinToken) }),
    });
  }

  /** A proof by the session key: each one has the next number. */
  #proof(claims: Readonly<Record<string, string>>, origin: string): string {
    const { memory } = this;
    memory.counter += 1;
    const nonce = memory.nonces[origin];
    const numbered = { ...claims, ctr: memory.counter, ...(nonce !== undefined && { nonce }) };
    return signed(memory.sessionKey, 'dpop+jwt', numbered);
  }

  /** Token and proof of a request to a resource. */
  #signed(
    target: Readonly<Record<'htm' | 'htu', string>>,
    origin: string,
    audience: string,
  ): Record<'authorization' | 'dpop', string> {
    const token = this.memory.tokens[audience] ?? '';
    const dpop = this.#proof({ ...target, ath: sha256(token) }, origin);
    return { authorization: `DPoP ${token}`, dpop };
  }

  /** A call to the broker; rejects when it is refused. */
  async #call(path: string, request: () => Uint8Array): Promise<Buffer> {
    const { reply, refusal } = await this.#twice(this.memory.address, () =>
      this.#send(path, request()),
    );
    if (refusal !== undefined) throw new Refused(refusal);
    return reply;
  }

  #send(path: string, request: Uint8Array): Promise<UnaryEnd> {
    const { address, sessionId } = this.memory;
    const claims = { htm: 'POST', htu: address + path, content_digest: contentDigest(request) };
    const metadata = new Metadata();
    metadata.set('dpop', this.#proof(claims, address));
    if (sessionId !== '') metadata.set('creance-session', sessionId);
    return unary(this.#clientOf(address), path, request, metadata);
  }

  /** Sends once more when a nonce is asked for, and remembers the newest. */
  async #twice(origin: string, send: () => Promise<UnaryEnd>): Promise<UnaryEnd> {
    const sent = async () => {
      const end = await send();
      if (end.nonce !== undefined) this.memory.nonces[origin] = end.nonce;
      return end;
    };
    const first = await sent();
    return first.refusal === 'nonce_required' ? sent() : first;
  }

  #clientOf(origin: string): Client {
    const client =
      this.#clients.get(origin) ?? new Client(new URL(origin).host, credentials.createInsecure());
    this.#clients.set(origin, client);
    return client;
  }
}
