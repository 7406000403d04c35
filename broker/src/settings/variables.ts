import { nearest } from '../manifest/index.js';
import { settings } from './table.js';

/** A variable of the environment that is no setting of a broker. */
export interface Variable {
  readonly name: `CREANCE_${string}`;
  readonly readBy: string;
  /** Whether what it holds is bearer material: never printed, logged or put on a command line. */
  readonly isSecret: boolean;
  readonly words: string;
}

/** Every other variable that a package of ours reads. */
export const otherVariables: readonly Variable[] = [
  {
    name: 'CREANCE_CONFIG',
    readBy: 'creance dev, serve, config show, doctor',
    isSecret: false,
    words: 'the file of settings; --config comes before it, and ./creance.config.yaml after it',
  },
  {
    name: 'CREANCE_JOIN',
    readBy: '@creance/sdk (fromEnvironment), creance',
    isSecret: true,
    words: 'a join string: of a workload for the SDK, of an operator for the command',
  },
  {
    name: 'CREANCE_JOIN_FD',
    readBy: '@creance/sdk (fromEnvironment)',
    isSecret: false,
    words: 'number of a descriptor that a join string is read from, in its place; once a process',
  },
  {
    name: 'CREANCE_KEY_FILE',
    readBy: '@creance/sdk (fromEnvironment), creance',
    isSecret: false,
    words: 'where the evidence key is kept; --key-file comes before it',
  },
];

const prefix = 'CREANCE_';

/** Names of all variables that mean something. */
export function knownVariables(): readonly string[] {
  const own = settings.flatMap(({ variable }) => (variable === undefined ? [] : [variable]));
  return [...own, ...otherVariables.map(({ name }) => name)];
}

/**
 * Variables that are probably a slip of one that is known, each with the one that was meant. Others that
 * begin with `CREANCE_` are somebody's own.
 */
export function misspelt(
  environment: Readonly<Record<string, string | undefined>>,
): readonly { readonly name: string; readonly meant: string }[] {
  const known = knownVariables();
  const bare = known.map((name) => name.slice(prefix.length));
  return Object.keys(environment).flatMap((name) => {
    if (!name.toUpperCase().startsWith(prefix) || known.includes(name)) return [];
    const meant = nearest(name.slice(prefix.length), bare);
    return meant === undefined ? [] : [{ name, meant: prefix + meant }];
  });
}
