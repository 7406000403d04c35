import { createHash, randomUUID } from 'node:crypto';
import { type JoinString, parseJoinString } from '@creance/proto';
import {
  CutRequest,
  CutResponse,
  EndSessionRequest,
  IssueTokenRequest,
  IssueTokenResponse,
  OpenSessionRequest,
  OpenSessionResponse,
  RenewSessionRequest,
} from '@creance/proto/wire';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Refused, refusedOf } from './refused.js';
import type { TestKey } from './test-key.js';

/** What an OpenSessionRequest says of a root without a task. */
export const asRoot: Pick<OpenSessionRequest, 'childJoinToken' | 'task' | 'upstream'> = {
  childJoinToken: '',
  task: undefined,
  upstream: undefined,
};

/** SHA-256 as base64url. */
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

const numbers = new WeakMap<TestKey, number>();

/** The next number of a key's proofs, whoever makes them: two counters of one key are a clone. */
export function nextNumber(key: TestKey, above = 0): number {
  const next = Math.max(numbers.get(key) ?? 0, above) + 1;
  numbers.set(key, next);
  return next;
}

/**
 * A client of the broker that does by hand what the SDK does, without retries or caches, so that a test
 * decides every byte. It keeps the nonce that the broker last gave.
 */
export class RawClient {
  readonly address: string;
  /** Every proof and assertion that was sent, for tests that look for them afterwards. */
  readonly sent: string[] = [];
  readonly #client: Client;
  #nonce: string | undefined;
  #counter = 0;
  /** Whether a test has set the counter: then it goes its own way. */
  #isTold = false;

  constructor(address: string) {
    this.address = address;
    this.#client = new Client(new URL(address).host, credentials.createInsecure(), {
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 200,
    });
  }

  close(): void {
    this.#client.close();
  }

  /** The counter of the last proof; set by whoever copies or skips. */
  get counter(): number {
    return this.#counter;
  }

  set counter(counter: number) {
    this.#counter = counter;
    this.#isTold = true;
  }

  /** The nonce that the broker last gave. */
  get nonce(): string | undefined {
    return this.#nonce;
  }

  /** Calls with a proof by a key, once more when a nonce is asked. */
  async call(method: string, request: Uint8Array, key: TestKey, session?: string): Promise<Buffer> {
    try {
      return await this.#once(method, request, key, session);
    } catch (error) {
      if (error instanceof Refused && error.reason === 'nonce_required') {
        return this.#once(method, request, key, session);
      }
      throw error;
    }
  }

  /** A proof for a call; `more` overrides claims. */
  proof(method: string, request: Uint8Array, key: TestKey, more: object = {}): string {
    this.#counter = this.#isTold ? this.#counter + 1 : nextNumber(key, this.#counter);
    const proof = key.jws('dpop+jwt', {
      jti: randomUUID(),
      htm: 'POST',
      htu: `${this.address}/creance.v1.${method}`,
      iat: Math.floor(Date.now() / 1_000),
      ctr: this.#counter,
      content_digest: `sha-256=:${createHash('sha256').update(request).digest('base64')}:`,
      ...(this.#nonce !== undefined && { nonce: this.#nonce }),
      ...more,
    });
    this.sent.push(proof);
    return proof;
  }

  /** Sends bytes with metadata as given. */
  send(
    method: string,
    request: Uint8Array,
    entries: readonly (readonly [string, string])[],
  ): Promise<Buffer> {
    const metadata = new Metadata();
    for (const [name, value] of entries) metadata.add(name, value);
    const plain = (bytes: Buffer) => bytes;
    return new Promise((resolve, reject) => {
      const answer = (error: ServiceError | null, reply?: Buffer) => {
        if (error === null && reply !== undefined) return resolve(reply);
        const nonce = error?.metadata.get('dpop-nonce')[0];
        if (nonce !== undefined) this.#nonce = String(nonce);
        reject(refusedOf(error as ServiceError));
      };
      const path = `/creance.v1.${method}`;
      const deadline = Date.now() + 5_000;
      this.#client.makeUnaryRequest(
        path,
        plain,
        plain,
        Buffer.from(request),
        metadata,
        { deadline },
        answer,
      );
    });
  }

  #once(method: string, request: Uint8Array, key: TestKey, session?: string): Promise<Buffer> {
    const proof = this.proof(method, request, key);
    const id = session === undefined ? [] : ([['creance-session', session]] as const);
    return this.send(method, request, [['dpop', proof], ...id]);
  }

  /** The evidence of a join string or of a registered key, vouching for a session key. */
  evidence(
    join: JoinString,
    evidenceKey: TestKey,
    sessionKey: TestKey,
    redeem: boolean,
  ): OpenSessionRequest {
    const iat = Math.floor(Date.now() / 1_000);
    const assertion = evidenceKey.jws('creance-evidence+jwt', {
      aud: join.issuer,
      iat,
      exp: iat + 60,
      jti: randomUUID(),
      nonce: this.#nonce ?? 'none-yet',
      cnf: { jkt: sessionKey.thumbprint },
      ...(redeem && { jth: sha256(join.joinToken) }),
    });
    this.sent.push(assertion);
    const { joinToken } = join;
    return {
      evidence: {
        kind: redeem
          ? { $case: 'joinToken', value: { joinToken, assertion } }
          : { $case: 'keyAssertion', value: { assertion } },
      },
      ...asRoot,
    };
  }

  /** Opens a session; `redeem` joins, otherwise the key must be registered. */
  async open(
    joinText: string,
    evidenceKey: TestKey,
    sessionKey: TestKey,
    redeem: boolean,
  ): Promise<OpenSessionResponse> {
    const join = parseJoinString(joinText);
    if (join === undefined) throw new Error('the join string is none');
    const attempt = () => {
      const request = OpenSessionRequest.encode(
        this.evidence(join, evidenceKey, sessionKey, redeem),
      ).finish();
      return this.#once('SessionService/OpenSession', request, sessionKey);
    };
    const reply = await attempt().catch((error) => {
      if (error instanceof Refused && error.reason === 'nonce_required') return attempt();
      throw error;
    });
    return OpenSessionResponse.decode(reply);
  }

  async issue(
    session: string,
    key: TestKey,
    audience: string,
    scopes: string[],
    lifetimeSeconds = 0,
  ): Promise<IssueTokenResponse> {
    const request = IssueTokenRequest.encode({ audience, scopes, lifetimeSeconds }).finish();
    return IssueTokenResponse.decode(
      await this.call('SessionService/IssueToken', request, key, session),
    );
  }

  async renew(session: string, key: TestKey): Promise<void> {
    await this.call(
      'SessionService/RenewSession',
      RenewSessionRequest.encode({}).finish(),
      key,
      session,
    );
  }

  async end(session: string, key: TestKey): Promise<void> {
    await this.call(
      'SessionService/EndSession',
      EndSessionRequest.encode({}).finish(),
      key,
      session,
    );
  }

  /** Cuts a session as an operator. */
  async cut(
    operator: string,
    key: TestKey,
    sessionId: Buffer,
    reason: string,
  ): Promise<CutResponse> {
    const request = CutRequest.encode({
      target: { $case: 'sessionId', value: sessionId },
      reason,
    }).finish();
    return CutResponse.decode(await this.call('OperatorService/Cut', request, key, operator));
  }
}
