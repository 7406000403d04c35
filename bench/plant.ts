import { plantedOwner, plantedWorkload } from './bench-manifest.js';
import { type BenchStore, nameBytes, nowMicros } from './tree-store.js';

/** Children of one session in the bench, as many as the broker allows. */
const fanout = 64;

/** Writes that are asked for at once while a tree is planted. */
const atOnce = 512;

/** The value of an outcome that must be good. */
export function goodOf<T>(outcome: {
  readonly ok: boolean;
  readonly value: T;
  readonly error?: string;
}): T {
  if (!outcome.ok) throw new Error(`the store refused: ${outcome.error}`);
  return outcome.value;
}

const hoursMicros = 8 * 3_600 * 1_000_000;
/** An audit record of the bench. */
export const event = (kind: string): object => ({
  kind,
  at: nowMicros(),
  actor: 'bench',
  facts: {},
});

async function openRoot(store: BenchStore, name: string, workload: string): Promise<string> {
  const member = { kind: 'workload', name: workload };
  const now = nowMicros();
  const absoluteEndAt = now + hoursMicros;
  const hash = nameBytes(`join ${name}`, 32);
  const handle = nameBytes(`join ${name}`);
  const token = { hash, handle, member, expiresAt: absoluteEndAt, uses: 1, networks: [] };
  goodOf(await store.createJoinToken(token, event('join_token_created')));
  const fresh = { member: nameBytes(`member ${workload}`), owner: nameBytes(`owner ${workload}`) };
  const handles = await store.memberHandles(member, plantedOwner, fresh);
  const evidence = {
    kind: 'join-token',
    hash,
    key: nameBytes(`evidence ${name}`, 32),
    freshHandle: nameBytes(`evidence ${name}`),
    keyExpiresAt: absoluteEndAt,
  };
  const opened = await store.openSession({
    now,
    id: nameBytes(`root ${name}`),
    member,
    handles,
    key: nameBytes(`key ${name}`, 32),
    transaction: name,
    absoluteEndAt,
    principal: undefined,
    upstream: undefined,
    task: undefined,
    child: undefined,
    evidence,
    audit: event('session_opened'),
  });
  return goodOf(opened).session.id;
}

/** Plants a tree of so many live sessions of a workload, level by level, by the store's own step; gives its root. */
export async function plant(
  store: BenchStore,
  name: string,
  size: number,
  workload: string = plantedWorkload,
): Promise<string> {
  const ids = [await openRoot(store, name, workload)];
  while (ids.length < size) {
    const first = ids.length;
    const count = Math.min(atOnce, size - first, (ids.length - 1) * fanout + fanout - (first - 1));
    const asks = Array.from({ length: count }, (_, at) => {
      const nth = first + at;
      return store.delegateSession({
        session: ids[Math.floor((nth - 1) / fanout)],
        id: nameBytes(`session ${name} ${nth}`),
        key: nameBytes(`key ${name} ${nth}`, 32),
        now: nowMicros(),
        absoluteEndAt: nowMicros() + hoursMicros,
        task: undefined,
        depthMax: 8,
        audit: event('session_delegated'),
      });
    });
    ids.push(...(await Promise.all(asks)).map((outcome) => goodOf(outcome).id));
  }
  return ids[0] as string;
}
