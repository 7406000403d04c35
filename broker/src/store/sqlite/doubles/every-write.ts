import type { AuditEvent } from '../../../domain/audit.js';
import { plusSeconds } from '../../../domain/instant.js';
import type { MemberHandles, MemberRef } from '../../../domain/registry.js';
import { handleOf, sessionIdOf, thumbprintOfName } from '../../../doubles/ids.js';
import type { CutTarget, OpenSession, SessionWrite, WatchRow } from '../../store.js';
import type { Stage } from './failing-commit.js';

/** For tests: the workload of all sessions. */
export const member: MemberRef = { kind: 'workload', name: 'w' };
/** For tests: the handles of that workload. */
export const handles: MemberHandles = { member: handleOf('m'), owner: handleOf('o') };

/** For tests: an audit event. */
export function event({ clock }: Pick<Stage, 'clock'>): AuditEvent {
  return { kind: 'token_issued', at: clock.now(), actor: 'test', facts: {} };
}

type Writes = Record<string, () => Promise<unknown>>;

/** For tests: one write of each kind about the session of a name, none of which waits for another. */
export function writesAbout(stage: Stage, name: string): Writes {
  return {
    ...openings(stage, name),
    ...delegations(stage, name),
    ...ofSession(stage, name),
    ...cutsAbout(stage, name),
    ...others(stage, name),
  };
}

const hashOf = (name: string) => thumbprintOfName(`token ${name}`);

function under(stage: Stage, name: string): SessionWrite {
  return { session: sessionIdOf(name), now: stage.clock.now(), audit: event(stage) };
}

function opening(stage: Stage, name: string): Omit<OpenSession, 'evidence'> {
  const now = stage.clock.now();
  return {
    now,
    id: sessionIdOf(name),
    member,
    handles,
    key: thumbprintOfName(name),
    transaction: name,
    absoluteEndAt: plusSeconds(now, 28_800),
    principal: undefined,
    upstream: undefined,
    task: undefined,
    child: undefined,
    audit: event(stage),
  };
}

function openings(stage: Stage, name: string): Writes {
  const { store, clock } = stage;
  const [hash, key] = [hashOf(name), thumbprintOfName(name)];
  const keyExpiresAt = plusSeconds(clock.now(), 1e6);
  const freshHandle = handleOf(`evidence ${name}`);
  const child = { hash: thumbprintOfName(`child token ${name}`), depthMax: 8 };
  return {
    token: () =>
      store.createJoinToken(
        { hash, handle: handleOf(hash), member, expiresAt: keyExpiresAt, uses: 1, networks: [] },
        event(stage),
      ),
    open: () =>
      store.openSession({
        ...opening(stage, name),
        evidence: { kind: 'join-token', hash, key, freshHandle, keyExpiresAt },
      }),
    redeem: () =>
      store.openSession({
        ...opening(stage, name),
        id: sessionIdOf(kidOf(name)),
        key: thumbprintOfName(kidOf(name)),
        child,
        evidence: { kind: 'key-assertion', key },
      }),
  };
}

function delegations(stage: Stage, name: string): Writes {
  const { store, clock } = stage;
  const absoluteEndAt = plusSeconds(clock.now(), 1e6);
  const below = { absoluteEndAt, task: undefined, depthMax: 8 };
  const hash = thumbprintOfName(`child token ${name}`);
  const [id, key] = [sessionIdOf(childOf(name)), thumbprintOfName(childOf(name))];
  return {
    delegate: () => store.delegateSession({ ...under(stage, name), ...below, id, key }),
    invite: () =>
      store.createChildJoinToken({
        ...under(stage, name),
        ...below,
        hash,
        member,
        expiresAt: absoluteEndAt,
      }),
  };
}

function ofSession(stage: Stage, name: string): Writes {
  const { store } = stage;
  const ask = () => under(stage, name);
  const rekey = { key: thumbprintOfName(`new ${name}`), evidenceKey: thumbprintOfName(name) };
  return {
    issue: () => store.issueToken(ask()),
    renew: () => store.renewSession(ask()),
    rekey: () => store.rekeySession({ ...ask(), ...rekey }),
    suspend: () => store.suspendSession(ask()),
    risk: () => store.suspendForRisk({ ...ask(), tree: false, holdEvidence: false }),
    riskTree: () =>
      store.suspendForRisk({
        ...ask(),
        session: sessionIdOf(kidOf(name)),
        tree: true,
        holdEvidence: true,
      }),
    resume: () => store.resumeSession(ask()),
    tokens: () => store.cutTokens(ask()),
    theft: () => store.answerTheft(ask()),
    end: () => store.endSession({ ...ask(), session: sessionIdOf(childOf(name)) }),
    cut: () => store.cutSession(ask()),
  };
}

function cutsAbout(stage: Stage, name: string): Writes {
  const { store, clock } = stage;
  const audit = event(stage);
  const [key, hash] = [thumbprintOfName(name), hashOf(name)];
  const cutHandle = (target: CutTarget) => store.cutHandle({ target, now: clock.now(), audit });
  const registry = { isRegistered: () => name !== 'b', ownerOf: () => 'team' };
  const fresh = [{ keyId: hash, x: key, y: key, retireAt: 1 }];
  return {
    before: () => store.cutBefore({ before: undefined, now: clock.now(), audit }),
    workload: () => cutHandle({ kind: 'workload', name: member.name }),
    evidence: () => cutHandle({ kind: 'evidence-key', key }),
    issuer: () => cutHandle({ kind: 'evidence-issuer', handle: handleOf(hash) }),
    registry: () => store.changeRegistry({ ...registry, now: clock.now(), audit }),
    manifest: () =>
      store.applyManifest({ ...manifestOf(name), ...registry, now: clock.now(), audit }),
    tokenKeys: () => store.cutTokenKeys({ keyIds: [key], fresh, audit }),
  };
}

function manifestOf(name: string) {
  return {
    text: name,
    hash: hashOf(name),
    author: 'test',
    reason: 'a test',
    widenings: 0,
    rolledBackTo: undefined,
    expectedVersion: undefined,
    mayEndSessions: true,
  };
}

function others(stage: Stage, name: string): Writes {
  const { store, clock } = stage;
  const keyId = thumbprintOfName(name);
  const person = { kind: 'principal', hash: hashOf(name) } as const;
  return {
    members: () => store.memberHandles({ ...member, name }, name, freshHandles(name)),
    upstream: () => store.upstreamHandle(person, handleOf(`upstream ${name}`)),
    publish: () => store.publishTokenKey({ keyId, x: keyId, y: keyId, retireAt: 1 }, event(stage)),
    expire: () => store.expireSessions(clock.now()),
    audit: () => store.appendAudit(event(stage)),
    keep: () => store.keepWatch(watchOf(stage, name)),
  };
}

/** The bytes tell when they were kept. */
function watchOf({ clock }: Stage, name: string): readonly WatchRow[] {
  const bytes = Buffer.from(String(clock.now()));
  return [
    { kind: 'profile', name, bytes },
    { kind: 'asked', name, bytes },
    { kind: 'session', name: sessionIdOf(name), bytes },
  ];
}

function freshHandles(name: string): MemberHandles {
  return { member: handleOf(`member ${name}`), owner: handleOf(`owner ${name}`) };
}

const childOf = (name: string) => `${name} child`;
const kidOf = (name: string) => `${name} kid`;

/** For tests: all that memory says. */
export function memory({ store }: Stage, names: readonly string[]): unknown {
  return {
    head: store.head(),
    live: store.liveSessions({ size: 100, after: undefined }),
    manifest: store.manifest(),
    paths: names
      .flatMap((name) => [name, childOf(name), kidOf(name)])
      .map((name) => store.path(sessionIdOf(name))),
    trees: names.map((name) =>
      store
        .tree(sessionIdOf(name), 100)
        .map(({ id }) => id)
        .sort(),
    ),
  };
}
