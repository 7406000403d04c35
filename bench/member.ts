import { createHash, randomUUID } from 'node:crypto';
import { parseJoinString } from '@creance/proto';
import {
  EndSessionRequest,
  IssueTokenRequest,
  IssueTokenResponse,
  OpenSessionRequest,
  OpenSessionResponse,
  SessionServiceService,
} from '@creance/proto/wire';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { BenchKey } from './bench-key.js';

const plain = (bytes: Buffer) => bytes;

/** A connection to the broker that many members share, and the nonce that came over it last. */
export class MemberLine {
  readonly origin: string;
  readonly #client: Client;
  nonce: string | undefined;

  constructor(origin: string) {
    this.origin = origin;
    this.#client = new Client(new URL(origin).host, credentials.createInsecure(), {
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** One unary call. */
  unary(path: string, request: Buffer, metadata: Metadata): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const answer = (error: ServiceError | null, reply?: Buffer) => {
        if (error === null && reply !== undefined) return resolve(reply);
        this.nonce = error?.metadata.get('dpop-nonce')[0]?.toString() ?? this.nonce;
        reject(error);
      };
      this.#client.makeUnaryRequest(path, plain, plain, request, metadata, answer);
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** What a proof says beside method and URL. */
type ProofClaims = Readonly<Record<string, string | number | undefined>>;

/**
 * A session of any kind over raw grpc-js, without the SDK, which would report what it does. Thousands of
 * them share a line.
 */
export class Member {
  readonly #line: MemberLine;
  readonly #key = new BenchKey();
  #id: Buffer = Buffer.alloc(0);
  #counter = 0;

  private constructor(line: MemberLine) {
    this.#line = line;
  }

  /** Redeems a join string with a new key, over a line to its broker. */
  static async open(line: MemberLine, joinText: string): Promise<Member> {
    const join = parseJoinString(joinText);
    if (join === undefined) throw new Error('the join string is none');
    const member = new Member(line);
    const evidenceKey = new BenchKey();
    const { path } = SessionServiceService.openSession;
    const root = { childJoinToken: '', task: undefined, upstream: undefined };
    const reply = await member.#asked(path, () => {
      const assertion = member.#assertion(evidenceKey, join);
      const value = { joinToken: join.joinToken, assertion };
      const evidence = { kind: { $case: 'joinToken' as const, value } };
      return OpenSessionRequest.encode({ evidence, ...root }).finish();
    });
    member.#id = OpenSessionResponse.decode(reply).sessionId;
    return member;
  }

  /** The session's id, 16 bytes. */
  get id(): Buffer {
    return this.#id;
  }

  /** A call to the broker. */
  call(path: string, request: Uint8Array): Promise<Buffer> {
    return this.#asked(path, () => request);
  }

  /** A token for a resource. */
  async token(audience: string, scopes: readonly string[]): Promise<string> {
    const ask = { audience, scopes: [...scopes], lifetimeSeconds: 0 };
    const { path } = SessionServiceService.issueToken;
    const reply = await this.call(path, IssueTokenRequest.encode(ask).finish());
    return IssueTokenResponse.decode(reply).token;
  }

  /** Ends the session. */
  async end(): Promise<void> {
    await this.call(SessionServiceService.endSession.path, EndSessionRequest.encode({}).finish());
  }

  /** A proof by the session's key, with the next number. */
  proof(htm: string, htu: string, claims: ProofClaims): string {
    this.#counter += 1;
    const more = { jti: randomUUID(), iat: nowSeconds(), ctr: this.#counter };
    const payload = JSON.stringify({ htm, htu, ...more, ...claims });
    return this.#key.jws({ typ: 'dpop+jwt', jwk: this.#key.jwk }, payload);
  }

  /** Once more when the broker wants another nonce than the one that was sent. */
  async #asked(path: string, request: () => Uint8Array): Promise<Buffer> {
    const { nonce } = this.#line;
    try {
      return await this.#ask(path, Buffer.from(request()));
    } catch (error) {
      if (this.#line.nonce === nonce) throw error;
      return this.#ask(path, Buffer.from(request()));
    }
  }

  #ask(path: string, request: Buffer): Promise<Buffer> {
    const metadata = new Metadata();
    const digest = createHash('sha256').update(request).digest('base64');
    const content_digest = `sha-256=:${digest}:`;
    const { nonce, origin } = this.#line;
    metadata.add('dpop', this.proof('POST', `${origin}${path}`, { content_digest, nonce }));
    if (this.#id.length > 0) metadata.add('creance-session', this.#id.toString('base64url'));
    return this.#line.unary(path, request, metadata);
  }

  #assertion(
    evidenceKey: BenchKey,
    { issuer, joinToken }: { readonly issuer: string; readonly joinToken: string },
  ): string {
    const iat = nowSeconds();
    const claims = {
      aud: issuer,
      iat,
      exp: iat + 60,
      jti: randomUUID(),
      nonce: this.#line.nonce ?? 'none yet',
      cnf: { jkt: this.#key.id },
      jth: createHash('sha256').update(joinToken).digest('base64url'),
    };
    const header = { typ: 'creance-evidence+jwt', jwk: evidenceKey.jwk };
    return evidenceKey.jws(header, JSON.stringify(claims));
  }
}

function nowSeconds(): number {
  return Math.floor((performance.timeOrigin + performance.now()) / 1_000);
}
