import type { Revision } from '@creance/proto';
import type { CutAsk } from '../../broker/src/commands/cut.js';
import { firstPolicy, registryFor, type WorldPolicy } from '../support/world-policy.js';
import { worldOperator } from '../support/world-sessions.js';
import { someSession } from './steps-agents.js';
import type { World } from './world.js';

const reason = 'as the seed has it';

/** Cuts a session, a workload, an owner, evidence, or all before now. */
export function cut(world: World): void {
  const { broker, dice } = world;
  const session = someSession(world);
  if (session === undefined || !broker.isReady) return;
  const { machine, id } = session;
  const target = dice.weighed<CutAsk['target']>([
    [{ kind: 'session', id }, 8],
    [{ kind: 'workload', name: machine.workload } as CutAsk['target'], 1],
    [{ kind: 'evidence-key', key: machine.key.thumbprint } as CutAsk['target'], 1],
    [{ kind: 'before', before: undefined }, 0.4],
  ]);
  world.note(`cut ${target.kind}`);
  acknowledge(
    world,
    broker.run(broker.verbs.cut, { target, reason }, { caller: worldOperator }),
    `a cut of a ${target.kind}`,
  );
}

export function suspend(world: World): void {
  const { broker } = world;
  const session = someSession(world);
  if (session === undefined || !broker.isReady) return;
  world.note('suspend');
  const ask = { id: session.id, reason };
  acknowledge(world, broker.run(broker.verbs.suspend, ask, { caller: worldOperator }), 'a hold');
}

export function resume(world: World): void {
  const { broker, laws, dice } = world;
  const id = dice.pick([...laws.audit.held]);
  if (id === undefined || !broker.isReady) return;
  world.note('resume');
  void broker.run(broker.verbs.resume, { id, reason }, { caller: worldOperator });
}

/** Holds a session, or its tree, for its risk, as the watch does; now and then its evidence with it. */
export function holdForRisk(world: World): void {
  const { broker, dice } = world;
  const session = someSession(world);
  if (session === undefined || !broker.isReady) return;
  const now = world.brokerClock.now();
  const audit = {
    kind: 'risk_suspended',
    at: now,
    actor: 'broker',
    session: session.id,
    facts: {},
  };
  world.note('hold for risk');
  void broker.store.suspendForRisk({
    session: session.id,
    tree: dice.chance(0.5),
    holdEvidence: dice.chance(0.3),
    now,
    audit: audit as Parameters<typeof broker.store.suspendForRisk>[0]['audit'],
  });
}

/** The manifest is replaced: fewer scopes, shorter lives, other owners, workloads that leave or come back. */
export function changePolicy(world: World): void {
  const { broker, dice } = world;
  if (!broker.isReady) return;
  const name = dice.pick(Object.keys(firstPolicy)) as string;
  const old = world.policy[name] ?? firstPolicy[name];
  if (old === undefined) return;
  const [crm, ...others] = old.grants;
  const scopes = dice.pick([['contacts:read'], ['contacts:read', 'contacts:write']]) as string[];
  const lifetimeSeconds = dice.pick([15, 60, 300]) as number;
  const grants = crm === undefined ? [] : [{ ...crm, scopes, lifetimeSeconds }, ...others];
  const owner = dice.pick(['support', 'platform']) as string;
  const next = dice.weighed([
    [{ ...old, grants }, 6],
    [{ ...old, depth: dice.below(5) }, 3],
    [{ ...old, owner }, 1],
    [undefined, 1],
  ]);
  const { [name]: _left, ...rest } = world.policy;
  const policy: WorldPolicy = next === undefined ? rest : { ...rest, [name]: next };
  world.note(`policy of ${name}`);
  void broker.changeRegistry(registryFor(policy)).then((isDone) => {
    if (isDone) world.policy = policy;
  });
}

/** Notes what an operator was told. */
function acknowledge(
  { laws }: World,
  answer: Promise<{ ok: boolean; value?: { revision: Revision } } | undefined>,
  what: string,
): void {
  void answer.then((done) => {
    if (done?.ok && done.value !== undefined)
      laws.acknowledged.push({ revision: done.value.revision, what });
  });
}
