import { expect } from 'vitest';
import type { TaskAsk } from '../../broker/src/commands/task-ask.js';
import { admit, outcomeOf } from './tree-admit.js';
import {
  type Expectation,
  expectPath,
  expectRoomForChild,
  nothingExpected,
} from './tree-expect.js';
import {
  absoluteEndOf,
  expectLinks,
  expectTask,
  handlesOf,
  modelTask,
} from './tree-expect-policy.js';
import { expectEvidence, machineOf } from './tree-machines.js';
import { type ModelEvidence, type ModelSession, pathOf, second } from './tree-model.js';
import { type Play, pick, type Step } from './tree-play.js';
import { audienceOf } from './world-policy.js';

const names = ['triage', 'writer', 'batch', 'triage'] as const;

const lifetimes = [0, 90, 700, 3_000] as const;

const taskGrants: readonly (readonly [string, readonly string[]][])[] = [
  [['crm', ['contacts:read']]],
  [['crm', ['contacts:read', 'contacts:write']]],
  [['crm', ['contacts:export']]],
  [
    ['crm', ['contacts:read']],
    ['mail', ['mail:send']],
  ],
];

/** A task that somebody may declare: half of the time none. */
function taskOf(how: number): TaskAsk | undefined {
  if (how % 2 === 0) return undefined;
  const lifetimeSeconds = pick(lifetimes, how >> 1) as number;
  const named = how % 3 === 0 ? (pick(taskGrants, how >> 3) ?? []) : [];
  const grants = named.map(([resource, scopes]) => {
    return { audience: audienceOf(resource), scopes: scopes as never };
  });
  return { grants, lifetimeSeconds };
}

/** Opens some roots at once, each with evidence of its own: one group of writes. */
export async function openRoots(play: Play, { who, how, more }: Step): Promise<void> {
  const count = 2 + (who % 3);
  const machines: [ModelEvidence, number][] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const name = pick(names, how + nth) as string;
    const evidence = await machineOf(play, name, how + more * nth);
    if (evidence !== undefined && machines.every(([other]) => other !== evidence))
      machines.push([evidence, more + nth]);
  }
  await Promise.all(machines.map(([evidence, nth]) => openRoot(play, evidence, nth)));
}

async function openRoot(play: Play, evidence: ModelEvidence, how: number): Promise<void> {
  const { now, head, model, world } = play;
  const host = play.hosts.get(evidence);
  if (host === undefined) throw new Error('a machine is missing');
  const task = taskOf(how);
  const upstream = how % 3 === 0 ? undefined : upstreamOf(how);
  const self = { workload: evidence.workload, task: undefined, absoluteEnd: now + 28_800 * second };
  const expected = nothingExpected();
  expectLinks(model.policy, [self], expected);
  expectTask(model.policy, [self], task, now, expected);
  expectEvidence(evidence, now, expected);
  const opened = await world.openRoot(host, { task, upstream });
  play.judge('open', expected, outcomeOf(opened));
  if (typeof opened === 'string') return;
  evidence.isRedeemed = true;
  play.tally.roots += 1;
  const above = [
    ...(upstream?.subject === undefined ? [] : [`principal:${upstream.subject}`]),
    ...(upstream?.sessionId === undefined ? [] : [`upstream:${upstream.sessionId}`]),
  ];
  admit(play, opened, {
    parent: undefined,
    evidence,
    ownEvidence: true,
    workload: evidence.workload,
    handles: handlesOf(model, evidence.workload, evidence, above),
    task: modelTask(task),
    absoluteEnd: absoluteEndOf([], task, now),
    openedRevision: head,
  });
}

/** Where people of the world log in. */
export const loginIssuer = 'https://login.example.internal';

function upstreamOf(how: number) {
  const sessionId = how % 2 === 0 ? `login-${how % 4}` : undefined;
  return { issuer: loginIssuer, subject: `person-${how % 5}`, sessionId };
}

/** A child in the same process. */
export async function delegate(play: Play, { who, how }: Step): Promise<void> {
  const parent = play.target(who);
  if (parent === undefined) return;
  const { now, head, model, world } = play;
  const task = taskOf(how);
  const expected = expectChild(play, parent, parent.workload, task);
  const made = await world.delegate(play.worldOf(parent), task);
  play.judge('delegate', expected, outcomeOf(made), parent);
  if (typeof made === 'string') return;
  play.tally.children += 1;
  model.active(parent, now);
  admit(play, made, {
    parent,
    evidence: parent.evidence,
    ownEvidence: false,
    workload: parent.workload,
    handles: parent.handles,
    task: modelTask(task),
    absoluteEnd: absoluteEndOf(pathOf(parent), task, now),
    openedRevision: head,
  });
}

function expectChild(
  { now, model }: Play,
  parent: ModelSession,
  workload: string,
  task: TaskAsk | undefined,
): Expectation {
  const expected = expectPath(parent, now);
  const path = pathOf(parent);
  expectLinks(model.policy, [...path, { workload }], expected);
  expectTask(model.policy, path, task, now, expected);
  expectRoomForChild(model, expected, { parent, workload }, now);
  return expected;
}

/** A token for a child on another machine. */
export async function makeChildToken(play: Play, { who, how, more }: Step): Promise<void> {
  const parent = play.target(who);
  if (parent === undefined) return;
  const { now, model, world } = play;
  const workload = pick(names, more) as string;
  const task = taskOf(how);
  const expected = expectChild(play, parent, workload, task);
  const made = await world.childToken(play.worldOf(parent), workload, task);
  play.judge('child token', expected, outcomeOf(made), parent);
  if (typeof made === 'string') return;
  const absoluteEnd = absoluteEndOf(pathOf(parent), task, now);
  expect(made.expiresAt).toBe(Math.min(now + 60 * second, absoluteEnd));
  play.secrets.add(made.text);
  const { text, expiresAt } = made;
  model.active(parent, now);
  model.childTokens.push({
    ...{ text, parent, workload, absoluteEnd, expiresAt },
    task: modelTask(task),
    isUsed: false,
    isVoid: false,
  });
}

/** A child on another machine, by a token that waits or one that does not any more. */
export async function redeem(play: Play, { who, how }: Step): Promise<void> {
  const { now, head, model, world } = play;
  const waits = model.childTokens.filter((each) => !each.isUsed && now < each.expiresAt);
  const token = pick(who % 4 === 0 ? model.childTokens : waits, who >> 2);
  if (token === undefined) return;
  const workload = how % 11 === 0 ? 'batch' : token.workload;
  const evidence = await machineOf(play, workload, how);
  const host = evidence && play.hosts.get(evidence);
  if (evidence === undefined || host === undefined) return;
  const { parent } = token;
  const expected = expectPath(parent, now);
  if (expected.must.size > 0) expected.must.add('ancestor_ended');
  if (expected.may.size > 0) expected.may.add('ancestor_ended');
  expectLinks(model.policy, [...pathOf(parent), { workload }], expected);
  expectRoomForChild(model, expected, { parent, workload, redeems: token }, now);
  expectEvidence(evidence, now, expected);
  const { must } = expected;
  if (workload !== token.workload) must.add('child_join_token_unknown');
  if (token.isUsed) must.add('child_join_token_used');
  // breaks law 1 when: a revalidation leaves the child join tokens of the key before
  if (token.isVoid) must.add('child_join_token_unknown');
  if (now >= token.expiresAt) must.add('child_join_token_expired').add('child_join_token_unknown');
  const made = await world.openChild(host, token.text);
  play.judge('redeem', expected, outcomeOf(made), parent);
  if (typeof made === 'string') return;
  play.tally.children += 1;
  evidence.isRedeemed = true;
  token.isUsed = true;
  model.active(parent, now);
  admit(play, made, {
    ...{ parent, evidence, workload, ownEvidence: true, openedRevision: head },
    handles: handlesOf(model, workload, evidence, parent.handles),
    task: token.task,
    absoluteEnd: token.absoluteEnd,
  });
}
