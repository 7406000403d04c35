import { resolve } from 'node:path';
import { formatChildJoinString } from '@creance/proto';
import { type Creance, type CreanceEvent, fromEnvironment, type Session } from '@creance/sdk';
import { environmentSource, keyFileFacts, sessionOfAny } from '@creance/sdk/internal';
import { inPlainWords, saidPlainly } from './operator-line.js';
import { CommandFailed, type Output, printable } from './output.js';
import { exitCut, runUnder } from './run-under.js';

/** Exit code of our own: there was no session for the command. */
const exitUnopened = 125;

/** sysexits.h EX_CONFIG. */
const exitConfig = 78;

/** The descriptor that has the join string. */
const descriptor = 3;

/** How the command is told who it is. */
export interface RunFlags {
  readonly by: 'env' | 'fd';
  /** The workload of the command; by default that of this environment. */
  readonly workload?: string;
}

/**
 * Opens a session from this environment, runs a command that may become a child of it, and ends the session
 * with the command; when the session ends first, so does the command with all that it has started. Throws a
 * `CommandFailed` with the command's exit code, 77 when the session was ended, 125 when there was none.
 */
export async function run(
  command: readonly string[],
  flags: RunFlags,
  output: Output,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const keyFile = saidPlainly(() => environmentSource(env)).keyFile;
  if (keyFile === undefined) throw withoutKeyFile();
  const client = await tried(() => fromEnvironment(env, { onEvent: holds(output) }));
  try {
    const session = await tried(() => sessionOfAny(client));
    if (session.kind !== 'workload') throw noWorkload(session.name);
    const join = await tried(() => childJoin(client, session, keyFile, flags.workload));
    const start = { command, ...given(join, flags.by, keyFile, env) };
    const exitCode = await runUnder(session.signal, start, output);
    // The rest of its tree ends with it.
    await session.close();
    if (exitCode !== 0) throw new CommandFailed('', exitCode);
  } finally {
    await client.close();
  }
}

/** The join string of a child of the session. Whoever redeems it shows the same key. */
async function childJoin(
  client: Creance,
  session: Session,
  keyFile: string,
  workload: string = session.name,
): Promise<string> {
  const facts = await keyFileFacts(keyFile);
  if (facts === undefined) throw withoutKeyFile();
  const token = await session.childJoinToken({ workload });
  const { issuer, anchor } = facts;
  const childJoinToken = token.reveal();
  return formatChildJoinString({ issuer, anchor, address: client.address, childJoinToken });
}

/** What the command gets: never the join string by which we have joined ourselves. */
function given(join: string, by: RunFlags['by'], keyFile: string, env: NodeJS.ProcessEnv) {
  const { CREANCE_JOIN: _own, CREANCE_JOIN_FD: _ownDescriptor, ...others } = env;
  const base = { ...others, CREANCE_KEY_FILE: resolve(keyFile) };
  if (by === 'env') return { env: { ...base, CREANCE_JOIN: join } };
  return { env: { ...base, CREANCE_JOIN_FD: String(descriptor) }, descriptor: `${join}\n` };
}

/** Says once for each hold that there is one, and that it is over. */
function holds(output: Output): (event: CreanceEvent) => void {
  return ({ type }) => {
    if (type === 'session_suspended')
      output.words(
        'creance: the session is suspended: the command gets no tokens until it is resumed',
      );
    if (type === 'session_resumed') output.words('creance: the session is resumed');
  };
}

/** What stands between us and a start, as exit codes tell it. */
async function tried<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { name } = error as Error;
    if (name === 'ConfigurationError') throw inPlainWords(error, exitConfig);
    const isOver = name === 'SessionRevokedError' || name === 'SessionEndedError';
    throw inPlainWords(error, isOver ? exitCut : exitUnopened);
  }
}

function withoutKeyFile(): CommandFailed {
  const fix = 'set CREANCE_KEY_FILE to a file that can be written, and CREANCE_JOIN the first time';
  return new CommandFailed(
    `the command needs the key of its workload in a file, and there is none — fix: ${fix}`,
    exitConfig,
  );
}

function noWorkload(name: string): CommandFailed {
  const fix = 'set CREANCE_JOIN to the join string of a workload';
  return new CommandFailed(`${printable(name)} is no workload — fix: ${fix}`, exitConfig);
}
