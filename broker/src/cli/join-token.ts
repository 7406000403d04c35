import {
  CreateJoinTokenRequest,
  CreateJoinTokenResponse,
  type SessionKind,
} from '@creance/proto/wire';
import { wireKind } from '../rpc/convert.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import { CommandFailed, type Output } from './output.js';

/** The member that a join token is for, as the flags name it. */
export interface MemberFlags {
  readonly workload?: string;
  readonly verifier?: string;
  readonly operator?: string;
}

/** Makes a join token and prints its join string, once. */
export async function createJoinToken(
  line: OperatorLine,
  flags: MemberFlags & {
    readonly uses: number;
    readonly seconds: number;
    readonly network: readonly string[];
  },
  output: Output,
): Promise<void> {
  const request = CreateJoinTokenRequest.encode({
    ...memberOf(flags),
    uses: flags.uses,
    lifetimeSeconds: flags.seconds,
    networks: [...flags.network],
  }).finish();
  const reply = await call(line, '/creance.v1.RegistryService/CreateJoinToken', request);
  const { joinString, expiresUnixSeconds } = CreateJoinTokenResponse.decode(reply);
  output.words(
    `shown once; valid until ${new Date(Number(expiresUnixSeconds) * 1_000).toISOString()}`,
  );
  output.result(joinString);
}

function memberOf(flags: MemberFlags): { kind: SessionKind; name: string } {
  const kinds = ['workload', 'verifier', 'operator'] as const;
  const named = kinds.flatMap((kind) => {
    const name = flags[kind];
    return name === undefined ? [] : [{ kind: wireKind(kind), name }];
  });
  const [member, second] = named;
  if (member !== undefined && second === undefined) return member;
  throw new CommandFailed('name exactly one of --workload, --verifier, --operator', 2);
}
