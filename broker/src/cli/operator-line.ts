import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CreanceError, connect } from '@creance/sdk';
import { internalSession } from '@creance/sdk/internal';
import { type ListeningLine, openDevLine } from '../rpc/operator-client.js';
import { CommandFailed } from './output.js';

/** How an operator reaches the broker. */
export interface LineFlags {
  /** Data folder of a development broker on this machine. */
  readonly data: string;
  /** The operator's key file; from CREANCE_KEY_FILE when absent. */
  readonly keyFile?: string;
}

/** Methods whose proof covers the request: those that name a key or end something. */
const digested = new Set([
  '/creance.v1.OperatorService/Cut',
  '/creance.v1.OperatorService/Suspend',
  '/creance.v1.OperatorService/Resume',
  '/creance.v1.OperatorService/CompromiseKey',
  '/creance.v1.RegistryService/CreateJoinToken',
  '/creance.v1.RegistryService/ApplyManifest',
]);

/**
 * Opens the line of an operator: as a session of the operator's own key when a key file or a join string
 * is set, otherwise over the socket of the development broker in the data folder.
 */
export async function openLine(
  { data, keyFile }: LineFlags,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ListeningLine> {
  const file = keyFile ?? env['CREANCE_KEY_FILE'];
  const joinString = env['CREANCE_JOIN'];
  if (file !== undefined || joinString !== undefined) return sessionLine(joinString, file);
  const socket = join(data, 'run', 'operator.sock');
  if (existsSync(socket)) return openDevLine(socket);
  throw new CommandFailed(
    `no development broker runs on ${data} — fix: start creance dev there, name its folder with --data, or set CREANCE_JOIN or --key-file to act as an operator`,
    78,
  );
}

async function sessionLine(
  joinString: string | undefined,
  keyFile: string | undefined,
): Promise<ListeningLine> {
  try {
    const client = await connect({ join: joinString, keyFile });
    const session = internalSession(await client.session());
    if (session === undefined) throw new Error('the SDK gave a session of another kind');
    return {
      call: (path, request) => session.call(path, request, { digest: digested.has(path) }),
      listen(path, request, ears) {
        const ended = () => ears.onEnd(session.signal.reason as Error);
        session.signal.addEventListener('abort', ended, { once: true });
        return session.listen({ path, request, ...ears });
      },
      close: () => client.close(),
    };
  } catch (error) {
    const { code, message } = error as CreanceError;
    throw code?.startsWith('CREANCE_') ? new CommandFailed(`${code} ${message}`) : error;
  }
}
