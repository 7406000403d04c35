import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateJoinTokenRequest, CreateJoinTokenResponse, SessionKind } from '@creance/proto/wire';
import { type Broker, startBroker } from '../../broker/src/broker.js';
import { readConfig } from '../../broker/src/config.js';
import type { Instant } from '../../broker/src/domain/instant.js';
import { openDevLine } from '../../broker/src/rpc/operator-client.js';
import type { PassingClock } from './machine-clock.js';

const quiet = () => {};
const logger = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, fatal: quiet };

/** A development broker in this process, by whose clock a test decides what time it is. */
export class BrokerHere {
  readonly #folder: string;
  readonly #broker: Broker;

  private constructor(folder: string, broker: Broker) {
    this.#folder = folder;
    this.#broker = broker;
  }

  static async start(
    manifest: string,
    clock: PassingClock,
    tokenKeys?: { readonly periodSeconds: number; readonly overlapSeconds: number },
  ): Promise<BrokerHere> {
    const folder = mkdtempSync(join(tmpdir(), 'creance-here-'));
    const file = join(folder, 'creance.yaml');
    writeFileSync(file, manifest);
    const config = readConfig({
      dev: true,
      manifest: file,
      data: join(folder, 'data'),
      listen: '127.0.0.1:0',
      publicOrigin: undefined,
      tlsCertificate: undefined,
      tlsKey: undefined,
      asnDatabase: undefined,
      cityDatabase: undefined,
      providerAsns: [],
      restored: false,
      historyMegabytes: 0,
    });
    if (!config.ok) throw new Error(JSON.stringify(config.error));
    const onStoreFailed = (fault: Error) => {
      throw fault;
    };
    const started = await startBroker(config.value, {
      logger: logger as never,
      clock: {
        now: () => (clock.now() * 1_000) as Instant,
        monotonicMillis: () => clock.monotonicMillis(),
      },
      onStoreFailed,
      tokenKeys,
    });
    if (!started.ok) throw new Error(JSON.stringify(started.error));
    return new BrokerHere(folder, started.value);
  }

  /** Where it keeps what it knows. */
  get data(): string {
    return join(this.#folder, 'data');
  }

  /** Origin of the broker. */
  get address(): string {
    return this.#broker.publicOrigin;
  }

  /** A join string of a workload or resource, asked for over the owner's socket. */
  async joinString(workload: string, of: 'workload' | 'verifier' = 'workload'): Promise<string> {
    const line = openDevLine(this.#broker.devSocket ?? '');
    const kind =
      of === 'workload' ? SessionKind.SESSION_KIND_WORKLOAD : SessionKind.SESSION_KIND_VERIFIER;
    const ask = { kind, name: workload, uses: 1, lifetimeSeconds: 0, networks: [] };
    const path = '/creance.v1.RegistryService/CreateJoinToken';
    const reply = await line.call(path, CreateJoinTokenRequest.encode(ask).finish());
    await line.close();
    return CreateJoinTokenResponse.decode(reply).joinString;
  }

  async dispose(): Promise<void> {
    await this.#broker.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
