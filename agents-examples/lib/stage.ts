import { join } from 'node:path';
import { type BrokerLog, readBrokerLog } from './broker-log.js';
import { freePort } from './free-port.js';
import {
  builtFile,
  creance,
  creanceCommand,
  type Running,
  sourceFile,
  start,
} from './processes.js';

/** The protected services of the manifest, each with the file of 04-resource-server that plays it. */
export const services = {
  crm: { file: 'main.js', audience: 'https://crm.example.internal' },
  mail: { file: 'express.js', audience: 'https://mail.example.internal' },
  tickets: { file: 'grpc.js', audience: 'https://tickets.example.internal' },
} as const;

/** The name of a service. */
export type ServiceName = keyof typeof services;

/** A service that runs, and where its clients reach it. */
export interface RunningService extends Running {
  readonly origin: string;
}

/** A broker that runs, and what it writes down. */
export interface RunningBroker extends Running {
  readonly origin: string;
  readonly log: BrokerLog;
}

/** A broker and some services, each a process of its own. */
export interface Stage {
  readonly data: string;
  readonly broker: RunningBroker;
  /** Origin of the broker's HTTP door. */
  readonly httpOrigin: string;
  /** Whether somebody has the port that the HTTP door takes otherwise. */
  readonly isHttpElsewhere: boolean;
  /** Throws for one that the plan did not name. */
  service(name: ServiceName): RunningService;
  /** A join string for a workload of the manifest. */
  joinString(workload: string): Promise<string>;
  /** Starts the broker again, on the same data; the one before must be gone. */
  startBrokerAgain(): Promise<RunningBroker>;
  stop(): Promise<void>;
}

/** Where things are. */
export interface StagePlan {
  readonly data: string;
  /** `host:port` of the broker; port 0 takes a free one. */
  readonly listen: string;
  /** The services, each with its port and, where it is not its own, the origin that clients know. */
  readonly services: Readonly<Partial<Record<ServiceName, ServicePlan>>>;
}

/** Where a service is. */
export interface ServicePlan {
  /** A free one when absent. */
  readonly port?: number;
  readonly publicOrigin?: string;
}

const httpPortPreferred = 7421;

/** Starts a broker and services. */
export async function openStage(plan: StagePlan): Promise<Stage> {
  const { data } = plan;
  // Whoever leaves one port open leaves the other.
  const preferred = plan.listen.endsWith(':0') ? 0 : httpPortPreferred;
  const httpPort = await freePort(preferred);
  const http = `127.0.0.1:${httpPort}`;
  let broker = await startBroker(data, plan.listen, http);
  const running = new Map<ServiceName, RunningService>();
  const stop = async () => {
    await Promise.all([...running.values()].map((service) => service.stop()));
    await broker.stop();
  };
  try {
    const names = Object.keys(plan.services) as ServiceName[];
    // All of them, also when one fails: what runs must be stopped.
    const started = await Promise.allSettled(
      names.map(async (name) =>
        running.set(name, await startService(data, name, plan.services[name] ?? {})),
      ),
    );
    for (const end of started) if (end.status === 'rejected') throw end.reason;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    data,
    stop,
    httpOrigin: `http://${http}`,
    isHttpElsewhere: preferred !== 0 && httpPort !== preferred,
    get broker() {
      return broker;
    },
    service(name) {
      const service = running.get(name);
      if (service === undefined) throw new Error(`the stage has no service ${name}`);
      return service;
    },
    joinString: (workload) =>
      creance('join-token', 'create', '--data', data, '--workload', workload),
    async startBrokerAgain() {
      broker = await startBroker(data, new URL(broker.origin).host, http);
      return broker;
    },
  };
}

/** Starts a development broker on a data folder. */
async function startBroker(
  data: string,
  listen: string,
  httpListen: string,
): Promise<RunningBroker> {
  const manifest = sourceFile('story/creance.yaml');
  const places = ['--manifest', manifest, '--data', data, '--listen', listen];
  const doors = ['--http-listen', httpListen];
  const args = [creanceCommand, 'dev', ...places, ...doors, '--log-level', 'info'];
  const logs: BrokerLog[] = [];
  const running = await start(args, {}, /gRPC\s+(http:\/\/\S+)/, (errors) => {
    logs.push(readBrokerLog(errors));
  });
  const [log] = logs;
  if (log === undefined) throw new Error('the broker has no log');
  return { ...running, log, origin: running.ready[1] ?? '' };
}

/** Starts a service; it joins the broker as the verifier of its resource. */
async function startService(
  data: string,
  name: ServiceName,
  plan: ServicePlan,
): Promise<RunningService> {
  const join_ = await creance('join-token', 'create', '--data', data, '--verifier', name);
  const port = plan.port ?? (await freePort());
  const publicOrigin = plan.publicOrigin ?? `http://127.0.0.1:${port}`;
  const running = await start(
    [builtFile(`04-resource-server/${services[name].file}`)],
    {
      CREANCE_JOIN: join_,
      OTEL_SERVICE_NAME: name,
      CREANCE_KEY_FILE: keyFile(data, name),
      PORT: String(port),
      PUBLIC_ORIGIN: publicOrigin,
    },
    /^\w+ on (http:\/\/\S+)/,
  );
  return { ...running, origin: publicOrigin };
}

const enforcedLooks = 20;

/**
 * Resolves when every verifier says that it enforces a revision of the log. A cut is durable before the
 * verifiers have heard of it: an example that goes on at once would ask too early.
 */
export async function enforced(data: string, revision: number): Promise<void> {
  for (let look = 0; look < enforcedLooks; look += 1) {
    const rows = JSON.parse(await creance('verifier', 'ls', '--data', data, '-o', 'json')) as {
      readonly acknowledged: string;
    }[];
    if (rows.length > 0 && rows.every(({ acknowledged }) => Number(acknowledged) >= revision))
      return;
  }
  throw new Error('the verifiers did not say in time that they enforce the cut');
}

/** Where a member keeps its key between two starts. */
export function keyFile(data: string, member: string): string {
  return join(data, 'members', `${member}.key.json`);
}
