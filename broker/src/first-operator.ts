import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBase64url } from '@creance/proto';
import type { Command } from './commands/call.js';
import type { JoinTokenAnswer, JoinTokenAsk } from './commands/create-join-token.js';
import type { BrokerConfig } from './config.js';
import type { Registry } from './domain/registry.js';
import type { Clock } from './runtime/clock.js';
import type { Entropy } from './runtime/entropy.js';
import { writeWholeFile } from './whole-file.js';

/** Seconds in which the first operator must join. */
const firstJoinSeconds = 86_400;

/** Parts of the first contact with people. */
export interface FirstOperatorParts {
  /** The data folder, and whether it was put back: then nobody is joined any more. */
  readonly config: Pick<BrokerConfig, 'data' | 'restored'>;
  readonly registry: Registry;
  readonly createJoinToken: Command<JoinTokenAsk, JoinTokenAnswer>;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/**
 * Somebody must be able to make the first join token. On the first start of a broker outside
 * development, and when its data were put back, the first registrar of the manifest gets a join string in a
 * file that only the broker's user can read. Gives the file; undefined when that has been done before or
 * nobody is registrar.
 */
export async function inviteFirstOperator(parts: FirstOperatorParts): Promise<string | undefined> {
  const { config, registry, createJoinToken, clock, entropy } = parts;
  const file = join(config.data, 'first-operator.join');
  const name = [...registry.operators.values()].find(({ roles }) => roles.has('registrar'))?.name;
  if (name === undefined || (existsSync(file) && !config.restored)) return undefined;
  const made = await createJoinToken(
    {
      member: { kind: 'operator', name },
      uses: 1,
      lifetimeSeconds: firstJoinSeconds,
      networks: [],
    },
    {
      requestId: encodeBase64url(entropy.bytes(16)),
      now: clock.now(),
      address: '',
      caller: { kind: 'broker' },
    },
  );
  if (!made.ok) return undefined;
  writeWholeFile(file, `${made.value.joinString}\n`);
  return file;
}
