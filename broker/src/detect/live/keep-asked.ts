import type { Store, WatchRow } from '../../store/store.js';
import type { AskedScopes, ScopeCount } from './asked-scopes.js';

/** Raised when the form changes; counts of another version are forgotten, and begin anew. */
const version = 1;

/** Rows for the workloads whose counts have changed since they were kept. */
export function changedAsked(asked: AskedScopes): readonly WatchRow[] {
  return asked.takeChanged().map((name): WatchRow => {
    const scopes = asked.counts(name).map((count) => [count.name, count.sessions, count.asked]);
    const bytes = Buffer.from(JSON.stringify({ version, scopes }));
    return { kind: 'asked', name, bytes };
  });
}

/** What could not be written is written again. */
export function askedStill(rows: readonly WatchRow[], asked: AskedScopes): void {
  for (const { name } of rows) asked.changedStill(name);
}

/** Puts back what the store has kept. */
export function restoreAsked(store: Pick<Store, 'watchRows'>, asked: AskedScopes): void {
  for (const { name, bytes } of store.watchRows('asked')) {
    const counts = countsOf(bytes);
    if (counts !== undefined) asked.restore(name, counts);
  }
}

function countsOf(bytes: Uint8Array): readonly ScopeCount[] | undefined {
  try {
    const kept = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return kept.version === version ? kept.scopes.map(countOf) : undefined;
  } catch {
    return undefined;
  }
}

function countOf([name, sessions, asked]: readonly unknown[]): ScopeCount {
  const isSound = typeof name === 'string' && [sessions, asked].every(isCount);
  if (!isSound) throw new RangeError('no count');
  return { name, sessions: sessions as number, asked: asked as number };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
