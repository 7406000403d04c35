import { createHash, type JsonWebKey, randomUUID } from 'node:crypto';
import { type JoinString, parseJoinString } from '@creance/proto';
import {
  IssueTokenRequest,
  IssueTokenResponse,
  OpenSessionRequest,
  OpenSessionResponse,
} from '@creance/proto/wire';
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { BenchKey, proofMoment } from './bench-key.js';

const plain = (bytes: Buffer) => bytes;
const service = '/creance.v1.SessionService';

/**
 * A session over raw grpc-js and generated messages, without the SDK: what the broker is asked is then
 * exactly what the bench says. Keeps the nonce that the broker last gave.
 */
export class RawSession {
  readonly #client: Client;
  readonly #origin: string;
  readonly #key = new BenchKey();
  #id = '';
  #nonce: string | undefined;

  private constructor(origin: string) {
    this.#origin = origin;
    this.#client = new Client(new URL(origin).host, credentials.createInsecure(), {
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** Joins and opens a root. */
  static async open(joinText: string): Promise<RawSession> {
    const join = parseJoinString(joinText);
    if (join === undefined) throw new Error('the join string is none');
    const session = new RawSession(join.address);
    const evidenceKey = new BenchKey();
    // The first answer is a demand for a nonce.
    const ask = () => session.#unary('OpenSession', session.#evidence(join, evidenceKey));
    const reply = await ask().catch(ask);
    session.#id = OpenSessionResponse.decode(reply).sessionId.toString('base64url');
    return session;
  }

  /** The session's id, base64url. */
  get id(): string {
    return this.#id;
  }

  /** The private half of the session's key. */
  get privateJwk(): JsonWebKey {
    return this.#key.privateJwk;
  }

  /** A token for a resource. */
  async token(audience: string, scopes: readonly string[]): Promise<string> {
    const ask = { audience, scopes: [...scopes], lifetimeSeconds: 300 };
    const reply = await this.call('IssueToken', IssueTokenRequest.encode(ask).finish());
    return IssueTokenResponse.decode(reply).token;
  }

  /** A unary call, once more when a nonce is asked. */
  async call(method: string, request: Uint8Array): Promise<Buffer> {
    const nonce = this.#nonce;
    try {
      return await this.#unary(method, request);
    } catch (error) {
      if (this.#nonce === nonce) throw error;
      return this.#unary(method, request);
    }
  }

  /** The session's stream; its opening is proved by a fresh nonce where one is needed. */
  stream(): ClientDuplexStream<Buffer, Buffer> {
    const path = `${service}/Stream`;
    return this.#client.makeBidiStreamRequest(
      path,
      plain,
      plain,
      this.#metadata('Stream', new Uint8Array()),
    );
  }

  /** A proof for the stream with the nonce of a challenge. */
  challengeProof(nonce: string): string {
    return this.#proof('Stream', new Uint8Array(), nonce);
  }

  close(): void {
    this.#client.close();
  }

  #unary(method: string, request: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const answer = (error: ServiceError | null, reply?: Buffer) => {
        if (error === null && reply !== undefined) return resolve(reply);
        this.#nonce = error?.metadata.get('dpop-nonce')[0]?.toString() ?? this.#nonce;
        reject(error);
      };
      const bytes = Buffer.from(request);
      const metadata = this.#metadata(method, request);
      this.#client.makeUnaryRequest(`${service}/${method}`, plain, plain, bytes, metadata, answer);
    });
  }

  #metadata(method: string, request: Uint8Array): Metadata {
    const metadata = new Metadata();
    metadata.add('dpop', this.#proof(method, request, this.#nonce));
    if (this.#id !== '') metadata.add('creance-session', this.#id);
    return metadata;
  }

  #proof(method: string, request: Uint8Array, nonce: string | undefined): string {
    const digest = createHash('sha256').update(request).digest('base64');
    return signed(this.#key, 'dpop+jwt', {
      jti: randomUUID(),
      htm: 'POST',
      htu: `${this.#origin}${service}/${method}`,
      ...proofMoment(),
      content_digest: `sha-256=:${digest}:`,
      ...(nonce !== undefined && { nonce }),
    });
  }

  #evidence({ issuer, joinToken }: JoinString, evidenceKey: BenchKey): Uint8Array {
    const iat = nowSeconds();
    const assertion = signed(evidenceKey, 'creance-evidence+jwt', {
      aud: issuer,
      iat,
      exp: iat + 60,
      jti: randomUUID(),
      nonce: this.#nonce ?? 'none yet',
      cnf: { jkt: this.#key.id },
      jth: sha256(joinToken),
    });
    const kind = { $case: 'joinToken' as const, value: { joinToken, assertion } };
    const root = { childJoinToken: '', task: undefined, upstream: undefined };
    return OpenSessionRequest.encode({ evidence: { kind }, ...root }).finish();
  }
}

function signed(key: BenchKey, typ: string, claims: object): string {
  return key.jws({ typ, jwk: key.jwk }, JSON.stringify(claims));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function nowSeconds(): number {
  return Math.floor((performance.timeOrigin + performance.now()) / 1_000);
}
