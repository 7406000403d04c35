import {
  ok,
  type Revision,
  refuse,
  revisionZero,
  type SessionId,
  type Thumbprint,
} from '@creance/proto';
import type { Presented } from '../attest/authenticate.js';
import type { Caller } from '../domain/caller.js';
import type { MemberKind } from '../domain/registry.js';
import { thumbprintOfName } from '../doubles/ids.js';
import { quietMeters } from '../doubles/meters.js';
import { registryOf, workloadOf } from '../doubles/registries.js';
import { EventHub } from '../events/hub.js';
import { Subscriber, type SubscriberLine } from '../feed/subscriber.js';
import { systemClock } from '../runtime/clock.js';
import { systemEntropy } from '../runtime/entropy.js';
import { DoubleClient } from './double-client.js';
import { DoubleSessions } from './double-sessions.js';
import { type Edge, type EdgeOptions, startEdge } from './edge.js';
import type { EdgeCommands, EdgeFeed } from './edge-commands.js';

export { DoubleClient, drained, type Ended, endedBy } from './double-client.js';

/** For tests: a running edge before fakes, and what it has noted. */
export interface DoubleEdge {
  readonly edge: Edge;
  readonly feed: DoubleFeed;
  /** The sessions that callers have named. */
  readonly sessions: DoubleSessions;
  readonly client: DoubleClient;
  readonly log: { readonly level: string; readonly fields: Record<string, unknown> }[];
  readonly hits: string[];
  readonly outcomes: string[];
}

/** For tests: what an edge is started with, in place of the fakes. */
export type DoubleOptions = Partial<Omit<EdgeOptions, 'commands'>> & {
  readonly commands?: Partial<EdgeCommands>;
};

/** For tests: starts an edge. Whoever names `kind:name` as session is believed to be it. */
async function startDoubleEdge(options: DoubleOptions = {}): Promise<DoubleEdge> {
  const [feed, sessions] = [new DoubleFeed(), new DoubleSessions()];
  const log: { level: string; fields: Record<string, unknown> }[] = [];
  const [hits, outcomes]: [string[], string[]] = [[], []];
  const note = (level: string) => (fields: object) =>
    log.push({ level, fields: fields as Record<string, unknown> });
  const started = await startEdge({
    ...doubleOptions({ feed, store: sessions, authenticate: believing(sessions), ...options }),
    meters: {
      ...quietMeters,
      request: (_method, outcome) => outcomes.push(outcome),
      limitHit: (limit) => hits.push(limit),
    },
    logger: { info: note('info'), warn: note('warn'), error: note('error') },
  });
  if (!started.ok) throw new Error(started.error.lines.join('\n'));
  const client = new DoubleClient(started.value.port);
  return { edge: started.value, feed, sessions, client, log, hits, outcomes };
}

/** For tests: fakes behind an edge. */
export function doubleOptions({ commands, ...others }: DoubleOptions = {}): EdgeOptions {
  const sessions = new DoubleSessions();
  const registry = registryOf({ workloads: [workloadOf({ name: 'triage' })] });
  return {
    listen: { host: '127.0.0.1', port: 0 },
    authenticate: believing(sessions),
    store: sessions,
    // Whoever repeats the nonce holds the key.
    judgeAnswer: ({ proof, nonce }) =>
      proof === nonce ? ok(undefined) : refuse({ reason: 'proof_wrong_key' }),
    judge: { nonce: () => 'nonce-1' },
    commands: { ...doubleCommands, ...commands },
    feed: new DoubleFeed(),
    events: new EventHub({ clock: systemClock, limitHit() {} }),
    openings: { make: (_resource, nonce) => Buffer.concat([Buffer.from('opening '), nonce]) },
    registry: () => registry,
    clock: systemClock,
    entropy: systemEntropy(),
    meters: quietMeters,
    logger: { info() {}, warn() {}, error() {} },
    refusals: { note() {} },
    ...others,
  };
}

/** For tests: the session `kind:name`, or nobody. */
function believing(sessions: DoubleSessions): EdgeOptions['authenticate'] {
  return ({ rule, proofs, sessions: named }: Presented) => {
    const [text = ''] = named;
    if (rule.by === 'new-key') {
      const key = thumbprintOfName(proofs[0] ?? '');
      const jwk = { kty: 'EC', crv: 'P-256', x: '', y: '' } as const;
      return proofs.length === 1
        ? ok({ kind: 'new-key', key, jwk })
        : refuse({ reason: 'proof_missing' });
    }
    const [kind, name] = text.split(':') as [MemberKind, string | undefined];
    if (name === undefined) return refuse({ reason: 'session_missing' });
    const session = sessions.named(kind, name);
    const caller: Caller = { kind: 'session', session, roles: new Set() };
    return rule.kinds.includes(kind) ? ok(caller) : refuse({ reason: 'session_wrong_kind' });
  };
}

const unused = async (): Promise<never> => {
  throw new Error('the test has no such verb');
};

const doubleCommands: EdgeCommands = {
  openSession: unused,
  issueToken: unused,
  renewSession: async (_ask, { caller }) =>
    caller.kind === 'session' ? ok(caller.session) : refuse({ reason: 'session_missing' }),
  endSession: async () => ok(1 as Revision),
  delegateSession: unused,
  createChildJoinToken: unused,
  rekeySession: async () => ok(3 as Revision),
  reportActions: async ({ observations }) =>
    ok({ taken: observations.length, dropped: 0, proofsWanted: [] }),
  cut: async () => ok({ revision: 2 as Revision, sessionsEnded: 0, verifiersSubscribed: 0 }),
  suspend: async () => ok({ revision: 4 as Revision, sessionsEnded: 1, verifiersSubscribed: 0 }),
  resume: async () => ok({ sessionsResumed: 1 }),
  listProposals: async () => ok([]),
  approveProposal: async () => ok({ kind: 'resume', sessionsResumed: 1 }),
  denyProposal: unused,
  compromiseKey: async ({ keyId }) =>
    ok({
      revision: 5 as Revision,
      cutKeyIds: [keyId],
      signingKeyId: 'next' as Thumbprint,
      verifiersSubscribed: 0,
      kept: 'store' as const,
    }),
  listKeys: async () => ok([]),
  listSessions: async () => ok({ sessions: [], next: undefined }),
  explainSession: unused,
  getSession: unused,
  explainRefusal: unused,
  suggestEnvelope: unused,
  readHistory: unused,
  listDeliveries: async () => ok({ waiting: [], receivers: [] }),
  planManifest: unused,
  applyManifest: unused,
  listManifestVersions: async () => ok([]),
  getManifest: unused,
  createJoinToken: async () => ok({ joinString: 'join', expiresAt: systemClock.now() }),
};

/** For tests: a feed that sends what it is told to send. */
export class DoubleFeed implements EdgeFeed {
  /** Subscribers that it takes. */
  room = 10;
  readonly head: Revision = 7 as Revision;
  readonly asked: { readonly session: SessionId; readonly after: Revision }[] = [];
  readonly acknowledged: Revision[] = [];
  readonly #subscribers = new Set<Subscriber>();

  standing(held: Revision): ReturnType<EdgeFeed['standing']> {
    const heldKnown = held <= this.head;
    return { clockId: Buffer.alloc(16, 'c'), openedAtSteadyMicros: 1n, heldKnown };
  }

  subscribe(
    name: Subscriber['name'],
    line: SubscriberLine,
    after: Revision,
  ): Subscriber | undefined {
    if (this.#subscribers.size >= this.room) return undefined;
    this.asked.push({ session: name.session, after });
    const subscriber = new Subscriber(name, line, after, 64);
    this.#subscribers.add(subscriber);
    subscriber.send(Buffer.from('frame'), revisionZero);
    return subscriber;
  }

  unsubscribe(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    subscriber.close();
  }

  acknowledge(_session: SessionId, revision: Revision): void {
    this.acknowledged.push(revision);
  }

  subscribers(): readonly Subscriber[] {
    return [...this.#subscribers];
  }

  close(): void {
    for (const subscriber of this.#subscribers) subscriber.close('shutting_down');
    this.#subscribers.clear();
  }
}

/** For tests: the edges of one test file, stopped together after each test. */
export class DoubleEdges {
  readonly #running: DoubleEdge[] = [];

  /** Starts one more. */
  readonly start = async (options: DoubleOptions = {}): Promise<DoubleEdge> => {
    const double = await startDoubleEdge(options);
    this.#running.push(double);
    return double;
  };

  /** Stops all that were started. */
  readonly stop = async (): Promise<void> => {
    for (const { client, edge } of this.#running.splice(0)) {
      client.close();
      await edge.drain();
    }
  };
}
