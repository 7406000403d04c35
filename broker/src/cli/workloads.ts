import { GetManifestRequest, GetManifestResponse } from '@creance/proto/wire';
import { nearest } from '../domain/nearest.js';
import {
  type CheckedManifest,
  formatFaults,
  type Manifest,
  type ManifestWorkload,
  parseManifest,
  readManifest,
} from '../manifest/index.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import { CommandFailed, type Format, type Output, print, printable, printRows } from './output.js';
import { listedSessions, type SessionRow } from './sessions.js';
import { type ShownWorkload, workloadText } from './workload-text.js';

/** Live sessions that are counted at most. */
const sessionsCounted = 10_000;

/** Lists the workloads of the manifest in force, each with its live sessions counted. */
export async function listWorkloads(
  line: OperatorLine,
  { o, owner: only }: { readonly o: Format; readonly owner?: string },
  output: Output,
): Promise<void> {
  const { workloads } = (await manifestInForce(line)).manifest;
  const { rows: sessions, more } = await listedSessions(line, { limit: sessionsCounted });
  const rows = Object.entries(workloads)
    .filter(([, { owner }]) => only === undefined || owner === only)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, workload]) => rowOf(name, workload, sessions));
  printRows(
    rows,
    ['workload', 'owner', 'class', 'evidence', 'grants', 'live', 'suspended'],
    o,
    output,
  );
  if (more) output.words(`only the newest ${sessionsCounted} sessions were counted`);
}

/** Shows one workload: who answers for it, what it may ask for, and what of it lives. */
export async function showWorkload(
  line: OperatorLine,
  { name, file, o }: { readonly name: string; readonly file?: string; readonly o: Format },
  output: Output,
): Promise<void> {
  const { manifest } = await manifestInForce(line);
  const workload = workloadIn(manifest, name);
  const { rows } = await listedSessions(line, { workload: name, limit: sessionsCounted });
  const owner = manifest.owners[workload.owner];
  const shown: ShownWorkload = {
    name,
    ...workload,
    contact: owner?.contact ?? '',
    escalation: owner?.escalation ?? '',
    place: file === undefined ? null : await placeIn(file, name),
    sessions: rows,
  };
  print(shown, () => workloadText(shown), o, output);
}

function rowOf(name: string, workload: ManifestWorkload, sessions: readonly SessionRow[]) {
  const own = sessions.filter((each) => each.kind === 'workload' && each.name === name);
  const counted = (state: string) => String(own.filter((each) => each.state === state).length);
  return {
    workload: name,
    owner: workload.owner,
    class: workload.class,
    evidence: workload.evidence.map(({ kind }) => kind).join(' '),
    grants: [...new Set(workload.grants.map(({ resource }) => resource))].join(' '),
    live: counted('live'),
    suspended: counted('suspended'),
  };
}

function workloadIn({ workloads }: Manifest, name: string): ManifestWorkload {
  const workload = Object.hasOwn(workloads, name) ? workloads[name] : undefined;
  if (workload !== undefined) return workload;
  const [unknown] = unknownName('workload', name, Object.keys(workloads));
  throw new CommandFailed(`member_unknown ${unknown}`);
}

/**
 * What to say of a list without sessions: that there are none, or that the name is of nobody. A slip in a name must not
 * look as if all were over.
 */
export async function noneWords(
  line: OperatorLine,
  { workload, owner }: { readonly workload?: string; readonly owner?: string },
): Promise<string> {
  if (workload === undefined && owner === undefined) return 'none';
  try {
    const { workloads, owners } = (await manifestInForce(line)).manifest;
    const unknown = [
      ...unknownName('workload', workload, Object.keys(workloads)),
      ...unknownName('owner', owner, [...Object.keys(owners), brokerItself]),
    ];
    return ['none', ...unknown].join(': ');
  } catch (fault) {
    if (fault instanceof CommandFailed) return 'none';
    throw fault;
  }
}

/** Whom the sessions of operators and verifiers belong to. */
const brokerItself = 'creance';

function unknownName(kind: string, name: string | undefined, known: readonly string[]): string[] {
  if (name === undefined || known.includes(name)) return [];
  const meant = nearest(name, known);
  const fix = meant === undefined ? 'see creance workload ls' : `did you mean ${meant}?`;
  return [`the manifest in force has no ${kind} ${printable(name)} — fix: ${fix}`];
}

/** The manifest in force. It was checked when it came into force; another version may read it otherwise. */
async function manifestInForce(line: OperatorLine): Promise<CheckedManifest> {
  const request = GetManifestRequest.encode({ version: 0n }).finish();
  const reply = await call(line, '/creance.v1.RegistryService/GetManifest', request);
  const parsed = parseManifest(GetManifestResponse.decode(reply).text, 'in force', { dev: true });
  if (parsed.ok) return parsed.value;
  throw new CommandFailed(
    `this version of creance does not read the manifest in force\n${formatFaults(parsed.error)}`,
  );
}

async function placeIn(file: string, name: string): Promise<string | null> {
  const read = await readManifest(file, { dev: true });
  if (!read.ok) throw new CommandFailed(`the manifest has faults\n${formatFaults(read.error)}`);
  const at = read.value.lineOf('workloads', name);
  return at === undefined ? null : `${file}:${at}`;
}
