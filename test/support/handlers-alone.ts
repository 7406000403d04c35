import { Duplex } from 'node:stream';
import { ok } from '@creance/proto';
import { Metadata } from '@grpc/grpc-js';
import type { Caller } from '../../broker/src/domain/caller.js';
import type { Denial } from '../../broker/src/domain/denial.js';
import type { Role } from '../../broker/src/domain/registry.js';
import { attachRecord, CallRecord } from '../../broker/src/rpc/call-record.js';
import { Flight } from '../../broker/src/rpc/flight.js';
import { handlersOf } from '../../broker/src/rpc/handlers.js';
import { edgeLimits } from '../../broker/src/rpc/limits.js';
import type { Pipeline } from '../../broker/src/rpc/pipeline.js';
import { edgeMethods, serviceNames } from '../../broker/src/rpc/server.js';
import { Shares } from '../../broker/src/rpc/shares.js';
import { StreamHub } from '../../broker/src/rpc/stream-hub.js';
import { roles } from '../access/row.js';
import type { TestEdge } from './edge.js';

/** How one message ended, and how long the broker held its thread for it. */
export interface Handled {
  readonly outcome: string;
  readonly busyMillis: number;
}

type AnyHandler = (call: object, answer: (error: unknown) => void) => void;

/**
 * The handlers of the edge over its real rooms, without a connection and without proofs: whoever calls is
 * let in with every role, so that what is behind the proofs meets hostile bytes too.
 */
export class HandlersAlone {
  /** What was thrown, by method: there should be nothing. */
  readonly faults: string[] = [];
  readonly #handlers = new Map<string, AnyHandler>();
  readonly #records = new Map<CallRecord, string>();
  readonly #edge: TestEdge;
  readonly #hub: StreamHub;

  constructor(edge: TestEdge, callerOf: (path: string) => Caller) {
    this.#edge = edge;
    const { behind, feed, events, commands } = edge;
    this.#hub = new StreamHub(behind);
    const pipeline = this.#pipeline(callerOf);
    const parts = { ...behind, commands, feed, events: events.hub, hub: this.#hub, serviceNames };
    const { handlers } = handlersOf(pipeline, { ...parts, drop() {} });
    for (const { service, name, path } of edgeMethods) {
      const table = handlers[service] as unknown as Record<string, AnyHandler>;
      this.#handlers.set(path, table[name] as AnyHandler);
    }
  }

  /** Gives one message to a method, as its only one. */
  async handle(path: string, request: Buffer): Promise<Handled> {
    const record = new CallRecord(path, '127.0.0.1:1', this.#edge.behind.entropy);
    const metadata = new Metadata();
    attachRecord(metadata, record);
    const handler = this.#handlers.get(path) as AnyHandler;
    const call = new FakeCall(request, metadata);
    let busyMillis = 0;
    await new Promise<void>((resolve) => {
      call.over = resolve;
      const startedAt = process.threadCpuUsage();
      handler(call, () => resolve());
      call.emit('data', request);
      const { user, system } = process.threadCpuUsage(startedAt);
      busyMillis = (user + system) / 1_000;
    });
    call.hangUp();
    const outcome = this.#records.get(record) ?? 'ok';
    this.#records.delete(record);
    return { outcome, busyMillis };
  }

  close(): void {
    this.#hub.close();
  }

  #pipeline(callerOf: (path: string) => Caller): Pipeline {
    const { clock, judge } = this.#edge.behind;
    const refused = (record: object, { reason }: Denial) =>
      void this.#records.set(record as CallRecord, reason);
    return {
      admission: {
        admit({ record }) {
          record.caller = callerOf(record.method);
          return ok(record.caller);
        },
        meter: () => undefined,
        noteRefusal() {},
        noteGenuine() {},
      },
      flight: new Flight(),
      isBusy: () => false,
      shares: new Shares(edgeLimits()),
      report: {
        arrived: () => undefined,
        answered() {},
        refused,
        failed: ({ method }, fault) => {
          this.faults.push(`${method}: ${fault instanceof Error ? fault.stack : String(fault)}`);
        },
        cancelled() {},
        limitHit() {},
      },
      clock,
      limits: edgeLimits({ streamsPerSession: 10_000, eventWatchesPerSession: 10_000 }),
      isDraining: () => false,
      nonce: () => judge.nonce(),
    };
  }
}

/** Every role at once: what a handler refuses then, it refuses for what the message says. */
export const everyRole: ReadonlySet<Role> = new Set(roles);

/** What grpc-js hands to a handler, of any kind of method. */
class FakeCall extends Duplex {
  readonly request: Buffer;
  readonly metadata: Metadata;
  cancelled = false;
  over: () => void = () => {};

  constructor(request: Buffer, metadata: Metadata) {
    super({ objectMode: true, read() {}, write: (_bytes, _encoding, done) => done() });
    this.request = request;
    this.metadata = metadata;
    this.on('error', () => this.over());
    // A stream that has begun is handled: what it says later is about others.
    const write = this.write.bind(this);
    this.write = ((...args: Parameters<typeof write>) => {
      setImmediate(() => this.over());
      return write(...args);
    }) as typeof this.write;
  }

  hangUp(): void {
    this.cancelled = true;
    this.emit('cancelled');
    this.destroy();
  }
}
