import { ok, type Revision, refuse, revisionZero, type SessionId } from '@creance/proto';
import { ErrorInfo, RpcStatus } from '@creance/proto/wire';
import {
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { Presented } from '../attest/authenticate.js';
import type { Caller } from '../domain/caller.js';
import type { MemberKind } from '../domain/registry.js';
import { sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { registryOf } from '../doubles/registries.js';
import { sessionOf } from '../doubles/sessions.js';
import { Subscriber, type SubscriberLine } from '../feed/subscriber.js';
import { systemClock } from '../runtime/clock.js';
import { systemEntropy } from '../runtime/entropy.js';
import { type Edge, type EdgeOptions, startEdge } from './edge.js';
import type { EdgeCommands, EdgeFeed } from './handlers.js';

/** For tests: a running edge before fakes, and what it has noted. */
export interface DoubleEdge {
  readonly edge: Edge;
  readonly feed: DoubleFeed;
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
export async function startDoubleEdge(options: DoubleOptions = {}): Promise<DoubleEdge> {
  const feed = new DoubleFeed();
  const log: { level: string; fields: Record<string, unknown> }[] = [];
  const [hits, outcomes]: [string[], string[]] = [[], []];
  const note = (level: string) => (fields: object) =>
    log.push({ level, fields: fields as Record<string, unknown> });
  const started = await startEdge({
    ...doubleOptions({ feed, ...options }),
    meters: {
      request: (_method, outcome) => outcomes.push(outcome),
      limitHit: (limit) => hits.push(limit),
      logRow() {},
      subscriberLetGo() {},
    },
    logger: { warn: note('warn'), error: note('error') },
  });
  if (!started.ok) throw new Error(started.error.lines.join('\n'));
  const client = new DoubleClient(started.value.port);
  return { edge: started.value, feed, client, log, hits, outcomes };
}

/** For tests: fakes behind an edge. */
export function doubleOptions({ commands, ...others }: DoubleOptions = {}): EdgeOptions {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    authenticate: believing,
    judge: { nonce: () => 'nonce-1' },
    commands: { ...doubleCommands, ...commands },
    feed: new DoubleFeed(),
    openings: { make: (_resource, nonce) => Buffer.concat([Buffer.from('opening '), nonce]) },
    registry: registryOf(),
    clock: systemClock,
    entropy: systemEntropy(),
    meters: { request() {}, limitHit() {}, logRow() {}, subscriberLetGo() {} },
    logger: { warn() {}, error() {} },
    ...others,
  };
}

/** For tests: the session `kind:name`, or nobody. */
function believing({ rule, proofs, sessions }: Presented): ReturnType<EdgeOptions['authenticate']> {
  const [text = ''] = sessions;
  if (rule.by === 'new-key') {
    const key = thumbprintOfName(proofs[0] ?? '');
    const jwk = { kty: 'EC', crv: 'P-256', x: '', y: '' } as const;
    return proofs.length === 1
      ? ok({ kind: 'new-key', key, jwk })
      : refuse({ reason: 'proof_missing' });
  }
  const [kind, name] = text.split(':') as [MemberKind, string | undefined];
  if (name === undefined) return refuse({ reason: 'session_missing' });
  const session = sessionOf(text, { id: sessionIdOf(text), kind, name });
  const caller: Caller = { kind: 'session', session, roles: new Set() };
  return rule.kinds.includes(kind) ? ok(caller) : refuse({ reason: 'session_wrong_kind' });
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
  cut: async () => ok({ revision: 2 as Revision, sessionsEnded: 0, verifiersSubscribed: 0 }),
  listSessions: async () => ok({ sessions: [], next: undefined }),
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

/** For tests: how a call ended. */
export interface Ended {
  readonly code: number;
  /** Undefined when no ErrorInfo came along. */
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  readonly message: string;
  readonly metadata: Metadata;
  readonly reply: Buffer | undefined;
}

/** For tests: a client with a connection of its own that sends bytes. */
export class DoubleClient {
  readonly raw: Client;

  constructor(place: number | `unix:${string}`) {
    const target = typeof place === 'number' ? `127.0.0.1:${place}` : place;
    this.raw = new Client(target, credentials.createInsecure(), {
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    });
  }

  /** One unary call; `entries` are its metadata, a session by `creance-session`. */
  call(
    path: string,
    request: Uint8Array = Buffer.alloc(0),
    entries: Readonly<Record<string, string>> = {},
    deadlineMillis = 10_000,
  ): Promise<Ended> {
    const deadline = Number.isFinite(deadlineMillis)
      ? systemClock.now() / 1_000 + deadlineMillis
      : undefined;
    return new Promise((resolve) => {
      this.raw.makeUnaryRequest(
        path,
        plain,
        plain,
        Buffer.from(request),
        metadataOf(entries),
        deadline === undefined ? {} : { deadline },
        (error, reply) => resolve(error === null ? answered(reply) : endedBy(error)),
      );
    });
  }

  /** A stream of the broker's. */
  stream(
    path: string,
    request: Uint8Array,
    entries: Readonly<Record<string, string>> = {},
  ): ClientReadableStream<Buffer> {
    const bytes = Buffer.from(request);
    return this.raw.makeServerStreamRequest(path, plain, plain, bytes, metadataOf(entries));
  }

  close(): void {
    this.raw.close();
  }
}

/** For tests: what a stream said until it ended, and how it ended. */
export async function drained(
  stream: ClientReadableStream<Buffer>,
): Promise<{ readonly said: readonly string[]; readonly ended: Ended }> {
  const said: string[] = [];
  stream.on('data', (bytes: Buffer) => said.push(bytes.toString('latin1')));
  const ended = await new Promise<Ended>((resolve) => {
    stream.on('error', (error) => resolve(endedBy(error as ServiceError)));
    stream.on('end', () => resolve(answered(undefined)));
  });
  return { said, ended };
}

const plain = (bytes: Buffer): Buffer => bytes;

function metadataOf(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.add(name, value);
  return metadata;
}

function answered(reply: Buffer | undefined): Ended {
  const metadata = new Metadata();
  return { code: 0, reason: 'ok', requestId: undefined, message: '', metadata, reply };
}

/** For tests: how a call ended that did not end well. */
export function endedBy({ code, details: message, metadata }: ServiceError): Ended {
  const [bytes] = metadata.get('grpc-status-details-bin');
  const [first] = Buffer.isBuffer(bytes) ? RpcStatus.decode(bytes).details : [];
  const known = first && ErrorInfo.decode(first.value);
  const reason = known?.reason.toLowerCase();
  const requestId = known?.metadata['request_id'];
  return { code, reason, requestId, message, metadata, reply: undefined };
}
