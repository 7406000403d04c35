import {
  ApplyManifestRequest,
  ApplyManifestResponse,
  ListManifestVersionsRequest,
  ListManifestVersionsResponse,
  type ManifestVersion,
} from '@creance/proto/wire';
import type { OperatorLine } from '../rpc/operator-client.js';
import { askYes } from './ask-yes.js';
import { count } from './confirm.js';
import { call } from './operator-call.js';
import type { LineFlags } from './operator-line.js';
import {
  CommandFailed,
  type Format,
  instantText,
  type Output,
  print,
  printRows,
} from './output.js';
import { fileSource, planned } from './plan-call.js';
import { commandInForce, leaverWords } from './plan-next.js';
import { planText } from './plan-text.js';
import { sayWaits } from './proposal-words.js';

/** How a manifest is to come into force. */
export interface ApplyFlags extends LineFlags {
  /** Whether live sessions may end by it. */
  readonly prune: boolean;
  /** Whether nobody is asked. */
  readonly yes: boolean;
  readonly reason: string;
  readonly o: Format;
}

/** Puts a manifest file in force: shows the plan, and applies what it has shown or nothing. */
export async function apply(
  line: OperatorLine,
  { file, ...flags }: ApplyFlags & { readonly file: string },
  output: Output,
): Promise<void> {
  const chosen = { source: await fileSource(file), what: ['apply', file] } as const;
  await putInForce(line, chosen, flags, output);
}

/** Puts an earlier version in force again; without one named, the one before what is in force. */
export async function rollback(
  line: OperatorLine,
  { version, ...flags }: ApplyFlags & { readonly version: string | undefined },
  output: Output,
): Promise<void> {
  const value = version === undefined ? await versionBefore(line) : versionOf(version);
  const chosen = {
    source: { $case: 'version', value },
    what: ['rollback', String(value)],
  } as const;
  await putInForce(line, chosen, flags, output);
}

/** Lists the versions that are kept, newest first. */
export async function listVersions(
  line: OperatorLine,
  { o }: { readonly o: Format },
  output: Output,
): Promise<void> {
  const rows = (await versionsOf(line)).map((one) => ({
    version: String(one.version),
    applied: instantText(one.appliedUnixMicros),
    author: one.author,
    widenings: String(one.widenings),
    'rollback to': one.rolledBackTo === 0n ? '' : String(one.rolledBackTo),
    reason: one.reason,
  }));
  const columns = ['version', 'applied', 'author', 'widenings', 'rollback to', 'reason'] as const;
  printRows(rows, columns, o, output);
}

/** What is to be put in force, and the words that name it on the command line. */
interface Chosen {
  readonly source: NonNullable<ApplyManifestRequest['source']>;
  readonly what: Parameters<typeof commandInForce>[0];
}

async function putInForce(
  line: OperatorLine,
  { source, what }: Chosen,
  { prune, yes, reason, o, ...place }: ApplyFlags,
  output: Output,
): Promise<void> {
  const plan = await planned(line, source);
  if (plan.changes.length === 0) {
    const version = Number(plan.version);
    const words = `the same as version ${version}: nothing was applied`;
    print({ version, changes: 0 }, () => words, o, output);
    return;
  }
  output.words(planText(plan));
  if (plan.sessionsEnding > 0 && !prune) {
    const ending = `${count(plan.sessionsEnding, 'live session')} would end`;
    const fix = `when that is meant: ${commandInForce(what, place, { prune: true, reason })}`;
    throw new CommandFailed(`${ending}, nothing was applied: ${leaverWords(plan)} — fix: ${fix}`);
  }
  if (!yes) await askYes('apply this?', 'nothing was applied');
  const expectedVersion = plan.version;
  const request = ApplyManifestRequest.encode({ source, expectedVersion, prune, reason }).finish();
  const path = '/creance.v1.RegistryService/ApplyManifest';
  const done = ApplyManifestResponse.decode(await call(line, path, request));
  if (done.waits !== undefined) sayWaits(done.waits, o, output);
  const { sessionsEnded, changes, widenings } = done;
  const version = Number(done.version);
  const words = `version ${version} is in force: ${count(changes, 'change')}, ${count(sessionsEnded, 'session')} ended`;
  print({ version, sessionsEnded, changes, widenings }, () => words, o, output);
}

async function versionsOf(line: OperatorLine): Promise<ListManifestVersionsResponse['versions']> {
  const request = ListManifestVersionsRequest.encode({}).finish();
  const path = '/creance.v1.RegistryService/ListManifestVersions';
  return ListManifestVersionsResponse.decode(await call(line, path, request)).versions;
}

/**
 * The version to go back to when none is named: the one before what is in force in truth. A rollback counts as
 * the version that it has put in force again, so that one rollback after another goes further back and never
 * returns to what the last one has left.
 */
async function versionBefore(line: OperatorLine): Promise<bigint> {
  const versions = await versionsOf(line);
  const inForce = versions[0];
  const current = inForce && originOf(inForce, versions);
  const before = current && versions.find(({ version }) => version < current.version);
  const target = before && originOf(before, versions);
  if (target !== undefined) return target.version;
  const kept = versions.map(({ version }) => version).join(', ') || 'none';
  throw new CommandFailed(
    `no earlier version is kept; kept: ${kept} — fix: name one of creance rollback --list, or a file with creance apply`,
  );
}

/** The version whose text a rollback has put in force again; a version that is none is its own. */
function originOf(
  version: ManifestVersion,
  versions: readonly ManifestVersion[],
): ManifestVersion | undefined {
  let at: ManifestVersion | undefined = version;
  while (at !== undefined && at.rolledBackTo !== 0n) {
    const { rolledBackTo, version: later }: ManifestVersion = at;
    at = versions.find((one) => one.version === rolledBackTo && one.version < later);
  }
  return at;
}

function versionOf(text: string): bigint {
  if (/^[1-9]\d{0,15}$/.test(text)) return BigInt(text);
  throw new CommandFailed('a version is a number — fix: name one of creance rollback --list', 2);
}
