import type { Carried } from './broker-process.js';
import type { Minted } from './ledger.js';
import type { Scene } from './scene.js';

/** Laws 1, 2, 4 over a token that leaves the broker now. */
export function checkMinted(world: Scene, minted: Minted, carried: Carried): void {
  checkHoldings(world, minted, carried);
  checkLineage(world, minted);
  const { laws, ledger } = world;
  const { claims } = minted;
  // Law 4: the record first.
  const record = laws.audit.issued.get(claims.id);
  if (record === undefined) laws.fail('law 4', 'a token leaves without its record');
  // Law 1: bound to the key that the session had at the moment of issue, not to one of before.
  if (record?.key !== undefined && record.key !== claims.keyThumbprint)
    laws.fail('law 1', 'a token is bound to a key that its session has given up');
  // Law 2: `rev` is the head that the step has seen. Whatever had ended the path by then was overlooked.
  const end = ledger.endOf(claims.sessionId, claims.revision);
  if (end !== undefined)
    laws.fail('law 2', `a token of ${claims.revision} comes after the end at ${end.revision}`);
}

/** Law 1: no more, and no longer, than anybody of its path today. */
function checkHoldings({ laws }: Scene, { claims }: Minted, { path, registry }: Carried): void {
  const resource = registry.resourceByAudience.get(claims.audience)?.name;
  for (const { name, task, absoluteEndAt } of path) {
    const grants = registry.workloads
      .get(name)
      ?.grants.filter((each) => each.resource === resource);
    const granted = grants?.flatMap(({ scopes }) => [...scopes]) ?? [];
    const inTask = task?.grants.find((each) => each.resource === resource)?.scopes;
    for (const scope of claims.scopes) {
      if (!granted.includes(scope)) laws.fail('law 1', `${scope} is more than ${name} is granted`);
      if (task !== undefined && task.grants.length > 0 && !inTask?.includes(scope))
        laws.fail('law 1', `${scope} is more than the task of ${name}`);
    }
    if (claims.expiresAt > absoluteEndAt / 1_000_000)
      laws.fail('law 1', `a token outlives a session of ${name}`);
  }
}

/** The lineage names everybody above, by what is durable. */
function checkLineage({ laws, ledger }: Scene, { claims }: Minted): void {
  const path = ledger.path(claims.sessionId);
  const named = claims.lineage.sessions.join(' ');
  if (named !== path.map(({ id }) => id).join(' '))
    laws.fail('law 2', 'a lineage leaves somebody out');
  for (const { absolute_end_at } of path) {
    if (claims.expiresAt > absolute_end_at / 1_000_000)
      laws.fail('law 1', 'a token outlives a session above it');
  }
}

/** Law 2: whatever ends or holds a session has a row that kills the tokens of before, its own and those below. */
export function checkKilled({ ledger, laws }: Scene): void {
  const { issued, killedAt } = laws.audit;
  for (const minted of ledger.minted) {
    const { id, lineage } = minted.claims;
    const sequence = issued.get(id)?.sequence ?? 0;
    const killer = lineage.sessions.find((each) => (killedAt.get(each) ?? 0) > sequence);
    if (killer !== undefined && ledger.cutsOf(minted).length === 0)
      laws.fail('law 2', `a token lives on although ${killer} was ended, held or bound anew`);
  }
}
