/** What the schema and the rules have refused is not there; if it is, the broker must not start. */
export function checked<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('the manifest was accepted with a malformed value');
  return value;
}

/** A map that nobody can change. */
export function frozenMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  return frozen(new Map(entries), ['set', 'delete', 'clear']);
}

/** A set that nobody can change. */
export function frozenSet<T>(items: Iterable<T>): ReadonlySet<T> {
  return frozen(new Set(items), ['add', 'delete', 'clear']);
}

function refuseChange(): never {
  throw new TypeError('the registry is frozen');
}

/** `Object.freeze` does not reach what a Map or Set holds: its changing methods are replaced. */
function frozen<T extends object>(collection: T, changes: readonly string[]): T {
  for (const name of changes) Object.defineProperty(collection, name, { value: refuseChange });
  return Object.freeze(collection);
}
