import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatFaults, readManifest } from '../../manifest/index.js';
import type { OperatorLine } from '../../rpc/operator-client.js';
import { systemClock } from '../../runtime/clock.js';
import { listedVerifiers } from '../operator-call.js';
import { openLine } from '../operator-line.js';
import { CommandFailed } from '../output.js';
import { planned } from '../plan-call.js';
import { codeOf } from './look-folder.js';
import type { BrokerFacts } from './running.js';
import { type Finding, failure, fine } from './verdict.js';

/** What is asked of a broker, and how it is reached. */
export interface BrokerAsk {
  readonly data: string;
  readonly keyFile: string | undefined;
  readonly manifest: string;
  readonly isRunning: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds in which verifiers may acknowledge what was just cut. */
const acknowledgeMillis = 500;

/** Asks the broker as an operator. Redeems no join token: only a key that has joined, or the socket, is used. */
export async function lookAtBroker(ask: BrokerAsk, environment: Environment): Promise<BrokerFacts> {
  const { CREANCE_JOIN: _join, CREANCE_JOIN_FD: _descriptor, ...own } = environment;
  const keyFile = ask.keyFile ?? own['CREANCE_KEY_FILE']?.trim();
  const hasSocket = existsSync(join(ask.data, 'run', 'operator.sock'));
  if (!keyFile && !hasSocket) return { said: ask.isRunning ? 'no_operator' : 'not_running' };
  let line: OperatorLine | undefined;
  try {
    line = await openLine({ data: ask.data, ...(keyFile && { keyFile }) }, own);
    return await answerOf(line, ask.manifest);
  } catch (error) {
    if (!ask.isRunning) return { said: 'not_running' };
    if (error instanceof CommandFailed && error.reason === 'session_wrong_kind')
      return { said: 'wrong_kind' };
    const why =
      error instanceof CommandFailed ? error.message : `it cannot be asked: ${codeOf(error)}`;
    return { said: 'refused', why };
  } finally {
    await line?.close();
  }
}

async function answerOf(line: OperatorLine, manifest: string): Promise<BrokerFacts> {
  const askedAt = systemClock.now();
  const first = await listedVerifiers(line);
  const answeredAt = systemClock.now();
  const { revision } = first;
  const isBehind = first.verifiers.some(({ acknowledgedRevision: at }) => at < revision);
  if (isBehind) await new Promise((resolve) => setTimeout(resolve, acknowledgeMillis));
  const { verifiers } = isBehind ? await listedVerifiers(line) : first;
  return {
    said: 'answer',
    verifiers,
    revision,
    offsetMillis: (Number(first.nowUnixMicros) - (askedAt + answeredAt) / 2) / 1_000,
    unsafeMillis: Number(first.clockOffMillis),
    errorMillis: (answeredAt - askedAt) / 2_000,
    drift: await driftOf(line, manifest),
  };
}

async function driftOf(line: OperatorLine, file: string) {
  const read = await readManifest(file, { dev: true });
  if (!read.ok) return undefined;
  try {
    const plan = await planned(line, { $case: 'text', value: read.value.text });
    return { version: plan.version, changes: plan.changes.length + plan.leftOut };
  } catch (error) {
    if (error instanceof CommandFailed) return error.message;
    throw error;
  }
}

/** Whether the manifest can be read and nothing in it is wrong; else its first fault. */
export async function manifestFinding(file: string, dev: boolean): Promise<Finding> {
  const read = await readManifest(file, { dev });
  if (read.ok) return fine('manifest', `${file} has no faults`);
  const [first] = read.error;
  const more = read.error.length - 1;
  const others = more === 0 ? '' : ` (and ${more} more: creance plan ${file})`;
  const [said = '', fix = ''] = formatFaults(first ? [first] : []).split(' — fix: ');
  return failure('manifest', `${said}${others}`, fix);
}
