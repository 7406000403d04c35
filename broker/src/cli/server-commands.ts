import { type Command, InvalidArgumentError } from 'commander';
import { limits } from '../domain/limits.js';
import { dataOption } from './options.js';
import type { Output } from './output.js';
import { serve } from './serve.js';

const historyMegabytes = limits.historyBytes / 1_048_576;

/** Adds the commands that start a broker. */
export function addServers(creance: Command, output: Output): void {
  const server = (name: string, description: string) =>
    creance
      .command(name)
      .description(description)
      .option('--manifest <file>', 'the manifest; read again at SIGHUP', './creance.yaml')
      .addOption(dataOption())
      .option('--listen <host:port>', 'where to listen', '127.0.0.1:7420')
      .option(
        '--http-listen <host:port>',
        'health and public keys over HTTP; none for nowhere (default: port 7421)',
      )
      .option('--public-origin <origin>', 'origin under which clients reach the broker')
      .option('--restored', 'the data folder was put back from a backup', false)
      .option('--asn-database <file>', 'networks by autonomous system, in the MaxMind DB format')
      .option('--city-database <file>', 'networks by place, in the MaxMind DB format')
      .option('--provider-asns <numbers>', 'your own back ends, such as 64500,64501', asns, [])
      .option(
        '--history-megabytes <n>',
        'what creance record gives; 0 keeps none',
        Number,
        historyMegabytes,
      )
      .option('--log-level <level>', 'trace, debug, info, warn, error or fatal', 'warn');
  const unset = {
    publicOrigin: undefined,
    tlsCertificate: undefined,
    tlsKey: undefined,
    asnDatabase: undefined,
    cityDatabase: undefined,
  };
  server('dev', 'start a development broker on this machine').action((flags) =>
    serve({ ...unset, ...flags, dev: true }, output),
  );
  server('serve', 'start a broker')
    .option('--take-manifest', 'put the manifest file in force, whichever version is', false)
    .option('--tls-certificate <file>', 'certificate chain in PEM form')
    .option('--tls-key <file>', 'private key in PEM form')
    .action((flags) => serve({ ...unset, ...flags, dev: false }, output));
}

function asns(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.every((number) => Number.isInteger(number) && number > 0)) return numbers;
  throw new InvalidArgumentError('Write numbers of autonomous systems, separated by commas.');
}
