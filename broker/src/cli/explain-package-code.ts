import { errorDocsUrl } from '@creance/proto';
import { type PackageCode, packageCodes } from './gen/package-codes.js';
import { formatPairs } from './output.js';

/** What one package says by itself under a code, as it is explained. */
export interface ShownPackageCode {
  readonly code: string;
  readonly saidBy: string;
  readonly means: string;
  /** Of the answer to a request; null for what only the owner is told. */
  readonly http: number | null;
  readonly oauth: string;
  /** Empty where that is not known. */
  readonly again: string;
  readonly fix: string;
  readonly told: readonly string[];
  readonly docsUrl: string;
}

/** A code in any of its spellings as it is compared. */
export function plainCode(word: string): string {
  return word.toLowerCase().replace(/^creance_/, '');
}

/** Every code of the packages, as it is compared. */
export const plainPackageCodes: readonly string[] = packageCodes.map(({ code }) => plainCode(code));

/** What the packages of agents and services say by themselves under a word; several may have the same. */
export function saidByPackages(word: string): readonly ShownPackageCode[] {
  const plain = plainCode(word);
  return packageCodes.filter(({ code }) => plainCode(code) === plain).map(shownPackageCode);
}

function shownPackageCode(row: PackageCode): ShownPackageCode {
  const { source, code, means, fix, http, oauth = '' } = row;
  return {
    code,
    saidBy: saidBy(row),
    means,
    http: http ?? null,
    oauth,
    again: againText(row),
    fix,
    told: toldBy(row),
    docsUrl: errorDocsUrl(source, plainCode(code)),
  };
}

function saidBy({ source, http }: PackageCode): string {
  if (source === 'agent') return 'the agent package, in the process of the agent';
  return http === undefined
    ? 'the verifier of a service, to the owner of the service'
    : 'the verifier of a service, in answer to a request: the broker is not asked';
}

function againText({ http, retryAfterSeconds }: PackageCode): string {
  if (http === undefined) return '';
  return retryAfterSeconds === undefined
    ? 'no: something must change first'
    : `yes: the same request may succeed after ${retryAfterSeconds} s`;
}

function toldBy({ http, source }: PackageCode): readonly string[] {
  if (http !== undefined)
    return [
      'the caller: the code and a request id, and the scopes of the action where its token lacks one',
      'the owner of the service: the same request id in the event denied, for its log',
    ];
  return [source === 'agent' ? 'the process of the agent' : 'the process of the service'];
}

/** The same for a terminal. */
export function packageCodeText(shown: ShownPackageCode): string {
  return formatPairs([
    ['code', shown.code],
    ['said by', shown.saidBy],
    ['means', shown.means],
    ['HTTP', shown.http === null ? '' : `${shown.http}`],
    ['OAuth', shown.oauth],
    ['try again', shown.again],
    ['fix', shown.fix],
    ...shown.told.map(
      (line, at) => [at === 0 ? 'who is told' : `${' '.repeat(at)}`, line] as const,
    ),
    ['more', shown.docsUrl],
  ]);
}
