import { createHash } from 'node:crypto';
import { encodeBase64url } from '@creance/proto';
import { audiences } from './flow-manifest.js';
import type { HttpResource } from './flow-resource.js';
import { RawClient } from './raw-client.js';
import { TestKey } from './test-key.js';

/** A request, ready to be sent. */
export interface BareRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string;
  readonly dpop: string;
}

/** SHA-256 as base64url. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** An agent without the SDK: its key, counter and tokens can be copied, and every proof is a test's own. */
export class BareAgent {
  readonly client: RawClient;
  readonly join: string;
  readonly evidenceKey: TestKey;
  readonly nonces: Map<string, string>;
  key: TestKey;
  id: string;

  constructor(
    client: RawClient,
    own: Pick<BareAgent, 'join' | 'evidenceKey' | 'key' | 'id' | 'nonces'>,
  ) {
    this.client = client;
    this.join = own.join;
    this.evidenceKey = own.evidenceKey;
    this.key = own.key;
    this.id = own.id;
    this.nonces = own.nonces;
  }

  /** Redeems a join string and opens a session. */
  static async join(address: string, join: string): Promise<BareAgent> {
    const own = { join, evidenceKey: new TestKey(), key: new TestKey(), id: '', nonces: new Map() };
    const agent = new BareAgent(new RawClient(address), own);
    await agent.open(true);
    return agent;
  }

  /** Opens a session with the same evidence and a key of its own. */
  async open(redeem = false): Promise<void> {
    const key = new TestKey();
    const opened = await this.client.open(this.join, this.evidenceKey, key, redeem);
    this.key = key;
    this.id = encodeBase64url(opened.sessionId);
    this.client.counter = 0;
  }

  /** Somebody who has copied all that it holds: key, session, counter and nonces. */
  copy(): BareAgent {
    const client = new RawClient(this.client.address);
    client.counter = this.client.counter;
    const { join, evidenceKey, key, id } = this;
    return new BareAgent(client, { join, evidenceKey, key, id, nonces: new Map(this.nonces) });
  }

  async token({ name, scope }: Pick<HttpResource, 'name' | 'scope'>): Promise<string> {
    return (await this.client.issue(this.id, this.key, audiences[name], [scope])).token;
  }

  /** A request with a fresh proof; `more` overrides claims. */
  request(token: string, url: string, more: object = {}, key: TestKey = this.key): BareRequest {
    const nonce = this.nonces.get(new URL(url).origin);
    const claims = { htm: 'GET', htu: url, ath: sha256(token), nonce, content_digest: undefined };
    const dpop = this.client.proof('', new Uint8Array(), key, { ...claims, ...more });
    const { htm: method } = { ...claims, ...more } as { htm: string };
    return { method, url, authorization: `DPoP ${token}`, dpop };
  }

  /** Sends a request; gives `ok` or the reason of its refusal, and keeps the nonce that comes along. */
  async send({ method, url, authorization, dpop }: BareRequest): Promise<string> {
    const reply = await fetch(url, { method, headers: { authorization, dpop } });
    const nonce = reply.headers.get('dpop-nonce');
    if (nonce !== null) this.nonces.set(new URL(url).origin, nonce);
    const body = (await reply.json()) as { reason?: string };
    return reply.ok ? 'ok' : (body.reason ?? String(reply.status));
  }

  /** One use of a token; a nonce that is asked for is given. */
  async use(token: string, url: string): Promise<string> {
    const first = await this.send(this.request(token, url));
    return first === 'nonce_required' ? this.send(this.request(token, url)) : first;
  }

  close(): void {
    this.client.close();
  }
}
