import { Command, Option } from 'commander';
import type { OperatorLine } from '../rpc/operator-client.js';
import { auditVerify } from './audit.js';
import { cut } from './cut.js';
import { createJoinToken } from './join-token.js';
import { listSessions, listVerifiers } from './lists.js';
import { type LineFlags, openLine } from './operator-line.js';
import type { Output } from './output.js';
import { serve } from './serve.js';

const dataOption = () =>
  new Option('--data <folder>', 'data folder of the broker').default('./creance-data');
const formatOption = () =>
  new Option('-o <format>', 'output format').choices(['table', 'json']).default('table');
const collect = (value: string, all: readonly string[]) => [...all, value];

/** The `creance` command. Nothing secret is taken from the command line. */
export function program(output: Output): Command {
  const creance = new Command('creance')
    .description('gives workloads their identity, and takes it away')
    .showHelpAfterError()
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.words(text.trimEnd()),
    });
  addServers(creance, output);
  addOperatorCommands(creance, output);
  creance
    .command('audit')
    .description('the tamper-evident record of what was done')
    .command('verify')
    .description('check the chain and the signed checkpoints')
    .addOption(dataOption())
    .addOption(formatOption())
    .option('--expect <sequence:hash>', 'a head noted earlier, to find a tail that was cut off')
    .action((flags) => auditVerify(flags, output));
  return creance;
}

function addServers(creance: Command, output: Output): void {
  const server = (name: string, description: string) =>
    creance
      .command(name)
      .description(description)
      .option('--manifest <file>', 'the manifest', './creance.yaml')
      .addOption(dataOption())
      .option('--listen <host:port>', 'where to listen', '127.0.0.1:7420')
      .option('--public-origin <origin>', 'origin under which clients reach the broker')
      .option('--log-level <level>', 'trace, debug, info, warn, error or fatal', 'warn');
  server('dev', 'start a development broker on this machine').action((flags) =>
    serve(
      {
        publicOrigin: undefined,
        tlsCertificate: undefined,
        tlsKey: undefined,
        ...flags,
        dev: true,
      },
      output,
    ),
  );
  server('serve', 'start a broker')
    .option('--tls-certificate <file>', 'certificate chain in PEM form')
    .option('--tls-key <file>', 'private key in PEM form')
    .action((flags) =>
      serve(
        {
          publicOrigin: undefined,
          tlsCertificate: undefined,
          tlsKey: undefined,
          ...flags,
          dev: false,
        },
        output,
      ),
    );
}

function addOperatorCommands(creance: Command, output: Output): void {
  const operator = (parent: Command, name: string, description: string) =>
    parent
      .command(name)
      .description(description)
      .addOption(dataOption())
      .option('--key-file <file>', 'key of an operator, outside development (CREANCE_KEY_FILE)');
  operator(
    creance.command('join-token').description('tokens by which members join'),
    'create',
    'make a join token and print its join string',
  )
    .option('--workload <name>', 'for a workload')
    .option('--verifier <resource>', 'for the verifier of a resource')
    .option('--operator <name>', 'for an operator')
    .option('--uses <n>', 'different keys that may redeem it', Number, 1)
    .option('--seconds <n>', 'seconds until it expires', Number, 600)
    .option(
      '--network <cidr>',
      'network from which it may be redeemed; may be repeated',
      collect,
      [],
    )
    .action((flags) => withLine(flags, (line) => createJoinToken(line, flags, output)));
  operator(creance, 'cut', 'end something for good, with everything below it')
    .option('--session <id>', 'a session')
    .option('--before <revision|now>', 'everything before a revision')
    .requiredOption('--reason <text>', 'why, for the audit')
    .option('--wait-seconds <n>', 'seconds to wait for the verifiers', Number, 2)
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => cut(line, flags, output)));
  operator(
    creance.command('session').description('live sessions'),
    'ls',
    'list live sessions, newest first',
  )
    .option('--limit <n>', 'sessions at most', Number, 50)
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => listSessions(line, flags, output)));
  operator(
    creance.command('verifier').description('subscribed verifiers'),
    'ls',
    'list verifiers and what they enforce',
  )
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => listVerifiers(line, flags, output)));
}

async function withLine(
  flags: LineFlags,
  act: (line: OperatorLine) => Promise<void>,
): Promise<void> {
  const line = await openLine(flags);
  try {
    await act(line);
  } finally {
    await line.close();
  }
}
