import { ok, type Reason, type Result, refuse, type Thumbprint } from '@creance/proto';
import type { Attested, Evidence, Presentation } from '../attest/evidence.js';
import type { Call } from '../commands/call.js';
import { openSession } from '../commands/open-session.js';
import type { DeclaredPlace } from '../commands/place.js';
import type { Denial } from '../domain/denial.js';
import type { MemberHandles, MemberRef, Registry } from '../domain/registry.js';
import type { Level } from '../domain/risk.js';
import type { Session } from '../domain/session.js';
import type {
  ChildJoinToken,
  OpenedSession,
  OpenRefusal,
  OpenSession,
  UpstreamRef,
} from '../store/store.js';
import { callByNewKey } from './calls.js';
import { handleOf, thumbprintOfName } from './ids.js';
import { registryOf, workloadOf } from './registries.js';
import { seededEntropy } from './seeded-entropy.js';
import { sessionOf } from './sessions.js';

/** For tests: evidence that no record may hold. */
export const canaryEvidence: Evidence = {
  kind: 'key-assertion',
  assertion: 'CANARY-of-the-assertion',
};

/** For tests: what genuine evidence of a member stands for. */
export function attestedAs(
  kind: MemberRef['kind'],
  name: string,
  joinTokenHash?: string,
): Attested {
  return { member: { kind, name }, evidenceKey: thumbprintOfName('evidence'), joinTokenHash };
}

/** For tests: the verb that opens sessions, with all that it asks and writes in plain sight. */
export class OpenStand {
  /** By a key that is nobody yet. */
  readonly call: Call = callByNewKey();
  readonly handles: MemberHandles = { member: handleOf('member'), owner: handleOf('owner') };
  attested: Result<Attested, Denial> = ok(attestedAs('workload', 'support-triage'));
  refusal: OpenRefusal | undefined;
  childToken: ChildJoinToken | undefined;
  /** The one path that the store knows. */
  path: readonly Session[] = [];
  /** Of every session. */
  level: Level = 'calm';
  registry: Registry = registryOf({
    workloads: [
      workloadOf({ delegation: { depth: 2, to: new Set(['mail-writer']) } }),
      workloadOf({ name: 'mail-writer', delegation: { depth: 7, to: new Set(['mail-writer']) } }),
    ],
    operators: [{ name: 'alex', roles: new Set() }],
  });
  readonly asked: { readonly kind: Evidence['kind']; readonly presentation: Presentation }[] = [];
  readonly owners: (readonly [MemberRef, string])[] = [];
  readonly upstreams: UpstreamRef[] = [];
  readonly written: OpenSession[] = [];

  get key(): Thumbprint | undefined {
    return this.call.caller.kind === 'new-key' ? this.call.caller.key : undefined;
  }

  open(
    evidence: Evidence = canaryEvidence,
    declared: Partial<DeclaredPlace> = {},
    call: Call = this.call,
  ): Promise<Result<OpenedSession, Denial>> {
    const nothing = { childJoinToken: undefined, task: undefined, upstream: undefined };
    return openSession({
      issuer: 'https://creance.example.internal',
      registry: () => this.registry,
      levelOf: () => this.level,
      entropy: seededEntropy(),
      store: this.#store,
      attestors: {
        'join-token': async (_evidence, presentation) => this.#attest('join-token', presentation),
        'key-assertion': async (_evidence, presentation) =>
          this.#attest('key-assertion', presentation),
      },
    })({ evidence, ...nothing, ...declared }, call);
  }

  async outcomeOf(declared: Partial<DeclaredPlace> = {}): Promise<Reason | 'opened'> {
    const opened = await this.open(canaryEvidence, declared);
    return opened.ok ? 'opened' : opened.error.reason;
  }

  #attest(kind: Evidence['kind'], presentation: Presentation): Result<Attested, Denial> {
    this.asked.push({ kind, presentation });
    return this.attested;
  }

  readonly #store: Parameters<typeof openSession>[0]['store'] = {
    joinToken: async () => undefined,
    contestJoinToken: async () => ok({ isContested: false, sessionsHeld: 0 }),
    memberHandles: async (member, owner) => {
      this.owners.push([member, owner]);
      return this.handles;
    },
    upstreamHandle: async (ref) => {
      this.upstreams.push(ref);
      return handleOf(ref.hash);
    },
    childJoinToken: async (hash) => (hash === this.childToken?.hash ? this.childToken : undefined),
    path: (id) => (id === this.path.at(-1)?.id ? this.path : []),
    openSession: async (write) => {
      this.written.push(write);
      const opened = { session: sessionOf(1), evidenceKeyExpiresAt: this.call.now };
      return this.refusal === undefined ? ok(opened) : refuse(this.refusal);
    },
  };
}
