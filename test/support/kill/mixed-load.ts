import { parseToken } from '@creance/proto';
import {
  ApplyManifestRequest,
  ApplyManifestResponse,
  ListManifestVersionsRequest,
  ListManifestVersionsResponse,
  ReportActionsRequest,
  ResumeRequest,
  SuspendRequest,
} from '@creance/proto/wire';
import type { BrokerProcess } from '../broker-process.js';
import { audiences } from '../flow-manifest.js';
import { bytesOfId } from '../flow-operator.js';
import { observation } from '../hostile-resource.js';
import { RawClient } from '../raw-client.js';
import { delegate, openWith, type RawEvidence, rekey } from '../raw-tree.js';
import { Refused } from '../refused.js';
import type { Draws } from '../seeded.js';
import { TestKey } from '../test-key.js';
import { type Acknowledged, isCut, type KnownSession, type Verb } from './acknowledged.js';

const reason = 'a test of kills';
const scopes = ['contacts:read'];

/** How often each verb is drawn against the others. */
const weights: readonly (readonly [Exclude<Verb, 'open' | 'cut'>, number])[] = [
  ['issue', 12],
  ['delegate', 4],
  ['rekey', 2],
  ['suspend', 2],
  ['resume', 2],
  ['report', 3],
  ['apply', 1],
];
const drawn = weights.flatMap(([verb, weight]) => Array.from({ length: weight }, () => verb));

/** What a lane of the load works with. */
export interface LaneParts {
  readonly broker: BrokerProcess;
  readonly acknowledged: Acknowledged;
  readonly evidence: RawEvidence;
  readonly draws: Draws;
  /** Manifests that are applied in turn. */
  readonly manifests: readonly string[];
}

/**
 * One lane of a mixed load: opens a tree, does what is drawn to its sessions, cuts it, and again. What has
 * an answer is noted; what has none may have happened or not.
 */
export class MixedLane {
  readonly #parts: LaneParts;
  /** What it left when the broker went, to be cut first: a workload may have 100 sessions. */
  #left: KnownSession | undefined;
  #client: RawClient;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#client = new RawClient(parts.broker.address);
  }

  /** Works until the broker is gone. Any refusal that is not that is a fault. */
  async run(): Promise<void> {
    this.#client = new RawClient(this.#parts.broker.address);
    try {
      for (;;) await this.#tree();
    } catch (error) {
      if (!(error instanceof Refused) || !['grpc:14', 'grpc:4'].includes(error.reason)) throw error;
    } finally {
      this.#client.close();
    }
  }

  async #tree(): Promise<void> {
    const { acknowledged, evidence, draws } = this.#parts;
    if (this.#left !== undefined) await this.#cut(this.#left);
    const root = acknowledged.opened(await openWith(this.#client, evidence, new TestKey()));
    acknowledged.counts.open += 1;
    this.#left = root;
    const tree = [root];
    for (let acts = 4 + draws.below(10); acts > 0; acts -= 1) {
      const verb = draws.one(drawn);
      const session = draws.one(tree);
      if (verb === 'delegate' && tree.length < 5 && isFree(session)) {
        tree.push(await this.#delegate(session));
        acknowledged.counts.delegate += 1;
      } else if (verb !== 'delegate' && (await this.#act(verb, session)))
        acknowledged.counts[verb] += 1;
    }
    await this.#cut(draws.fraction() < 0.7 ? root : draws.one(tree));
    if (!isCut(root)) await this.#cut(root);
  }

  async #act(verb: Exclude<Verb, 'open' | 'cut' | 'delegate'>, session: KnownSession) {
    if (verb === 'apply') return this.#apply();
    if (verb === 'resume') return session.standing === 'held' && this.#hold(session, 'free');
    if (!isFree(session)) return false;
    if (verb === 'suspend') return this.#hold(session, 'held');
    if (verb === 'rekey') return session.parent === undefined && this.#rekey(session);
    return verb === 'issue' ? this.#issue(session) : this.#report(session);
  }

  async #issue({ raw }: KnownSession): Promise<boolean> {
    const issued = await this.#client.issue(raw.id, raw.key, audiences.crm, scopes);
    const token = parseToken(issued.token);
    if (!token.ok) throw new Error('the broker issued what is no token');
    this.#parts.acknowledged.tokens.add(token.value.unverifiedClaims.id);
    return true;
  }

  async #delegate(parent: KnownSession): Promise<KnownSession> {
    const raw = await delegate(this.#client, parent.raw, new TestKey());
    return this.#parts.acknowledged.opened(raw, parent);
  }

  async #rekey(session: KnownSession): Promise<boolean> {
    const key = new TestKey();
    session.maybeKey = key.thumbprint;
    await rekey(this.#client, session.raw, key, this.#parts.evidence);
    session.raw = { id: session.raw.id, key };
    delete session.maybeKey;
    return true;
  }

  async #hold(session: KnownSession, standing: 'held' | 'free'): Promise<boolean> {
    const ask = { sessionId: bytesOfId(session.raw.id), reason };
    session.standing = 'unsure';
    const { broker } = this.#parts;
    if (standing === 'held')
      await broker.operatorCall('OperatorService/Suspend', SuspendRequest.encode(ask).finish());
    else await broker.operatorCall('OperatorService/Resume', ResumeRequest.encode(ask).finish());
    session.standing = standing;
    return true;
  }

  async #report({ raw }: KnownSession): Promise<boolean> {
    const seen = observation({ sessionId: bytesOfId(raw.id), audience: audiences.crm });
    const ask = { observations: [seen], proofs: [], dropped: 0 };
    const bytes = ReportActionsRequest.encode(ask).finish();
    await this.#client.call('ActionService/ReportActions', bytes, raw.key, raw.id);
    return true;
  }

  async #apply(): Promise<boolean> {
    const { broker, draws, manifests, acknowledged } = this.#parts;
    const source = { $case: 'text' as const, value: draws.one(manifests) };
    const asked = ListManifestVersionsRequest.encode({}).finish();
    const listed = await broker.operatorCall('RegistryService/ListManifestVersions', asked);
    const expectedVersion = ListManifestVersionsResponse.decode(listed).versions[0]?.version ?? 0n;
    const ask = { source, expectedVersion, prune: false, reason };
    const bytes = ApplyManifestRequest.encode(ask).finish();
    try {
      const reply = await broker.operatorCall('RegistryService/ApplyManifest', bytes);
      acknowledged.versions.add(String(ApplyManifestResponse.decode(reply).version));
      return true;
    } catch (error) {
      // Another lane was first, or what is asked for is in force.
      if (error instanceof Refused && error.reason.startsWith('manifest_')) return false;
      throw error;
    }
  }

  async #cut(session: KnownSession): Promise<void> {
    const { broker, acknowledged } = this.#parts;
    session.standing = 'unsure';
    const done = await broker.cut(bytesOfId(session.raw.id), reason);
    session.standing = 'cut';
    acknowledged.cuts.set(session.raw.id, done.revision);
    acknowledged.counts.cut += 1;
    if (session === this.#left) this.#left = undefined;
  }
}

/** Whether it and everything above it is certainly neither held nor cut. */
function isFree({ standing, parent }: KnownSession): boolean {
  return standing === 'free' && (parent === undefined || isFree(parent));
}
