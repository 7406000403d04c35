import { type ConnectOptions, connect } from './connect.js';
import type { Creance } from './creance.js';
import { type Environment, environmentSource } from './environment-source.js';
import { ConfigurationError } from './errors/creance-error.js';
import { readJoinDescriptor } from './join-descriptor.js';

/** The options that the environment does not set. */
export type EnvironmentOptions = Pick<ConnectOptions, 'clock' | 'onEvent' | 'report'>;

/**
 * Connects by the environment: `CREANCE_JOIN`, a join string, or `CREANCE_JOIN_FD`, a descriptor that has
 * it, and `CREANCE_KEY_FILE`, where the key is kept. With a join string alone the key goes to
 * `~/.creance/<issuer>/<member>.key.json`, both names hashes; where no folder can be made there, it stays
 * in memory. Throws a `ConfigurationError` that names the fix when nothing is set.
 */
export async function fromEnvironment(
  env: Environment = process.env,
  options: EnvironmentOptions = {},
): Promise<Creance> {
  const { descriptor, keyFile, isKeyFileNamed, ...source } = environmentSource(env);
  const join = descriptor === undefined ? source.join : await readJoinDescriptor(descriptor);
  if (isKeyFileNamed || keyFile === undefined) return connect({ ...options, join, keyFile });
  try {
    return await connect({ ...options, join, keyFile });
  } catch (error) {
    // A container may have no home: the key then lives as long as the process.
    if (!(error instanceof ConfigurationError) || error.code !== 'CREANCE_KEY_FILE_UNWRITABLE')
      throw error;
    return connect({ ...options, join });
  }
}
