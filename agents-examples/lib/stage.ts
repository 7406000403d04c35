import { join } from 'node:path';
import {
  builtFile,
  creance,
  creanceCommand,
  type Running,
  sourceFile,
  start,
} from './processes.js';

/** A broker and the contacts service, each a process of its own. */
export interface Stage {
  readonly broker: Running;
  readonly service: Running;
  readonly brokerOrigin: string;
  readonly serviceOrigin: string;
  /** A join string for the agent of the manifest. */
  joinString(): Promise<string>;
  stop(): Promise<void>;
}

/** Where things are. */
export interface StagePlan {
  readonly data: string;
  /** `host:port` of the broker; port 0 takes a free one. */
  readonly listen: string;
  readonly servicePort: number;
  /** Origin under which clients call the service; its own when absent. */
  readonly publicOrigin?: string;
}

/** Starts a development broker on a data folder. */
export function startBroker(data: string, listen: string): Promise<Running> {
  const manifest = sourceFile('story/creance.yaml');
  const args = [
    creanceCommand,
    'dev',
    '--manifest',
    manifest,
    '--data',
    data,
    '--listen',
    listen,
    '--log-level',
    'error',
  ];
  return start(args, {}, /gRPC\s+(http:\/\/\S+)/);
}

/** Starts the contacts service of 04-resource-server. */
async function startService(plan: StagePlan): Promise<Running> {
  const join_ = await creance('join-token', 'create', '--data', plan.data, '--verifier', 'crm');
  return start(
    [builtFile('04-resource-server/main.js')],
    {
      CREANCE_JOIN: join_,
      CREANCE_KEY_FILE: join(plan.data, 'members', 'crm.key.json'),
      PORT: String(plan.servicePort),
      ...(plan.publicOrigin !== undefined && { PUBLIC_ORIGIN: plan.publicOrigin }),
    },
    /contacts on (http:\/\/\S+)/,
  );
}

/** Starts both. */
export async function openStage(plan: StagePlan): Promise<Stage> {
  const broker = await startBroker(plan.data, plan.listen);
  try {
    const service = await startService(plan);
    return {
      broker,
      service,
      brokerOrigin: broker.ready[1] ?? '',
      serviceOrigin: service.ready[1] ?? '',
      joinString: () =>
        creance('join-token', 'create', '--data', plan.data, '--workload', 'support-triage'),
      async stop() {
        await service.stop();
        await broker.stop();
      },
    };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}
