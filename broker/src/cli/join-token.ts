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

interface JoinFlags extends MemberFlags {
  readonly uses: number;
  readonly seconds: number;
  readonly network: readonly string[];
}

/** A join string for one key within ten minutes. */
export async function joinStringFor(line: OperatorLine, member: MemberFlags): Promise<string> {
  return (await made(line, { ...member, uses: 1, seconds: 600, network: [] })).joinString;
}

/** Makes a join token and prints its join string, once. */
export async function createJoinToken(
  line: OperatorLine,
  flags: JoinFlags,
  output: Output,
): Promise<void> {
  const { joinString, expiresUnixSeconds } = await made(line, flags);
  output.words(
    `shown once; valid until ${new Date(Number(expiresUnixSeconds) * 1_000).toISOString()}`,
  );
  output.result(joinString);
}

async function made(line: OperatorLine, flags: JoinFlags): Promise<CreateJoinTokenResponse> {
  const request = CreateJoinTokenRequest.encode({
    ...memberOf(flags),
    uses: flags.uses,
    lifetimeSeconds: flags.seconds,
    networks: [...flags.network],
  }).finish();
  const reply = await call(line, '/creance.v1.RegistryService/CreateJoinToken', request);
  return CreateJoinTokenResponse.decode(reply);
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
