import type { SessionId } from '@creance/proto';
import {
  CutRequest,
  ListSessionsRequest,
  ListSessionsResponse,
  ResumeRequest,
  SuspendRequest,
} from '@creance/proto/wire';
import { TestEdge, type TestEdgeOptions, type Wire } from './edge.js';
import { audiences, flowManifest } from './flow-manifest.js';
import type { RawClient } from './raw-client.js';
import { openWith, type RawEvidence, type RawSession } from './raw-tree.js';
import { TestKey } from './test-key.js';
import { roomy } from './under-attack.js';

/** A member that joins by hand. */
export interface RawMember {
  readonly client: RawClient;
  readonly evidence: RawEvidence;
  /** Its first session, a root. */
  readonly root: RawSession;
}

const reason = 'a test';
const bytesOf = (id: string): Buffer => Buffer.from(id, 'base64url');

/** A real edge whose workloads delegate, and an owner who cuts. */
export class TreeEdge {
  readonly edge: TestEdge;
  #owner: Wire | undefined;

  private constructor(edge: TestEdge) {
    this.edge = edge;
  }

  static async start(options: TestEdgeOptions = {}): Promise<TreeEdge> {
    const manifest = flowManifest({ head: 'issuer: https://creance.example.internal' });
    const limits = { ...roomy, ...options.limits };
    return new TreeEdge(await TestEdge.start({ manifest, devSocket: true, ...options, limits }));
  }

  /** Joins as a workload, with a client of its own. */
  async join(workload: string): Promise<RawMember> {
    const client = this.edge.client();
    const join = await this.edge.joinString({ kind: 'workload', name: workload });
    const key = new TestKey();
    const root = await openWith(client, { join, key, redeem: true }, new TestKey());
    return { client, evidence: { join, key, redeem: false }, root };
  }

  /** Another root of a member. */
  again({ client, evidence }: RawMember): Promise<RawSession> {
    return openWith(client, evidence, new TestKey());
  }

  token(
    client: RawClient,
    { id, key }: RawSession,
    audience: string = audiences.crm,
    scope = 'contacts:read',
  ): Promise<{ readonly token: string }> {
    return client.issue(id, key, audience, [scope]);
  }

  async cut(id: string): Promise<void> {
    const target = { $case: 'sessionId' as const, value: bytesOf(id) };
    await this.#operate('Cut', CutRequest.encode({ target, reason }).finish());
  }

  async suspend(id: string): Promise<void> {
    const bytes = SuspendRequest.encode({ sessionId: bytesOf(id), reason }).finish();
    await this.#operate('Suspend', bytes);
  }

  async resume(id: string): Promise<void> {
    const bytes = ResumeRequest.encode({ sessionId: bytesOf(id), reason }).finish();
    await this.#operate('Resume', bytes);
  }

  /** Uses of a session that the broker has judged, as an operator sees them. */
  async uses(id: string): Promise<{ readonly allowed: number; readonly refused: number }> {
    const ask = {
      pageSize: 200,
      pageToken: '',
      treeOf: bytesOf(id),
      workload: '',
      owner: '',
      state: 0 as const,
    };
    const bytes = ListSessionsRequest.encode(ask).finish();
    const { sessions } = ListSessionsResponse.decode(await this.#operate('ListSessions', bytes));
    const own = sessions.find(({ sessionId }) => sessionId.equals(bytesOf(id)));
    return { allowed: Number(own?.actionsAllowed), refused: Number(own?.actionsRefused) };
  }

  /** What the broker itself holds of a session. */
  held(id: string): ReturnType<TestEdge['store']['session']> {
    return this.edge.store.session(id as SessionId);
  }

  dispose(): Promise<void> {
    return this.edge.dispose();
  }

  async #operate(method: string, bytes: Uint8Array): Promise<Buffer> {
    this.#owner ??= this.edge.wire('socket');
    const path = `/creance.v1.OperatorService/${method}`;
    const { reason: outcome, reply } = await this.#owner.send(path, bytes, []);
    if (reply === undefined) throw new Error(outcome);
    return reply;
  }
}
