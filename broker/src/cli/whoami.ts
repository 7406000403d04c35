import { existsSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import {
  type ChildJoinString,
  type JoinString,
  parseChildJoinString,
  parseJoinString,
} from '@creance/proto';
import { type Creance, connect, EvidenceError } from '@creance/sdk';
import {
  type EnvironmentSource,
  environmentSource,
  type KeyFileFacts,
  keyFileFacts,
  sessionOfAny,
} from '@creance/sdk/internal';
import { openDevLine } from '../rpc/operator-client.js';
import { listedVerifiers } from './operator-call.js';
import { inPlainWords, type LineFlags, saidPlainly } from './operator-line.js';
import {
  CommandFailed,
  type Format,
  formatPairs,
  type Output,
  print,
  printable,
} from './output.js';

/** Who an environment is to the broker; what is not known is left out. Holds no secret. */
export interface WhoFacts {
  /** Which setting was taken, and why. */
  source: string;
  issuer?: string;
  address?: string;
  /** `workload`, `verifier` or `operator`. */
  member?: string;
  name?: string;
  roles?: readonly string[];
  /** Opened to ask, and closed again. */
  session?: string;
  /** Thumbprint of the evidence key, as `creance cut --evidence` takes it. */
  key?: string;
  /** When that session would end at the latest. */
  endsAt?: string;
  note?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Says who this environment is to the broker, and why. Opens a session by the key, never by a join token:
 * one that is for one use is still good afterwards.
 */
export async function whoami(
  flags: LineFlags & { readonly o: Format },
  output: Output,
  env: Environment = process.env,
): Promise<void> {
  const named = flags.keyFile === undefined ? env : { ...env, CREANCE_KEY_FILE: flags.keyFile };
  const source = saidPlainly(() => environmentSource(named));
  const byFlag = flags.keyFile === undefined ? 'env CREANCE_KEY_FILE' : 'flag --key-file';
  try {
    const facts = await factsOf(source, byFlag, flags.data);
    print(facts, () => whoText(facts), flags.o, output);
  } catch (error) {
    throw inPlainWords(error);
  }
}

async function factsOf(source: EnvironmentSource, byFlag: string, data: string): Promise<WhoFacts> {
  const { join, descriptor, keyFile, isKeyFileNamed } = source;
  const file = isKeyFileNamed ? `, key by ${byFlag}` : '';
  if (descriptor !== undefined) {
    const key = keyFile === undefined ? undefined : await keyFileFacts(keyFile);
    const note = 'the join string is for one use, and was left unread';
    return {
      source: `env CREANCE_JOIN_FD (descriptor ${descriptor})${file}`,
      ...homeOf(key),
      note,
    };
  }
  if (join !== undefined) return byJoinString(join, keyFile, `env CREANCE_JOIN${file}`);
  if (keyFile !== undefined) return byKey(await connect({ keyFile }), keyFile, byFlag);
  return byDevSocket(data);
}

async function byJoinString(
  join: string,
  keyFile: string | undefined,
  source: string,
): Promise<WhoFacts> {
  const parsed: JoinString | ChildJoinString | undefined =
    parseJoinString(join) ?? parseChildJoinString(join);
  const isForChild = parsed !== undefined && 'childJoinToken' in parsed;
  const key = keyFile === undefined ? undefined : await keyFileFacts(keyFile);
  // Says what is wrong with the string, or that it does not fit the key; speaks to nobody, makes nothing.
  if (parsed === undefined || key !== undefined) await (await connect({ join, keyFile })).close();
  const home = { source, issuer: parsed?.issuer ?? '', address: parsed?.address ?? '' };
  if (isForChild)
    return { ...home, ...keyOf(key), note: 'for one child, by creance run; it was not redeemed' };
  if (key === undefined || keyFile === undefined)
    return { ...home, note: 'no key has joined by this string yet; it was not redeemed' };
  const { address } = home;
  return byKey(await connect({ keyFile, address }), keyFile, `${source}, with ${keyFile}`);
}

async function byKey(client: Creance, keyFile: string, source: string): Promise<WhoFacts> {
  const home = { source, ...homeOf(await keyFileFacts(keyFile)), address: client.address };
  try {
    const session = await sessionOfAny(client, { report: false });
    const { kind, name, roles, id, absoluteEndAt } = session;
    const ofOperator = kind === 'operator' ? { roles } : {};
    return {
      ...home,
      member: kind,
      name,
      ...ofOperator,
      session: id,
      endsAt: absoluteEndAt.toISOString(),
    };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { ...home, note: `the broker does not take this key: ${error.code} ${error.message}` };
  } finally {
    await client.close();
  }
}

async function byDevSocket(data: string): Promise<WhoFacts> {
  const socket = joinPath(data, 'run', 'operator.sock');
  if (!existsSync(socket))
    throw new CommandFailed(
      `nothing says who this environment is: no key, no join string, no development broker on ${printable(data)} — fix: set CREANCE_JOIN or CREANCE_KEY_FILE, or name the folder of a running creance dev with --data`,
      78,
    );
  const line = openDevLine(socket);
  try {
    await listedVerifiers(line);
  } finally {
    await line.close();
  }
  const roles = ['all'];
  return {
    source: `socket ${socket}`,
    member: 'operator',
    name: 'owner of the data folder',
    roles,
  };
}

function keyOf(facts: KeyFileFacts | undefined): Pick<WhoFacts, 'key'> {
  return facts === undefined ? {} : { key: facts.key };
}

function homeOf(facts: KeyFileFacts | undefined): Pick<WhoFacts, 'issuer' | 'address' | 'key'> {
  if (facts === undefined) return {};
  const { issuer, address, key } = facts;
  return { issuer, address, key };
}

/** Facts for people, one a line. */
function whoText(facts: WhoFacts): string {
  return formatPairs(Object.entries(facts).map(([name, value]) => [name, String(value)] as const));
}
