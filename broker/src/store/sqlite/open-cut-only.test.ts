import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Revision } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../domain/audit.js';
import { plusSeconds } from '../../domain/instant.js';
import { limits } from '../../domain/limits.js';
import { FakeClock } from '../../doubles/fake-clock.js';
import { handleOf, sessionIdOf, thumbprintOfName } from '../../doubles/ids.js';
import { type Roster, rosterName, rosterText } from '../emergency/roster.js';
import type { EvidenceKey, LogRow, OpenSession } from '../store.js';
import { openMarks } from './marks.js';
import { type OpenCutOnly, openCutOnly } from './open-cut-only.js';
import { preparePlace } from './place.js';

const identity = { issuer: 'https://creance.test', dev: false };
let data: string;
let clock: FakeClock;
let open: OpenCutOnly | undefined;
let mark: Revision;

function evidenceOf(name: string, kind: 'operator' | 'verifier'): EvidenceKey {
  return {
    key: thumbprintOfName(name),
    handle: handleOf(`evidence of ${name}`),
    issuer: handleOf(`token of ${name}`),
    member: { kind, name },
    expiresAt: plusSeconds(clock.now(), 3_600),
    isCut: false,
    isContested: false,
    registeredAt: clock.now(),
    heldUntil: clock.now(),
  };
}

function roster(): Roster {
  return {
    ...identity,
    operators: [{ name: 'oncall', roles: ['security'] }],
    resources: [],
    members: [{ kind: 'workload', name: 'triage', handle: handleOf('triage') }],
    owners: [{ name: 'team', handle: handleOf('team') }],
    keys: [evidenceOf('oncall', 'operator'), evidenceOf('crm', 'verifier')],
  };
}

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'creance-cut-only-'));
  clock = new FakeClock();
  mark = (clock.now() - 5) as number as Revision;
  preparePlace(data);
  const marks = openMarks(join(data, 'marks'));
  marks.note({ head: mark, evidence: [], tokenKeys: [] });
  marks.close();
  writeFileSync(join(data, 'marks', rosterName), rosterText(roster()), { mode: 0o600 });
});
afterEach(() => {
  open?.close();
  open = undefined;
  rmSync(data, { recursive: true });
});

function start() {
  open?.close();
  const opened = openCutOnly(data, identity, () => clock.now());
  if (!opened.ok) throw new Error(opened.error.code);
  open = opened.value;
  return opened.value.store;
}

const faultOf = (of = identity) => {
  const opened = openCutOnly(data, of, () => clock.now());
  if (opened.ok) opened.value.close();
  return opened.ok ? 'open' : opened.error.code;
};

const audit = (): AuditEvent => ({
  kind: 'handle_cut',
  at: clock.now(),
  actor: 'somebody',
  facts: { reason: 'a test' },
});

function opening(name: string, kind: 'operator' | 'verifier', at = 1): OpenSession {
  const now = clock.now();
  return {
    now,
    id: sessionIdOf(`${name} ${at}`),
    member: { kind, name },
    handles: { member: handleOf(name), owner: handleOf('creance') },
    key: thumbprintOfName(`session ${name} ${at}`),
    transaction: name,
    absoluteEndAt: plusSeconds(now, 28_800),
    principal: undefined,
    upstream: undefined,
    task: undefined,
    child: undefined,
    evidence: { kind: 'key-assertion', key: thumbprintOfName(name) },
    audit: audit(),
  };
}

describe('a store of cuts alone', () => {
  // breaks when: open.ts takes no lock, or goes on without a mark or with the roster of another broker
  it('opens beside no other, and nowhere without marks and a roster of its own', () => {
    start();
    expect(faultOf()).toBe('store_in_use');
    open?.close();
    open = undefined;
    expect(faultOf({ ...identity, issuer: 'https://other.test' })).toBe('roster_missing');
    const file = join(data, 'marks', rosterName);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, -20));
    expect(faultOf()).toBe('roster_missing');
    rmSync(file);
    expect(faultOf()).toBe('roster_missing');
    rmSync(join(data, 'marks', 'high-water'));
    expect(faultOf()).toBe('marks_missing');
  });

  it('gives rows above the mark, in order, also with a clock that went back, and after another start', async () => {
    let store = start();
    clock.advance(-3_600);
    const told: LogRow[] = [];
    store.onLog((rows) => told.push(...rows));
    const ask = () => ({ before: undefined, now: clock.now(), audit: audit() });
    await store.cutBefore(ask());
    await store.cutHandle({
      target: { kind: 'owner', name: 'team' },
      now: clock.now(),
      audit: audit(),
    });
    store = start();
    await store.cutBefore(ask());
    const rows = store.logAfter(mark, 10);
    expect(rows.map(({ revision }) => revision - mark)).toEqual([1, 2, 3]);
    expect(told).toEqual(rows.slice(0, 2));
    expect(store.head()).toBe(mark + 3);
    expect([mark, mark + 2].map((at) => store.isKnownRevision(at as Revision))).toEqual([
      true,
      true,
    ]);
    // What lies below the mark it does not know, so that nobody resumes there.
    expect(store.isKnownRevision((mark - 1) as Revision)).toBe(false);
  });

  // breaks when: cut-only-store.ts opens for whoever comes
  it('opens sessions of keys in the roster alone, and of none that was cut, held or is over', async () => {
    const store = start();
    expect((await store.openSession(opening('oncall', 'operator'))).ok).toBe(true);
    expect(await store.openSession(opening('stranger', 'operator'))).toEqual({
      ok: false,
      error: 'cut_only',
    });
    const byToken = { ...opening('crm', 'verifier'), evidence: { kind: 'join-token' } };
    expect(await store.openSession(byToken as OpenSession)).toEqual({
      ok: false,
      error: 'cut_only',
    });
    await store.cutHandle({
      target: { kind: 'evidence-key', key: thumbprintOfName('crm') },
      now: clock.now(),
      audit: audit(),
    });
    expect(await store.openSession(opening('crm', 'verifier'))).toEqual({
      ok: false,
      error: 'evidence_key_revoked',
    });
    clock.advance(3_600);
    expect(await start().openSession(opening('oncall', 'operator', 2))).toEqual({
      ok: false,
      error: 'evidence_key_expired',
    });
  });

  // breaks when: emergency-sessions.ts keeps no bound, gives a key two sessions, or outlives its seconds
  it('bounds the sessions of one key, gives the same key its own again, and ends them by time and by cut', async () => {
    const store = start();
    for (let at = 1; at <= limits.emergencySessionsPerKey; at += 1)
      expect((await store.openSession(opening('oncall', 'operator', at))).ok).toBe(true);
    const beyond = opening('oncall', 'operator', 99);
    expect(await store.openSession(beyond)).toEqual({ ok: false, error: 'sessions_limit' });
    const again = await store.openSession({
      ...opening('oncall', 'operator'),
      id: sessionIdOf('x'),
    });
    expect(again).toMatchObject({ ok: true, value: { session: { id: sessionIdOf('oncall 1') } } });
    const [session] = store.path(sessionIdOf('oncall 1'));
    expect(session?.absoluteEndAt).toBe(plusSeconds(clock.now(), limits.emergencySessionSeconds));
    const stolen = { ...opening('crm', 'verifier'), key: opening('oncall', 'operator').key };
    expect(await store.openSession(stolen)).toEqual({ ok: false, error: 'session_key_in_use' });
    await store.cutBefore({ before: undefined, now: clock.now(), audit: audit() });
    expect(store.path(sessionIdOf('oncall 1'))[0]?.end).toBe('revoked');
  });

  it('says of what it cannot find that the store is needed for it, and cuts no revision ahead', async () => {
    const store = start();
    const error = 'target_needs_store';
    for (const target of [
      { kind: 'workload', name: 'unknown' },
      { kind: 'evidence-key', key: thumbprintOfName('an agent') },
      { kind: 'principal', hash: 'somebody' },
    ] as const)
      expect(await store.cutHandle({ target, now: clock.now(), audit: audit() })).toEqual({
        ok: false,
        error,
      });
    const ahead = (store.head() + 1) as Revision;
    expect(await store.cutBefore({ before: ahead, now: clock.now(), audit: audit() })).toEqual({
      ok: false,
      error: 'revision_in_future',
    });
    expect(store.head()).toBe(mark);
  });
});
