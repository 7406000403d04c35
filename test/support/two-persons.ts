import { createHash } from 'node:crypto';
import { type Handle, ok, type Reason, type Result, type SessionId } from '@creance/proto';
import { type ApplyManifestAsk, applyManifest } from '../../broker/src/commands/apply-manifest.js';
import type { Call, Command } from '../../broker/src/commands/call.js';
import type { FitManifest } from '../../broker/src/commands/manifest-source.js';
import { approveProposal, denyProposal } from '../../broker/src/commands/proposals.js';
import { resume } from '../../broker/src/commands/resume.js';
import type { Denial } from '../../broker/src/domain/denial.js';
import type { Proposal } from '../../broker/src/domain/proposal.js';
import {
  type MemberRef,
  ownerOf,
  type Registry,
  type Role,
} from '../../broker/src/domain/registry.js';
import type { Session } from '../../broker/src/domain/session.js';
import { handleOf } from '../../broker/src/doubles/ids.js';
import { grantOf, registryOf, workloadOf } from '../../broker/src/doubles/registries.js';
import { seededEntropy } from '../../broker/src/doubles/seeded-entropy.js';
import { LiveRegistry } from '../../broker/src/live-registry.js';
import { type Asked, answerOf, event, newToken, openAsk } from '../conformance/store/asks.js';
import { openSqliteUnderTest, type SomeLimits, type SqliteUnderTest } from './store.js';

/** Roles of the operators that every manifest of these tests holds. */
const roles: Readonly<Record<string, readonly Role[]>> = {
  ann: ['registrar', 'policy', 'security'],
  bob: ['policy', 'security'],
  eve: ['registrar'],
};

/** A manifest by a name: what it grants for so many seconds, and the operators without those named. */
export interface Written {
  readonly lifetimeSeconds: number;
  readonly without?: readonly string[];
}

function registryFor({ lifetimeSeconds, without = [] }: Written): Registry {
  const operators = Object.entries(roles)
    .filter(([name]) => !without.includes(name))
    .map(([name, held]) => ({ name, roles: new Set(held) }));
  return registryOf({
    workloads: [workloadOf({ grants: [grantOf({ lifetimeSeconds })] })],
    operators,
  });
}

/** An operator who has a session, and the call that he makes by it. */
export type Operator = (at?: { readonly roles?: readonly Role[] }) => Call;

/** The verbs that these tests play. */
interface TwoVerbs {
  readonly apply: ReturnType<typeof applyManifest>;
  readonly resume: ReturnType<typeof resume>;
  readonly approve: ReturnType<typeof approveProposal>;
  readonly deny: ReturnType<typeof denyProposal>;
}

/** The verbs of operators outside development, over a real store; manifests are JSON of what they grant. */
export class TwoPersons {
  readonly under: SqliteUnderTest;
  readonly live: LiveRegistry = new LiveRegistry(registryFor({ lifetimeSeconds: 60 }));
  readonly #entropy = seededEntropy();
  #opened = 0;

  private constructor(under: SqliteUnderTest) {
    this.under = under;
  }

  /** With the operators ann and bob, who have joined two days ago. */
  static async open(
    limits: SomeLimits = {},
  ): Promise<TwoPersons & { readonly ann: Operator; readonly bob: Operator }> {
    const two = new TwoPersons(await openSqliteUnderTest(limits));
    const early = [await two.join('ann'), await two.join('bob')];
    two.under.clock.advance(2 * 86_400);
    const [ann, bob] = [await two.again('ann', early[0]), await two.again('bob', early[1])];
    return Object.assign(two, { ann, bob });
  }

  get store(): SqliteUnderTest['store'] {
    return this.under.store;
  }

  /** The verbs as they are joined now: a store that was opened again has others. */
  get verbs(): TwoVerbs {
    const { store } = this;
    const check = (text: string): Result<FitManifest, Denial> =>
      ok({ text, hash: hashOf(text), registry: registryFor(JSON.parse(text) as Written) });
    const change: LiveRegistry['change'] = (registry, write) => this.live.change(registry, write);
    const registry = this.live.current;
    const shared = { store, registry, entropy: this.#entropy, dev: false, check, change };
    return {
      apply: applyManifest(shared),
      resume: resume(shared),
      approve: approveProposal(shared),
      deny: denyProposal(store),
    };
  }

  /** Joins an operator by a join token of its own; gives the name of the evidence key. */
  async join(name: string, evidenceKey = `key ${++this.#opened} of ${name}`): Promise<string> {
    const { clock } = this.under;
    const member = { kind: 'operator', name } as const;
    const token = newToken(clock, `for ${evidenceKey} ${clock.now()}`, { member });
    answerOf(await this.store.createJoinToken(token, event(clock, 'join_token_created')));
    const session = `first of ${evidenceKey} ${++this.#opened}`;
    const asked = { session, evidenceKey, member, token: `for ${evidenceKey} ${clock.now()}` };
    await this.#open(asked);
    return evidenceKey;
  }

  /** Another session of an operator by the evidence key that it has. */
  async again(name: string, evidenceKey = ''): Promise<Operator> {
    const member = { kind: 'operator', name } as const;
    const asked = { session: `session ${++this.#opened}`, evidenceKey, member };
    return this.#operator(await this.#open(asked));
  }

  async #open(asked: Asked & { readonly member: MemberRef }): Promise<Session> {
    const { member } = asked;
    const fresh = { member: handleOf(`operator ${member.name}`), owner: handleOf('broker') };
    const handles = await this.store.memberHandles(
      member,
      ownerOf(this.live.current(), member),
      fresh,
    );
    const ask = { ...openAsk(this.under.clock, asked), handles };
    return answerOf(await this.store.openSession(ask)).session;
  }

  #operator(session: Session): Operator {
    return ({ roles: held } = {}) => ({
      requestId: 'request-1',
      now: this.under.clock.now(),
      address: '192.0.2.1',
      caller: { kind: 'session', session, roles: new Set(held ?? roles[session.name]) },
    });
  }

  /** Applies a manifest over the version in force; gives what waits, the version, or the reason. */
  async apply(
    by: Call,
    written: Written,
    more: Partial<ApplyManifestAsk> = {},
  ): Promise<Proposal | number | Reason> {
    const source = { kind: 'text', text: JSON.stringify(written) } as const;
    const expectedVersion = this.store.manifest()?.version ?? 0;
    const ask = { source, expectedVersion, prune: false, reason: 'a test', ...more };
    const done = await this.verbs.apply(ask, by);
    if (!done.ok) return done.error.reason;
    return 'waits' in done.value ? done.value.waits : done.value.version;
  }

  async resume(by: Call, id: SessionId): Promise<Proposal | Reason> {
    const done = await this.verbs.resume({ id, reason: 'it was the nightly job' }, by);
    if (!done.ok) return done.error.reason;
    if ('waits' in done.value) return done.value.waits;
    throw new Error('one person was enough');
  }

  approve(by: Call, { id, digest }: { id: Handle; digest: string }): Promise<'ok' | Reason> {
    return reasonOf(this.verbs.approve, { id, digest }, by);
  }

  deny(by: Call, { id }: Proposal): Promise<'ok' | Reason> {
    return reasonOf(this.verbs.deny, { id, reason: 'not today' }, by);
  }

  /** Seconds of the grant that is in force. */
  get grantedSeconds(): number | undefined {
    const workload = this.live.current().workloads.get('support-triage');
    return workload?.grants[0]?.lifetimeSeconds;
  }
}

async function reasonOf<A, B>(verb: Command<A, B>, ask: A, by: Call): Promise<'ok' | Reason> {
  const done = await verb(ask, by);
  return done.ok ? 'ok' : done.error.reason;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** What waits, or the reason for the test to fail. */
export function waiting(proposal: Proposal | number | Reason): Proposal {
  if (typeof proposal === 'object') return proposal;
  throw new Error(`nothing waits: ${proposal}`);
}
