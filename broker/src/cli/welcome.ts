import { styleText } from 'node:util';
import type { Broker } from '../broker.js';
import type { Registry } from '../domain/registry.js';
import type { FileTaken } from '../manifest-parts.js';
import { count } from './confirm.js';
import { printable } from './output.js';
import { typed } from './typed.js';

/** Where the broker's own files are, as they were named. */
export interface OwnPlaces {
  readonly manifest: string;
  readonly data: string;
  /** Whether commands find the data folder by themselves. */
  readonly isDataByDefault: boolean;
}

/** What a broker says of itself once it is ready. */
export function welcome(broker: Broker, places: OwnPlaces): string {
  const { identity, publicOrigin, httpOrigin, anchor, devSocket, firstOperatorFile } = broker;
  const kind = identity.dev ? 'development broker' : 'broker';
  const rows: (readonly [string, string])[] = [
    ['issuer', identity.issuer],
    ['gRPC', publicOrigin],
    ...(httpOrigin === undefined
      ? []
      : ([['HTTP', `${httpOrigin}/.well-known/jwks.json`]] as const)),
    ['data', `${places.data} (kept; Ctrl-C stops)`],
    ['anchor', anchor],
    ...(devSocket === undefined ? [] : ([['operator', devSocket]] as const)),
    ...(firstOperatorFile === undefined
      ? []
      : ([['operator', `join with ${firstOperatorFile}`]] as const)),
    ...(identity.dev ? nextRows(broker.registry(), places) : []),
  ];
  const lines = rows.map(([name, value]) => `  ${styleText('dim', name.padEnd(9))} ${value}`);
  return [styleText('bold', `Creance ${kind} is ready`), ...lines].join('\n');
}

/**
 * What to type next, by the names of the manifest in force: the service first, since an agent's token is of no use
 * before somebody checks it; then how a change of the file is taken, which no broker does by itself.
 */
export function nextRows(
  { resources, workloads }: Pick<Registry, 'resources' | 'workloads'>,
  { manifest, data, isDataByDefault }: OwnPlaces,
): (readonly [string, string])[] {
  const there = isDataByDefault ? '' : ` --data ${typed(data)}`;
  const joins = [
    ['verifier', [...resources.keys()][0]],
    ['workload', [...workloads.keys()][0]],
  ].flatMap(([kind, name]) =>
    name === undefined ? [] : [`creance join-token create --${kind} ${name}${there}`],
  );
  const change = `creance plan ${typed(manifest)}${there}   # what an edit changes; creance apply puts it in force`;
  return [...joins, change].map((words, at) => [at === 0 ? 'next' : '', printable(words)]);
}

/** What a file has changed, in one line; undefined where nothing did. */
export function takenWords({
  version,
  replaces,
  changes,
  sessionsEnded,
}: FileTaken): string | undefined {
  if (!replaces || (changes === 0 && sessionsEnded === 0)) return undefined;
  return `version ${version} in force: ${count(changes, 'change')}, ${count(sessionsEnded, 'session')} ended`;
}

/** That the kept version is in force in place of a file that differs. */
export function insteadWords(
  version: number,
  { manifest, data, isDataByDefault }: OwnPlaces,
): string {
  const plan = `creance plan ${typed(manifest)}${isDataByDefault ? '' : ` --data ${typed(data)}`}`;
  const fix = `${plan} shows how; creance apply or SIGHUP puts the file in force`;
  return `version ${version} of the manifest is in force, and the file differs — fix: ${fix}`;
}
