import { styleText } from 'node:util';
import type { BrokerConfig } from '../config.js';
import { type CutOnlyBroker, startCutOnly } from '../cut-only.js';
import { count } from './confirm.js';
import { CommandFailed, formatStartFault, type Output } from './output.js';

/** Starts a broker that cuts and does nothing else, and keeps it running until a signal. */
export async function serveCutOnly(
  config: BrokerConfig,
  {
    logger,
    output,
    stopped,
  }: {
    readonly logger: Parameters<typeof startCutOnly>[1]['logger'];
    readonly output: Output;
    readonly stopped: () => Promise<void>;
  },
): Promise<void> {
  const started = await startCutOnly(config, { logger });
  if (!started.ok) throw new CommandFailed(formatStartFault(started.error), started.error.exitCode);
  const end = stopped();
  output.result(words(started.value, config));
  await end;
  await started.value.stop();
}

function words(broker: CutOnlyBroker, { data }: BrokerConfig): string {
  const { identity, publicOrigin, anchor, devSocket, mark, waiting } = broker;
  const rows: (readonly [string, string])[] = [
    ['issuer', identity.issuer],
    ['gRPC', publicOrigin],
    ['data', `${data} (without its store)`],
    ['anchor', anchor],
    ['stood at', String(mark)],
    ['journal', `${count(waiting, 'cut')} waiting for the store`],
    ...(devSocket === undefined ? [] : ([['operator', devSocket]] as const)),
    ['next', 'creance cut; then mend the store, and start without --cut-only'],
  ];
  const lines = rows.map(([name, value]) => `  ${styleText('dim', name.padEnd(9))} ${value}`);
  return [styleText('bold', 'Creance cuts, and serves nothing else'), ...lines].join('\n');
}
