import { errorText } from '@creance/proto';
import type { EnvironmentSource, MemberKind } from '@creance/sdk/internal';
import { CommandFailed } from './output.js';

/** Where an operator command has found who to be, and who else it could be. */
export interface IdentitySource {
  /** What named the key: `--key-file`, `CREANCE_KEY_FILE`, or the join string. */
  readonly setting: string;
  readonly keyFile: string | undefined;
  /** Data folder of a development broker that runs here. */
  readonly devData: string | undefined;
}

/** sysexits.h EX_CONFIG. */
const exitConfig = 78;

/** What of an environment says who to be. */
export function identitySource(
  { keyFile, isKeyFileNamed, descriptor }: EnvironmentSource,
  { isFlag, devData }: { readonly isFlag: boolean; readonly devData: string | undefined },
): IdentitySource {
  const byJoin = descriptor === undefined ? 'CREANCE_JOIN' : 'CREANCE_JOIN_FD';
  const byFile = isFlag ? '--key-file' : 'CREANCE_KEY_FILE';
  return { setting: isKeyFileNamed ? byFile : byJoin, keyFile, devData };
}

/** An operator command with the key of an agent or a verifier: whose key it is, and what to unset. */
export function notOperator(
  { kind, name }: { readonly kind: MemberKind; readonly name: string },
  source: IdentitySource,
): CommandFailed {
  const { setting, keyFile: at } = source;
  const text = errorText({
    code: 'session_wrong_kind',
    what: `${setting} is the key of ${kind} ${name}`,
    at,
    fix: otherwise(source, 'or name the key file of an operator with --key-file'),
  });
  return new CommandFailed(text, exitConfig, { reason: 'session_wrong_kind' });
}

/** An operator command whose key file is not there, and that has no join string to make it with. */
export function keyFileMissing(source: IdentitySource): CommandFailed {
  const { setting, keyFile: at } = source;
  const text = errorText({
    code: 'key_file_missing',
    what: `${setting} names a file that does not exist`,
    at,
    fix: otherwise(source, 'or set CREANCE_JOIN to the join string of an operator'),
  });
  return new CommandFailed(text, exitConfig);
}

function otherwise({ setting, devData }: IdentitySource, or: string): string {
  const unset = setting === '--key-file' ? 'leave it out' : 'unset it';
  const owner = devData && `to be the owner of the development broker of ${devData}`;
  return owner ? `${unset} ${owner}, ${or}` : `${unset} to act as the operator, ${or}`;
}
