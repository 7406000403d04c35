import {
  errorInfoReason,
  type Reason,
  reasonFromErrorInfo,
  reasonRow,
  reasons,
} from '@creance/proto';
import { status } from '@grpc/grpc-js';
import { nearest } from '../domain/nearest.js';
import {
  packageCodeText,
  plainCode,
  plainPackageCodes,
  type ShownPackageCode,
  saidByPackages,
} from './explain-package-code.js';
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
  /** What agents and services say under the same code by themselves. */
  readonly elsewhere: readonly ShownPackageCode[];
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
    elsewhere: saidByPackages(reason),
  };
}

/** The same for a terminal. */
export function reasonText(shown: ShownReason): string {
  const { told, elsewhere } = shown;
  const own = formatPairs([
    ['code', shown.reason],
    ['said by', 'the broker'],
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
  return [own, ...elsewhere.map(packageCodeText)].join('\n\n');
}

/** What to say to a word that is no code and no id: the codes that it may have meant. */
export function unknownWord(word: string): CommandFailed {
  const plain = plainCode(word);
  const codes = [...new Set([...Object.keys(reasons), ...plainPackageCodes])];
  const close = nearest(plain, codes);
  const holding = codes.filter((each) => plain.length >= 4 && each.includes(plain));
  const meant = [...new Set([...(close === undefined ? [] : [close]), ...holding])].slice(0, 5);
  const fix =
    meant.length === 0
      ? 'name a code such as scope_not_granted, a session of creance session ls, or the request id of a refusal'
      : `did you mean ${meant.join(', ')}?`;
  return new CommandFailed(`${printable(word)} is no code and no id — fix: ${fix}`, 2);
}
