import { type Creance, type CreanceEvent, connect, type Session } from '@creance/sdk';
import { vi } from 'vitest';
import { BareAgent } from './bare-agent.js';
import { BrokerProcess } from './broker-process.js';
import { GrpcResource } from './flow-grpc-resource.js';
import { audiences, flowManifest, type ResourceName } from './flow-manifest.js';
import { FlowOperator, soon } from './flow-operator.js';
import { HttpResource } from './flow-resource.js';

/** An agent with the SDK, and what it has heard. */
export interface AgentOnStage {
  readonly client: Creance;
  readonly events: CreanceEvent[];
  /** Opens a session and waits until its stream is open. */
  session(options?: Parameters<Creance['session']>[0]): Promise<Session>;
}

/** A real broker in a process of its own, services with real verifiers, and agents with the real SDK. */
export class FlowStage {
  readonly broker: BrokerProcess;
  readonly operator: FlowOperator;
  readonly #closers: (() => Promise<void> | void)[] = [];

  private constructor(broker: BrokerProcess) {
    this.broker = broker;
    this.operator = new FlowOperator(broker);
  }

  static async start(manifest: string = flowManifest()): Promise<FlowStage> {
    const stage = new FlowStage(new BrokerProcess(manifest));
    await stage.broker.start();
    return stage;
  }

  async resource(
    name: ResourceName,
    options: Parameters<typeof HttpResource.join>[2] = {},
  ): Promise<HttpResource> {
    const resource = await HttpResource.join(this.broker, name, options);
    this.#closers.push(() => resource.close());
    return resource;
  }

  async tickets(): Promise<GrpcResource> {
    const resource = await GrpcResource.join(this.broker);
    this.#closers.push(() => resource.close());
    return resource;
  }

  async agent(workload: string): Promise<AgentOnStage> {
    const events: CreanceEvent[] = [];
    const onEvent = (event: CreanceEvent) => void events.push(event);
    const client = await connect({
      join: await this.broker.joinString('workload', workload),
      onEvent,
    });
    this.#closers.push(() => client.close());
    const session = async (options?: Parameters<Creance['session']>[0]) => {
      const opened = await client.session(options);
      await streamOf(events, opened.id);
      return opened;
    };
    return { client, events, session };
  }

  /** An agent without the SDK, whose every byte a test decides. */
  async bare(workload: string): Promise<BareAgent> {
    const join = await this.broker.joinString('workload', workload);
    const agent = await BareAgent.join(this.broker.address, join);
    this.#closers.push(() => agent.close());
    return agent;
  }

  closeLater(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#closers.splice(0).map((close) => close()));
    await this.broker.dispose();
  }
}

/** Resolves when the stream of a session is open. */
export async function streamOf(events: readonly CreanceEvent[], sessionId: string): Promise<void> {
  const isOpen = (event: CreanceEvent) =>
    event.type === 'stream_opened' && event.sessionId === sessionId;
  await vi.waitUntil(() => events.some(isOpen), soon);
}

/** How a session used a resource: `ok`, the resource's reason, or the code of the SDK's error. */
export async function use(
  session: Session,
  { name, origin, scope }: HttpResource,
  path: '/things' | '/slow' = '/things',
): Promise<string> {
  try {
    const scopes = [scope];
    const reply = await session.fetch(origin + path, { audience: audiences[name], scopes });
    return reply.ok ? 'ok' : ((await reply.json()) as { reason: string }).reason;
  } catch (error) {
    return codeOf(error);
  }
}

/** The code of an error of the SDK. */
export function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}

/** Resolves with the code that a session's signal aborts with. */
export function endOf({ signal }: Session): Promise<string> {
  return new Promise((resolve) => {
    const ended = () => resolve(codeOf(signal.reason));
    if (signal.aborted) ended();
    else signal.addEventListener('abort', ended, { once: true });
  });
}
