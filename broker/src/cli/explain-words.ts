import type { Level } from '../domain/risk.js';
import type { ShownDecision, ShownSession, ShownTerm } from './explained.js';

const levelWords: { readonly [Each in Level]: string } = {
  calm: 'calm',
  observe: 'observe',
  narrow: 'narrow',
  suspend: 'suspend',
  suspendTree: 'suspend tree',
  revoke: 'revoke',
};

/** A level as people read it. */
export function levelWord(level: Level): string {
  return levelWords[level];
}

/** A risk with two digits, never rounded up to what it is not: 0.949 stays below .95. */
export function riskText(risk: number): string {
  return (Math.floor(risk * 100 + 1e-6) / 100).toFixed(2);
}

/** What a term adds: `+0.87`. */
export function addedText({ added }: Pick<ShownTerm, 'added'>): string {
  return `+${added.toFixed(2)}`;
}

/** An action as people write it: `crm.contacts.export`. */
export function dottedAction({ resource, action }: Pick<ShownTerm, 'resource' | 'action'>): string {
  return action === '' ? resource : `${resource}.${action}`;
}

/** What was decided, what came of it, and why: `suspend tree, decided by pace and chain`. */
export function decisionText({ level, done, because, kinds }: ShownDecision): string {
  const parts = [outcomeOf(level, done)];
  if (because !== '') parts.push(because);
  if (kinds.length > 0) parts.push(`decided by ${listed(kinds)}`);
  return parts.join(', ');
}

function outcomeOf(level: Level, done: ShownDecision['done']): string {
  if (done === 'alert') return `${levelWord(level)}: told only`;
  if (done === 'would have') return `${levelWord(level)}: would have`;
  return done === level ? levelWord(level) : `${levelWord(level)}: ${levelWord(done)} instead`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Sessions as a tree: each with its depth, children behind their parents. What has no parent here is a root. */
export function inOrder(
  sessions: readonly ShownSession[],
): readonly { readonly session: ShownSession; readonly depth: number }[] {
  const known = new Set(sessions.map(({ session }) => session));
  const children = new Map<string, ShownSession[]>();
  for (const one of sessions) {
    const above = known.has(one.parent) ? one.parent : '';
    children.set(above, [...(children.get(above) ?? []), one]);
  }
  const ordered: { session: ShownSession; depth: number }[] = [];
  const waiting = (children.get('') ?? []).map((session) => ({ session, depth: 0 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    ordered.push(next);
    const depth = next.depth + 1;
    const below = children.get(next.session.session) ?? [];
    for (const session of below.toReversed()) waiting.push({ session, depth });
  }
  return ordered;
}
