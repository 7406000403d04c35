import { handleFromBytes, ok, type Result } from '@creance/proto';
import {
  ApplyManifestRequest,
  ApplyManifestResponse,
  GetManifestRequest,
  GetManifestResponse,
  ListManifestVersionsRequest,
  ListManifestVersionsResponse,
  type ManifestChange,
  type ManifestVersion as ManifestVersionMessage,
  PlanManifestRequest,
  PlanManifestResponse,
} from '@creance/proto/wire';
import type { ApplyManifestAsk } from '../commands/apply-manifest.js';
import type { ManifestSource } from '../commands/manifest-source.js';
import type { ManifestPlan } from '../commands/plan-manifest.js';
import type { Waits } from '../commands/propose.js';
import type { ApplyManifestAnswer } from '../commands/put-in-force.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import type { ManifestText, ManifestVersion } from '../store/store.js';
import { idFault, malformed } from './convert.js';
import { wireApplied, wireProposal } from './convert-proposal.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads a PlanManifestRequest. */
export function readPlanManifest(bytes: Uint8Array): Result<ManifestSource, Denial> {
  const decoded = decodeMessage(PlanManifestRequest, bytes);
  return decoded.ok ? sourceOf(decoded.value.source) : decoded;
}

/** Writes a PlanManifestResponse: as many changes as one message is to hold, widening ones first. */
export function writePlanManifest(plan: ManifestPlan): Buffer {
  const { version, changes, sessionsEnding } = plan;
  const shown = shownOf(changes);
  return encodeMessage(PlanManifestResponse, {
    version: BigInt(version),
    changes: shown.map(writeChange),
    leftOut: changes.length - shown.length,
    widenings: changes.filter(({ widens }) => widens !== undefined).length,
    sessionsEnding,
  });
}

/** Reads an ApplyManifestRequest. */
export function readApplyManifest(bytes: Uint8Array): Result<ApplyManifestAsk, Denial> {
  const decoded = decodeMessage(ApplyManifestRequest, bytes);
  if (!decoded.ok) return decoded;
  const { prune, reason } = decoded.value;
  const source = sourceOf(decoded.value.source);
  if (!source.ok) return source;
  const expectedVersion = numberOf(decoded.value.expectedVersion);
  if (expectedVersion === undefined) return malformed('expected_version', versionFault);
  return ok({ source: source.value, expectedVersion, prune, reason });
}

/** Writes an ApplyManifestResponse. */
export function writeApplyManifest(answer: ApplyManifestAnswer | Waits): Buffer {
  return encodeMessage(
    ApplyManifestResponse,
    'waits' in answer
      ? { ...nothingApplied, waits: wireProposal(answer.waits) }
      : wireApplied(answer),
  );
}

const nothingApplied = { version: 0n, sessionsEnded: 0, changes: 0, widenings: 0 } as const;

/** Reads a ListManifestVersionsRequest. */
export function readListVersions(bytes: Uint8Array): Result<Record<string, never>, Denial> {
  const decoded = decodeMessage(ListManifestVersionsRequest, bytes);
  return decoded.ok ? ok({}) : decoded;
}

/** Writes a ListManifestVersionsResponse. */
export function writeListVersions(versions: readonly ManifestVersion[]): Buffer {
  return encodeMessage(ListManifestVersionsResponse, { versions: versions.map(writeVersion) });
}

/** Reads a GetManifestRequest. */
export function readGetManifest(
  bytes: Uint8Array,
): Result<{ readonly version: number | undefined }, Denial> {
  const decoded = decodeMessage(GetManifestRequest, bytes);
  if (!decoded.ok) return decoded;
  const version = numberOf(decoded.value.version);
  if (version === undefined) return malformed('version', versionFault);
  return ok({ version: version === 0 ? undefined : version });
}

/** Writes a GetManifestResponse. */
export function writeGetManifest({ text, ...about }: ManifestText): Buffer {
  return encodeMessage(GetManifestResponse, { about: writeVersion(about), text });
}

const versionFault = 'must be a version, at most 2^53 - 1';

function numberOf(version: bigint): number | undefined {
  return version <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(version) : undefined;
}

function sourceOf(source: PlanManifestRequest['source']): Result<ManifestSource, Denial> {
  if (source?.$case === 'proposal') {
    const id = handleFromBytes(source.value);
    return id === undefined ? malformed('proposal', idFault) : ok({ kind: 'proposal', id });
  }
  if (source === undefined) return malformed('source', 'must be a text or a version');
  if (source.$case === 'text') return ok({ kind: 'text', text: source.value });
  const version = numberOf(source.value);
  if (version === undefined || version === 0) return malformed('version', versionFault);
  return ok({ kind: 'version', version });
}

type Shown = ManifestPlan['changes'][number];

/** What widens must never be what is left out. */
function shownOf(changes: readonly Shown[]): readonly Shown[] {
  if (changes.length <= limits.planChangesShown) return changes;
  const isWidening = ({ widens }: Shown) => widens !== undefined;
  const first = [...changes.filter(isWidening), ...changes.filter((one) => !isWidening(one))];
  const kept = new Set(first.slice(0, limits.planChangesShown));
  return changes.filter((change) => kept.has(change));
}

function writeChange({ path, before, after, widens = '', sessions }: Shown): ManifestChange {
  return { path, before: shortened(before), after: shortened(after), widens, sessions };
}

function shortened(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= limits.planChars) return text;
  return `${text.slice(0, limits.planChars - 1)}…`;
}

function writeVersion(about: ManifestVersion): ManifestVersionMessage {
  const { version, hash, author, appliedAt, reason, rolledBackTo = 0, widenings } = about;
  return {
    version: BigInt(version),
    hash,
    author,
    appliedUnixMicros: BigInt(appliedAt),
    reason,
    rolledBackTo: BigInt(rolledBackTo),
    widenings,
  };
}
