import type { PlanManifestResponse } from '@creance/proto/wire';
import { count } from './confirm.js';
import type { LineFlags } from './operator-line.js';
import { dataByDefault } from './options.js';
import { printable } from './output.js';
import { typed } from './typed.js';

/** Members that a refusal names; the plan above it has all of them. */
const leaversNamed = 5;

/** The whole command that puts in force what was planned: `what` is `apply FILE` or `rollback VERSION`. */
export function commandInForce(
  what: readonly [verb: 'apply' | 'rollback', operand: string],
  { data, keyFile }: LineFlags,
  { prune, reason }: { readonly prune: boolean; readonly reason?: string },
): string {
  const words = [
    'creance',
    what[0],
    typed(what[1]),
    ...(prune ? ['--prune'] : []),
    ...(data === dataByDefault ? [] : ['--data', typed(data)]),
    ...(keyFile === undefined ? [] : ['--key-file', typed(keyFile)]),
    '--reason',
    reason ? typed(reason) : '"…"',
  ];
  return printable(words.join(' '));
}

/** Who leaves or changes hands by a plan while sessions of theirs are live, in words. */
export function leaverWords({ changes }: Pick<PlanManifestResponse, 'changes'>): string {
  const leaving = changes.filter(
    ({ path, after, sessions }) =>
      sessions > 0 && (after === undefined ? isMember : isOwnerOf)(path),
  );
  const named = leaving.slice(0, leaversNamed).map(({ path, after, sessions }) => {
    const how = after === undefined ? 'leaves' : `to ${after}`;
    return printable(`${path} ${how} (${count(sessions, 'session')})`);
  });
  const more = leaving.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function isMember(path: string): boolean {
  return /^(workloads|resources|operators)\.[^.]+$/.test(path);
}

function isOwnerOf(path: string): boolean {
  return /^workloads\.[^.]+\.owner$/.test(path);
}
