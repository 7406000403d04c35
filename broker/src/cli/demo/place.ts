import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startBroker } from '../../broker.js';
import { readConfig } from '../../config.js';
import { type ListeningLine, openDevLine } from '../../rpc/operator-client.js';
import { CommandFailed, formatStartFault } from '../output.js';
import { demoManifest } from './manifest.js';

/** A development broker of the demo's own. */
export interface DemoPlace {
  readonly folder: string;
  openLine(): ListeningLine;
  close(): Promise<void>;
}

/** Starts a broker in a folder that goes with it; nothing of the machine's own brokers is touched. */
export async function openDemoPlace(): Promise<DemoPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'creance-demo-'));
  const manifest = join(folder, 'creance.yaml');
  writeFileSync(manifest, demoManifest);
  const config = readConfig({
    dev: true,
    manifest,
    data: join(folder, 'data'),
    listen: '127.0.0.1:0',
    httpListen: 'none',
    publicOrigin: undefined,
    tlsCertificate: undefined,
    tlsKey: undefined,
    restored: false,
    historyMegabytes: 0,
    asnDatabase: undefined,
    cityDatabase: undefined,
    providerAsns: [],
  });
  if (!config.ok) throw new CommandFailed(config.error.map(formatStartFault).join('\n'), 78);
  const started = await startBroker(config.value, {
    logger: pino({ level: 'silent' }),
    onStoreFailed: () => process.exit(75),
  });
  if (!started.ok) throw new CommandFailed(formatStartFault(started.error), started.error.exitCode);
  const broker = started.value;
  return {
    folder,
    openLine: () => openDevLine(broker.devSocket ?? ''),
    async close() {
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
