import { type Finding, failure, fine, warning } from './verdict.js';

const mebibyte = 1_048_576;

/** Free MiB below which somebody should look, and below which nothing can be written for long. */
const freeLow = 1_024;
const freeLeast = 64;

/** The first Node that loads the store (`bin/creance.mjs`). */
const nodeLeast = [22, 15] as const;

/** The Node that runs this, by `process.versions.node`. */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > nodeLeast[0] || (major === nodeLeast[0] && minor >= nodeLeast[1]);
  const found = `Node ${version}`;
  if (!isNewEnough) return failure('node', `${found} cannot load the store`, 'install Node 24');
  return major % 2 === 0
    ? fine('node', found)
    : warning(
        'node',
        `${found} gets no fixes for long`,
        'install Node 24, or another even version',
      );
}

/** The SQLite that stores are opened with. */
export function sqliteFinding({ version, isSafe }: { version: string; isSafe: boolean }): Finding {
  if (isSafe) return fine('sqlite', `SQLite ${version}`);
  const found = `SQLite ${version} can corrupt a store when its log is reset`;
  return failure('sqlite', found, 'install the package again: 3.53 or newer comes with it');
}

/** Room on the disk of the data folder; `historyBytes` is what the history may still take. */
export function diskFinding(freeBytes: number | undefined, historyBytes: number): Finding {
  if (freeBytes === undefined)
    return warning('disk', 'the free space cannot be read', 'look with df at the data folder');
  const free = Math.floor(freeBytes / mebibyte);
  const found = `${free} MiB free`;
  const fix = 'make room on the disk of the data folder: a full disk stops issuing';
  if (free < freeLeast) return failure('disk', found, fix);
  if (free < freeLow || freeBytes < historyBytes) return warning('disk', found, fix);
  return fine('disk', found);
}

/** Where telemetry goes; `reached` is undefined when nobody asks for any. */
export function telemetryFinding(
  asked: { readonly endpoint: string; readonly reached: boolean } | undefined,
): Finding {
  if (asked === undefined) return fine('telemetry', 'no OTEL_* variable asks for any');
  const { endpoint, reached } = asked;
  if (reached) return fine('telemetry', `${endpoint} takes connections`);
  const found = `${endpoint} cannot be reached, and spans and metrics are lost`;
  return warning('telemetry', found, 'start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT');
}
