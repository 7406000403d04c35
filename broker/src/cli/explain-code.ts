import {
  errorDocsUrl,
  errorInfoReason,
  type Reason,
  reasonFromErrorInfo,
  reasonRow,
  reasons,
} from '@creance/proto';
import { status } from '@grpc/grpc-js';
import { nearest } from '../domain/nearest.js';
import { CommandFailed, formatPairs, printable } from './output.js';

/** A reason as it is explained: what stands in its row, and who is told what. */
export interface ShownReason {
  readonly reason: Reason;
  /** As in ErrorInfo, and as the SDK's code. */
  readonly errorInfo: string;
  readonly sdkCode: string;
  readonly means: string;
  readonly grpc: string;
  readonly oauth: string;
  readonly isRetryable: boolean;
  readonly fix: string;
  readonly told: readonly string[];
}

/** The reason that a word names, in any of its spellings; undefined when it names none. */
export function reasonNamed(word: string): Reason | undefined {
  return reasonFromErrorInfo(word.toUpperCase().replace(/^CREANCE_/, ''));
}

/** A reason for programs and people. */
export function shownReason(reason: Reason): ShownReason {
  const { grpc, oauth, retryable, message, fix } = reasonRow(reason);
  const errorInfo = errorInfoReason(reason);
  return {
    reason,
    errorInfo,
    sdkCode: `CREANCE_${errorInfo}`,
    means: message,
    grpc: `${status[grpc]} (${grpc})`,
    oauth,
    isRetryable: retryable,
    fix,
    told: [
      'whoever has proved nothing: the code and a request id',
      'the session: these, and the first scope that is missing',
      'owner and operators: what was presented, the nearest rule, what is missing, the fix, by creance explain <request id>',
    ],
  };
}

/** The same for a terminal. */
export function reasonText(shown: ShownReason): string {
  const { told } = shown;
  return formatPairs([
    ['code', shown.reason],
    ['in the SDK', shown.sdkCode],
    ['in ErrorInfo', shown.errorInfo],
    ['means', shown.means],
    ['gRPC', shown.grpc],
    ['OAuth', shown.oauth],
    [
      'try again',
      shown.isRetryable
        ? 'yes: the same call may succeed later'
        : 'no: something must change first',
    ],
    ['fix', shown.fix],
    ...told.map((line, at) => [at === 0 ? 'who is told' : `${' '.repeat(at)}`, line] as const),
  ]);
}

/** What to say to a word that is no code and no id: the codes that it may have meant. */
export function unknownWord(word: string): CommandFailed {
  const plain = word.toLowerCase().replace(/^creance_/, '');
  const close = nearest(plain, Object.keys(reasons));
  const holding = Object.keys(reasons).filter((each) => plain.length >= 4 && each.includes(plain));
  const meant = [...new Set([...(close === undefined ? [] : [close]), ...holding])].slice(0, 5);
  const fix = meant.length === 0 ? fixOfUnknown(word, plain) : `did you mean ${meant.join(', ')}?`;
  return new CommandFailed(`${printable(word)} is no code and no id — fix: ${fix}`, 2);
}

/** What the agent's or the verifier's package says by itself has its words in a table of theirs. */
function fixOfUnknown(word: string, plain: string): string {
  return /^CREANCE_[A-Z_]{1,64}$/.test(word)
    ? `an agent or a verifier says it by itself, with its own fix; read on at ${errorDocsUrl('agent', plain)} or ${errorDocsUrl('verifier', plain)}`
    : 'name a code such as scope_not_granted, a session of creance session ls, or the request id of a refusal';
}
