import { RpcStatus } from '@creance/proto/wire';
import fc from 'fast-check';
import { expect } from 'vitest';
import { rpcStatusOf } from '../../broker/src/rpc/status.js';
import { expectAuditForm } from './audit-form.js';
import { hasRunOut } from './tree-expect.js';
import { type Play, pick, playBounds, type Step } from './tree-play.js';
import * as cuts from './tree-verbs-cut.js';
import * as opens from './tree-verbs-open.js';
import * as rekeys from './tree-verbs-rekey.js';
import * as times from './tree-verbs-time.js';
import * as uses from './tree-verbs-use.js';
import * as watches from './tree-verbs-watch.js';

type Verb = (play: Play, step: Step) => Promise<void>;

/** Everything that may happen, and how often among so many steps. */
const verbs: Readonly<Record<string, readonly [number, Verb]>> = {
  open: [13, opens.openRoots],
  delegate: [24, opens.delegate],
  childToken: [10, opens.makeChildToken],
  redeem: [13, opens.redeem],
  issue: [20, uses.issue],
  renew: [4, uses.renew],
  rekey: [5, rekeys.rekey],
  end: [2, uses.end],
  cutSession: [2, cuts.cutSession],
  cutHandle: [3, cuts.cutHandle],
  cutBefore: [0.3, cuts.cutBefore],
  suspend: [4, cuts.suspend],
  resume: [6, cuts.resume],
  risk: [2, watches.holdForRisk],
  revalidate: [3, rekeys.revalidate],
  cutTokens: [2, cuts.cutTokens],
  theft: [1, cuts.answerTheft],
  compromise: [0.3, cuts.compromise],
  policy: [3, times.changePolicy],
  pass: [3, times.pass],
  step: [1.5, times.stepClock],
  silence: [0.5, times.silence],
  restart: [0.8, times.restart],
};

/** One step of a history. */
const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.oneof(
    ...Object.entries(verbs).map(([verb, [weight]]) => {
      return { weight: Math.round(weight * 10), arbitrary: fc.constant(verb) };
    }),
  ),
  who: fc.nat(4_095),
  how: fc.nat(4_095),
  more: fc.nat(4_095),
});

/** Histories of so many steps. */
export function histories(steps: number): fc.Arbitrary<Step[]> {
  return fc.array(step, { minLength: steps, maxLength: steps });
}

/** Lines of what has happened that a failure shows. */
const storyLines = 40;

/** Plays a history to its end, and holds every step against the laws. */
export async function playHistory(play: Play, history: readonly Step[]): Promise<void> {
  try {
    for (const each of history) {
      play.steps += 1;
      play.world.clock.advance(0.01);
      await verbs[each.verb]?.[1](play, each);
      await settle(play, each);
    }
    await finish(play);
  } catch (fault) {
    const story = play.story.slice(-storyLines).join('\n');
    throw new Error(`${(fault as Error).message}\n${story}`, { cause: fault });
  }
}

/** What the world writes to the audit by its own hand; flows hold what the broker writes of these. */
const byHand = ['theft_answered', 'tokens_cut', 'risk_suspended', 'token_key_published'] as const;

async function finish(play: Play): Promise<void> {
  play.checkWholeLog();
  for (const token of play.tokens.slice(-20)) await play.checkToken(token);
  for (const session of play.model.sessions) play.checkSession(session);
  checkBounds(play);
  play.secrets.check(play.world);
  // breaks when: a command writes a fact that the reference of audit events does not name, or leaves one out
  expectAuditForm(play.world.under.directory, byHand);
}

/** What must hold after each step: the log, the verifier and the sessions of a sample. */
async function settle(play: Play, { who, how }: Step): Promise<void> {
  play.newRows();
  await play.world.catchUp();
  const { tokens, model } = play;
  for (const token of [pick(tokens.slice(-4), who), pick(tokens, how)]) {
    if (token !== undefined) await play.checkToken(token);
  }
  const last = tokens.at(-1);
  if (last !== undefined) await play.checkUnfit(last);
  for (const each of model.sessions) each.lapsed ||= hasRunOut(each, play.now) !== 'no';
  const session = pick(model.sessions, who);
  if (session !== undefined) play.checkSession(session);
  checkDenials(play);
}

/** Law 10: what goes to a refused session names nobody else. */
function checkDenials({ world, model }: Play): void {
  for (const { denial, caller } of world.denials.splice(0)) {
    if (caller.kind !== 'session') continue;
    const asked = { requestId: 'world', caller };
    const bytes = Buffer.from(RpcStatus.encode(rpcStatusOf(denial, asked)).finish());
    // breaks law 10 when: the status takes the private detail of a denial along
    for (const { name } of model.sessions) {
      expect(bytes.includes(name)).toBe(false);
      expect(bytes.includes(Buffer.from(name, 'base64url'))).toBe(false);
    }
    for (const name of Object.keys(model.policy)) expect(bytes.includes(name)).toBe(false);
  }
}

/** Law 9: no tree of the broker is wider, deeper or larger than the bounds allow. */
function checkBounds({ world, model }: Play): void {
  const running = model.sessions.filter(({ lapsed }) => !lapsed);
  const names = new Set<string>(running.map(({ name }) => name));
  const roots = model.sessions.filter(({ parent }) => parent === undefined);
  for (const root of roots) {
    const tree = world.store.tree(root.name as never, 1_000);
    const live = tree.filter(({ end, id }) => end === undefined && names.has(id));
    for (const session of live) {
      // breaks law 9 when: the store's step leaves out the count of children, or held ones
      const children = live.filter(({ parent }) => parent === session.id);
      expect(children.length).toBeLessThanOrEqual(playBounds.childrenPerSession);
      const alike = live.filter(({ name }) => name === session.name);
      expect(alike.length).toBeLessThanOrEqual(playBounds.sessionsPerTree);
      expect(world.store.path(session.id).length).toBeLessThanOrEqual(playBounds.sessionDepth);
    }
  }
}
