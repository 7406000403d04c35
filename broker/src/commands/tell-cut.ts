import type { CutTold } from '../domain/cut-told.js';
import type { Call, Command } from './call.js';

/** Takes what a call has cut, once it is durable. */
export type TellCut = (told: CutTold, call: Pick<Call, 'requestId' | 'now'>) => void;

/** A cut without its author, whom the call tells. */
export type CutMade = Omit<CutTold, 'author'>;

/**
 * Wraps a verb that cuts, so that what it has done is told: metrics, span and log line are no business of
 * the rule. Tells nothing when `madeBy` gives undefined: nothing was cut.
 */
export function tellingCut<Ask, Answer>(
  command: Command<Ask, Answer>,
  madeBy: (ask: Ask, answer: Answer, call: Call) => CutMade | undefined,
  tell: TellCut,
): Command<Ask, Answer> {
  return async (ask, call) => {
    const answer = await command(ask, call);
    const made = answer.ok ? madeBy(ask, answer.value, call) : undefined;
    if (made !== undefined) tell({ ...made, author: authorKind(call) }, call);
    return answer;
  };
}

/** Whoever calls by name is in the audit; here only what he is. */
function authorKind({ caller }: Call): CutTold['author'] {
  if (caller.kind === 'broker') return 'broker';
  if (caller.kind === 'session') return caller.session.kind === 'operator' ? 'operator' : 'session';
  return 'operator';
}
