import { join } from 'node:path';
import {
  CompromiseKeyRequest,
  CompromiseKeyResponse,
  CreateJoinTokenRequest,
  CreateJoinTokenResponse,
  CutRequest,
  ListKeysRequest,
  ListKeysResponse,
  ListVerifiersRequest,
  ListVerifiersResponse,
  SessionKind,
} from '@creance/proto/wire';
import { Client, credentials } from '@grpc/grpc-js';

const reason = 'a test';

/** The owner of a development broker, over its socket. */
export class StageOperator {
  /** Of the newest cut. */
  revision = 0n;
  readonly #data: string;

  constructor(data: string) {
    this.#data = data;
  }

  /** A join string for a workload, or for the verifier of a resource. */
  async joinString(kind: 'workload' | 'verifier', name: string): Promise<string> {
    const kinds = {
      workload: SessionKind.SESSION_KIND_WORKLOAD,
      verifier: SessionKind.SESSION_KIND_VERIFIER,
    };
    const ask = { kind: kinds[kind], name, uses: 1, lifetimeSeconds: 0, networks: [] };
    const bytes = CreateJoinTokenRequest.encode(ask).finish();
    const reply = await this.#call('RegistryService/CreateJoinToken', bytes);
    return CreateJoinTokenResponse.decode(reply).joinString;
  }

  /** Cuts a session; resolves when the cut is durable. */
  async cut(sessionId: string): Promise<void> {
    const target = { $case: 'sessionId' as const, value: Buffer.from(sessionId, 'base64url') };
    await this.#call('OperatorService/Cut', CutRequest.encode({ target, reason }).finish());
  }

  /** Cuts the key that signs tokens: every token is refused from now on, and no session ends. */
  async cutTokenKey(): Promise<void> {
    const listed = await this.#call(
      'OperatorService/ListKeys',
      ListKeysRequest.encode({}).finish(),
    );
    const keyId = ListKeysResponse.decode(listed).keys.find(({ signing }) => signing)?.keyId ?? '';
    const bytes = CompromiseKeyRequest.encode({ keyId, reason }).finish();
    const reply = await this.#call('OperatorService/CompromiseKey', bytes);
    this.revision = CompromiseKeyResponse.decode(reply).revision;
  }

  /** The revision that each verifier says it enforces. */
  async acknowledged(): Promise<readonly bigint[]> {
    const bytes = ListVerifiersRequest.encode({}).finish();
    const reply = await this.#call('OperatorService/ListVerifiers', bytes);
    const { verifiers } = ListVerifiersResponse.decode(reply);
    return verifiers.map(({ acknowledgedRevision }) => acknowledgedRevision);
  }

  #call(method: string, request: Uint8Array): Promise<Buffer> {
    const socket = `unix:${join(this.#data, 'run', 'operator.sock')}`;
    const client = new Client(socket, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    const plain = (bytes: Buffer) => bytes;
    const options = { deadline: Date.now() + 5_000 };
    return new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(
        `/creance.v1.${method}`,
        plain,
        plain,
        Buffer.from(request),
        options,
        (fault, reply) => (reply === undefined ? reject(fault) : resolve(reply)),
      );
    }).finally(() => client.close());
  }
}
