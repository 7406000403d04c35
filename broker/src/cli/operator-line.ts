import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '@creance/proto';
import type { CreanceError } from '@creance/sdk';
import { type ListeningLine, openDevLine } from '../rpc/operator-client.js';
import {
  type IdentitySource,
  identitySource,
  keyFileMissing,
  notOperator,
} from './other-identity.js';
import { CommandFailed, printable } from './output.js';

/** How an operator reaches the broker. */
export interface LineFlags {
  /** Data folder of a development broker on this machine. */
  readonly data: string;
  /** The operator's key file; from CREANCE_KEY_FILE when absent. */
  readonly keyFile?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

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
  env: Environment = process.env,
): Promise<ListeningLine> {
  const own = keyFile === undefined ? env : { ...env, CREANCE_KEY_FILE: keyFile };
  const { environmentSource } = await import('@creance/sdk/internal');
  const source = saidPlainly(() => environmentSource(own));
  const socket = join(data, 'run', 'operator.sock');
  const isDevHere = existsSync(socket);
  if ((source.join ?? source.descriptor ?? source.keyFile) !== undefined) {
    const devData = isDevHere ? data : undefined;
    return sessionLine(own, identitySource(source, { isFlag: keyFile !== undefined, devData }));
  }
  if (isDevHere) return openDevLine(socket);
  const text = errorText({
    code: 'no_broker_here',
    what: 'no development broker runs on the data folder',
    at: data,
    fix: 'start creance dev there, name its folder with --data, or set CREANCE_JOIN or --key-file to act as an operator',
  });
  throw new CommandFailed(text, 78, { isUnreachable: true });
}

/** As an agent's environment is read, so that both keep a key in the same place and find it again. */
async function sessionLine(env: Environment, source: IdentitySource): Promise<ListeningLine> {
  // Loaded only here: a broker that starts has no use for it.
  const { fromEnvironment } = await import('@creance/sdk');
  const { sessionOfAny } = await import('@creance/sdk/internal');
  try {
    const client = await fromEnvironment(env);
    const session = await sessionOfAny(client);
    if (session.kind !== 'operator') {
      await client.close();
      throw notOperator(session, source);
    }
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
    if ((error as CreanceError).code === 'CREANCE_KEY_FILE_MISSING') throw keyFileMissing(source);
    throw inPlainWords(error);
  }
}

/** An error of the SDK as a command that failed; any other as it is. */
export function inPlainWords(error: unknown, exitCode = 1): unknown {
  const { code, message, retryable } = error as CreanceError;
  const isOurs = typeof code === 'string' && code.startsWith('CREANCE_');
  const cause = { isUnreachable: retryable === true };
  return isOurs ? new CommandFailed(printable(message), exitCode, cause) : error;
}

/** Runs what may throw an error of the SDK. */
export function saidPlainly<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inPlainWords(error, 78);
  }
}
