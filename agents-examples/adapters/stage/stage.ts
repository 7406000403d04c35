import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CreanceEvent, connect, type Session } from '@creance/sdk';
import type { Verifier } from '@creance/verifier';
import { joinVerifier } from '@creance/verifier/grpc';
import { expect, vi } from 'vitest';
import { creanceCommand, type Running, start } from '../../lib/processes.js';
import { type ResourceName, stageManifest } from './manifest.js';
import { StageOperator } from './operator.js';

/** An agent's session, and what the SDK told of its client. */
export interface OpenedAgent {
  readonly session: Session;
  readonly events: readonly CreanceEvent[];
}

/** A real broker in a process of its own, for agents and verifiers in this one. */
export class AdapterStage {
  readonly operator: StageOperator;
  /** What the broker has written down so far. */
  brokerLog = '';
  readonly #data: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #closers: (() => Promise<unknown> | undefined)[] = [];
  #broker: Running | undefined;
  #listen = '127.0.0.1:0';
  #verifiers = 0;

  private constructor(data: string, environment: Readonly<Record<string, string>>) {
    this.#data = data;
    this.#environment = environment;
    this.operator = new StageOperator(data);
  }

  /** `environment` is that of the broker. */
  static async start(
    manifest: string = stageManifest,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<AdapterStage> {
    const data = mkdtempSync(join(tmpdir(), 'creance-'));
    writeFileSync(join(data, 'creance.yaml'), manifest);
    const stage = new AdapterStage(data, environment);
    await stage.startBroker();
    return stage;
  }

  /** Starts it, again at the same address and on the same data. */
  async startBroker(): Promise<void> {
    const places = ['--manifest', join(this.#data, 'creance.yaml'), '--data', this.#data];
    const args = [
      creanceCommand,
      'dev',
      ...places,
      '--listen',
      this.#listen,
      '--http-listen',
      '127.0.0.1:0',
      '--log-level',
      'info',
    ];
    this.#broker = await start(args, this.#environment, /gRPC\s+(http:\/\/\S+)/, (errors) =>
      errors.on('data', (text) => {
        this.brokerLog += text;
      }),
    );
    this.#listen = new URL(this.#broker.ready[1] ?? '').host;
  }

  async stopBroker(): Promise<void> {
    await this.#broker?.stop('SIGKILL');
  }

  /** Opens a session of the agent of the manifest; resolves when its stream is open. */
  async agent(): Promise<OpenedAgent> {
    const events: CreanceEvent[] = [];
    let opened = (): void => {};
    const streaming = new Promise<void>((resolve) => {
      opened = resolve;
    });
    const onEvent = (event: CreanceEvent): void => {
      events.push(event);
      if (event.type === 'stream_opened') opened();
    };
    const client = await connect({
      join: await this.operator.joinString('workload', 'triage'),
      onEvent,
    });
    this.closeLater(() => client.close());
    const session = await client.session();
    await streaming;
    return { session, events };
  }

  /** The verifier of a resource of the manifest, with its first whole view. */
  async verifier(name: ResourceName, publicOrigin: string): Promise<Verifier> {
    this.#verifiers += 1;
    const verifier = await joinVerifier({
      join: await this.operator.joinString('verifier', name),
      keyFile: join(this.#data, `${name}-${this.#verifiers}.key.json`),
      publicOrigin,
    });
    this.closeLater(() => verifier.close());
    await verifier.ready();
    return verifier;
  }

  /** Resolves when every verifier says that it enforces the newest cut. */
  async enforced(): Promise<void> {
    const { revision } = this.operator;
    await vi.waitFor(async () => {
      const acknowledged = await this.operator.acknowledged();
      expect(acknowledged.length).toBeGreaterThan(0);
      for (const each of acknowledged) expect(each).toBeGreaterThanOrEqual(revision);
    }, 5_000);
  }

  closeLater(close: () => Promise<unknown> | undefined): void {
    this.#closers.push(close);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#closers.splice(0).map((close) => close()));
    await this.stopBroker();
    rmSync(this.#data, { recursive: true, force: true });
  }
}

/** The tokens that the broker issued to a client, as `scope scope` each. */
export function issued(events: readonly CreanceEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'token_issued' ? [`${event.audience} ${event.scopes.join(' ')}`] : [],
  );
}

/** The code of an error of the SDK, or the error itself. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code ?? error;
}
