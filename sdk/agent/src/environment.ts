import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join as joinPath } from 'node:path';
import { parseJoinString } from '@creance/proto';
import { type ConnectOptions, connect } from './connect.js';
import type { Creance } from './creance.js';
import { ConfigurationError } from './errors/creance-error.js';

/** The options that the environment does not set. */
export type EnvironmentOptions = Pick<ConnectOptions, 'clock' | 'onEvent' | 'report'>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Connects by the environment: `CREANCE_JOIN`, a join string, and `CREANCE_KEY_FILE`, where the key is
 * kept. With a join string alone the key goes to `~/.creance/<issuer>/<member>.key.json`, both names
 * hashes; where no folder can be made there, it stays in memory. Throws a `ConfigurationError` that
 * names the fix when nothing is set.
 */
export async function fromEnvironment(
  env: Environment = process.env,
  options: EnvironmentOptions = {},
): Promise<Creance> {
  const join = settingOf(env, 'CREANCE_JOIN');
  const keyFile = settingOf(env, 'CREANCE_KEY_FILE');
  if (join === undefined || keyFile !== undefined) return connect({ ...options, join, keyFile });
  try {
    return await connect({ ...options, join, keyFile: defaultKeyFile(join, env) });
  } catch (error) {
    // A container may have no home: the key then lives as long as the process.
    if (!(error instanceof ConfigurationError) || error.code !== 'CREANCE_KEY_FILE_UNWRITABLE')
      throw error;
    return connect({ ...options, join });
  }
}

/** An empty setting counts as none: that is how templates leave one out. */
function settingOf(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/**
 * One file for each join string of an issuer: the same string finds its key again, and two members on
 * one machine never share a key. Undefined when the string is malformed; `connect` says so.
 */
export function defaultKeyFile(join: string, env: Environment): string | undefined {
  const parsed = parseJoinString(join);
  if (parsed === undefined) return undefined;
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  const member = shortHash(`creance-key-file-v1\0${parsed.joinToken}`);
  return joinPath(home, '.creance', shortHash(parsed.issuer), `${member}.key.json`);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
