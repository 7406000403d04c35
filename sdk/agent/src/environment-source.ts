import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join as joinPath } from 'node:path';
import { parseJoinString } from '@creance/proto';
import { configurationError } from './errors/local.js';

/** Variables, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What an environment says of who to be. Nothing is read or opened for it. */
export interface EnvironmentSource {
  /** The join string of `CREANCE_JOIN`. Bearer material. */
  readonly join: string | undefined;
  /** What `CREANCE_JOIN_FD` says: the number of a descriptor that has the join string. */
  readonly descriptor: string | undefined;
  /** Where the key is kept: by `CREANCE_KEY_FILE`, or below the home folder. */
  readonly keyFile: string | undefined;
  /** Whether the file is named, so that it must be there or be made. */
  readonly isKeyFileNamed: boolean;
}

/**
 * Looks at an environment as `fromEnvironment` does. Throws a `ConfigurationError` when it names two join
 * strings: which of them is meant is not for us to guess.
 */
export function environmentSource(env: Environment): EnvironmentSource {
  const join = settingOf(env, 'CREANCE_JOIN');
  const descriptor = settingOf(env, 'CREANCE_JOIN_FD');
  const named = settingOf(env, 'CREANCE_KEY_FILE');
  if (join !== undefined && descriptor !== undefined) throw configurationError('join_given_twice');
  const byDefault = join === undefined ? undefined : defaultKeyFile(join, env);
  return { join, descriptor, keyFile: named ?? byDefault, isKeyFileNamed: named !== undefined };
}

/** An empty setting counts as none: that is how templates leave one out. */
function settingOf(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/**
 * One file for each join string of an issuer: the same string finds its key again, and two members on
 * one machine never share a key. Undefined when the string is malformed, `connect` says so, or is that of
 * a child, whose key is there already and must be named.
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
