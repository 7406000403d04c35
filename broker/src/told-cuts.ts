import type { CutAnswer, CutAsk } from './commands/cut.js';
import type { ApplyManifestAnswer } from './commands/put-in-force.js';
import { type CutMade, type TellCut, tellingCut } from './commands/tell-cut.js';
import type { EdgeCommands } from './rpc/edge-commands.js';

/** The verbs that write rows of the log. */
type Cutting = Pick<
  EdgeCommands,
  'cut' | 'suspend' | 'compromiseKey' | 'endSession' | 'applyManifest' | 'approveProposal'
>;

const none = { revision: undefined, sessionsEnded: undefined, session: undefined } as const;

/** Wraps the verbs that cut, so that each tells what it has done. */
export function toldCuts(verbs: Cutting, tell: TellCut): Cutting {
  return {
    cut: tellingCut(verbs.cut, ({ target }, answer) => operatorCut(target, answer), tell),
    suspend: tellingCut(
      verbs.suspend,
      ({ id }, answer) => operatorCut({ kind: 'session', id }, answer),
      tell,
    ),
    compromiseKey: tellingCut(
      verbs.compromiseKey,
      (_ask, { revision }) => ({
        ...none,
        handle: 'token_keys',
        reason: 'key_compromised',
        revision,
      }),
      tell,
    ),
    endSession: tellingCut(
      verbs.endSession,
      (_ask, revision, { caller }) => ({
        ...none,
        handle: 'session',
        reason: 'end',
        revision,
        session: caller.kind === 'session' ? caller.session.id : undefined,
      }),
      tell,
    ),
    applyManifest: tellingCut(
      verbs.applyManifest,
      (_ask, answer) => ('waits' in answer ? undefined : manifestCut(answer)),
      tell,
    ),
    approveProposal: tellingCut(
      verbs.approveProposal,
      (_ask, answer) => (answer.kind === 'manifest' ? manifestCut(answer.applied) : undefined),
      tell,
    ),
  };
}

/** Members that leave, or change hands, end by a manifest that has come into force. */
function manifestCut({ members, sessionsEnded }: ApplyManifestAnswer): CutMade | undefined {
  if (members.length === 0) return undefined;
  return { ...none, handle: 'members', reason: 'manifest', sessionsEnded };
}

function operatorCut(
  target: CutAsk['target'],
  { revision, sessionsEnded }: Pick<CutAnswer, 'revision' | 'sessionsEnded'>,
): CutMade {
  const session = target.kind === 'session' ? target.id : undefined;
  return { handle: target.kind, reason: 'operator', revision, sessionsEnded, session };
}
