import { styleText } from 'node:util';
import type { ManifestWorkload } from '../manifest/index.js';
import { formatPairs, formatTable } from './output.js';
import type { SessionRow } from './sessions.js';

/** A workload as the command shows it. */
export interface ShownWorkload extends ManifestWorkload {
  readonly name: string;
  readonly contact: string;
  readonly escalation: string;
  /** `file:line` of its entry in the file that was named; null when none was, or it is not in there. */
  readonly place: string | null;
  readonly sessions: readonly SessionRow[];
}

/** One workload for a terminal. */
export function workloadText(shown: ShownWorkload): string {
  const { grants, sessions } = shown;
  const parts = [formatPairs(pairsOf(shown))];
  if (grants.length > 0)
    parts.push(
      formatTable(
        ['grant', 'scopes', 'lives', 'approval'],
        grants.map((grant) => [
          grant.resource,
          grant.scopes.join(' '),
          `${grant.lifetimeSeconds} s`,
          grant.approval,
        ]),
      ),
    );
  parts.push(
    sessions.length === 0
      ? 'no live session'
      : formatTable(
          ['session', 'state', 'opened', 'active'],
          sessions.map(({ session, state, opened, active }) => [session, state, opened, active]),
        ),
  );
  parts.push(`${styleText('bold', 'next')}\n${nextCommands(shown).join('\n')}`);
  return parts.join('\n\n');
}

function pairsOf(shown: ShownWorkload): (readonly [string, string])[] {
  const { depth, to } = shown.delegation;
  const { onForeignKey, mode, rules } = shown.responses;
  const others = Object.entries(rules).map(([rule, own]) => `${rule}: ${own}`);
  return [
    ['workload', shown.name],
    ['class', shown.class],
    ['owner', shown.owner],
    ['contact', shown.contact],
    ['escalation', shown.escalation],
    ['in the file', shown.place ?? ''],
    ['evidence', shown.evidence.map(({ kind }) => kind).join(', ')],
    ['delegates to', depth === 0 ? 'nobody' : `${to.join(', ')}, ${depth} deep`],
    ['pace', shown.pace === undefined ? 'as learned' : JSON.stringify(shown.pace)],
    ['responses', [`mode ${mode}`, `onForeignKey ${onForeignKey}`, ...others].join(', ')],
  ];
}

function nextCommands({ name, sessions }: ShownWorkload): string[] {
  const [first] = sessions;
  if (first === undefined) return [`creance join-token create --workload ${name}`];
  return [
    `creance session show ${first.session}`,
    `creance session tree ${first.session}`,
    `creance cut --workload ${name} --reason "…"   # all ${sessions.length} that are open now`,
  ];
}
