import * as wire from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../broker/src/domain/caller.js';
import type { Session } from '../../broker/src/domain/session.js';
import { type Decodes, decodeMessage } from '../../broker/src/rpc/reader.js';
import { type OpenedByTest, TestEdge } from '../support/edge.js';
import { plainManifest } from '../support/edge-parts.js';
import { fuzzWords } from '../support/fuzz-words.js';
import { everyRole, HandlersAlone } from '../support/handlers-alone.js';
import { isLong } from '../support/long.js';
import { mutated } from '../support/mutations.js';
import { seededNumbers } from '../support/seeded.js';
import { TestKey } from '../support/test-key.js';
import { roomy } from '../support/under-attack.js';
import { anyMessage, ownMessages, ownMethods, pathOf } from '../support/wire-grammar.js';

const mutations = isLong ? 1_000_000 : 50_000;
const seed = Number(process.env['CREANCE_SEED'] ?? 20_261_125);
/** Three of five go through a whole handler, two through the decoder alone. */
const perMethod = Math.ceil((mutations * 0.6) / ownMethods.length);
const perType = Math.ceil((mutations * 0.4) / ownMessages.length);
const busyMillisMax = 50;
const testMillis = isLong ? 3_600_000 : 120_000;
/** Messages that wait together, so that writes share their commits as they do under load. */
const atOnce = 128;

const memberFor = (path: string) => {
  if (path.includes('Verifier')) return 'verifier';
  return /Operator|Registry/.test(path) ? 'operator' : 'workload';
};

const prototypeBefore = Reflect.ownKeys(Object.prototype);
const constructorBefore = Reflect.ownKeys(Object);
const newKey = new TestKey();
let edge: TestEdge;
let alone: HandlersAlone;
const held = new Map<string, OpenedByTest>();
const outcomes = new Map<string, Set<string>>();

/** Fresh sessions: those of the method before may have been cut by what it did. */
async function renew(): Promise<void> {
  for (const [kind, name] of [
    ['workload', 'triage'],
    ['verifier', 'crm'],
    ['operator', 'security'],
  ] as const) {
    held.set(kind, await edge.session({ kind, name }));
  }
  for (const [kind, { id }] of held) sessions.set(kind, edge.store.path(id).at(-1) as Session);
}
const sessions = new Map<string, Session>();

const callerOf = (path: string): Caller =>
  path.endsWith('/OpenSession')
    ? { kind: 'new-key', key: newKey.thumbprint, jwk: newKey.jwk }
    : {
        kind: 'session',
        session: sessions.get(memberFor(path)) as Session,
        roles: everyRole,
        newKey: newKey.thumbprint,
      };

beforeAll(async () => {
  edge = await TestEdge.start({ limits: roomy });
  await renew();
  alone = new HandlersAlone(edge, callerOf);
});
afterAll(async () => {
  alone.close();
  await edge.dispose();
});

describe(`F-27 hostile bytes, ${mutations} by seed ${seed}`, () => {
  it.each(ownMethods.map((method, at) => [pathOf(method), method, at] as const))(
    'to %s are answered by name, at once, and never by a fault',
    async (path, { input }, at) => {
      await renew();
      const next = seededNumbers(seed + at);
      const words = fuzzWords([...held.values()], plainManifest);
      const seen = new Set<string>();
      for (let sent = 0; sent < perMethod; sent += atOnce) {
        const batch = Array.from({ length: Math.min(atOnce, perMethod - sent) }, () => {
          const good = anyMessage(input, next, words);
          return next(3) === 0 ? good : mutated(good, next);
        });
        const handled = await Promise.all(batch.map((bytes) => alone.handle(path, bytes)));
        for (const [index, { outcome, busyMillis }] of handled.entries()) {
          seen.add(outcome);
          if (busyMillis <= busyMillisMax) continue;
          // The collector of garbage strikes anybody; a message that hangs the broker does so again.
          const again = await alone.handle(path, batch[index] as Buffer);
          expect(again.busyMillis, batch[index]?.toString('hex')).toBeLessThan(busyMillisMax);
        }
      }
      outcomes.set(path, seen);
      expect(alone.faults.splice(0)).toEqual([]);
    },
    testMillis,
  );

  // breaks when: decodeMessage decodes outside of its try
  it.each(ownMessages.map((type, at) => [type.typeName, type, at] as const))(
    'to the decoder of %s are read or refused',
    (name, type, at) => {
      const next = seededNumbers(seed + 1_000 + at);
      const words = fuzzWords([...held.values()], plainManifest);
      const codec = (wire as unknown as Record<string, Decodes<unknown> | undefined>)[
        name.slice('creance.v1.'.length).replaceAll('.', '_')
      ];
      // What is no request or answer is read by the message that holds it.
      const stands = ownMethods.some(({ input, output }) => type === input || type === output);
      if (codec === undefined) return expect(stands).toBe(false);
      for (let sent = 0; sent < perType; sent += 1) {
        const decoded = decodeMessage(codec, mutated(anyMessage(type, next, words), next));
        if (!decoded.ok) expect(decoded.error.reason).toBe('request_malformed');
      }
    },
    testMillis,
  );

  it('reach what lies behind the decoder: methods answer in words of their own, and some do what they are asked', () => {
    const reached = [...outcomes.values()].filter(
      (seen) => seen.has('ok') || [...seen].some((reason) => reason !== 'request_malformed'),
    );
    expect(reached.length).toBeGreaterThan(ownMethods.length * 0.9);
    expect([...outcomes.values()].filter((seen) => seen.has('ok')).length).toBeGreaterThan(8);
  });

  // breaks when: a handler or a store keeps a stranger's text as a member of an ordinary object
  it('F-59 leave the prototype of objects as it was', () => {
    expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeBefore);
    expect(Reflect.ownKeys({}.constructor)).toEqual(constructorBefore);
  });

  it('ten thousand deep, of groups and of messages, are refused', () => {
    const groups = Buffer.concat([Buffer.alloc(10_000, 0x7b), Buffer.alloc(10_000, 0x7c)]);
    let nested = Buffer.alloc(0);
    for (let depth = 0; depth < 10_000 && nested.length < 65_000; depth += 1) {
      const size = nested.length;
      const head = size < 128 ? [0x0a, size] : [0x0a, (size & 0x7f) | 0x80, (size >> 7) & 0x7f];
      if (size >= 16_384) head[2] = (head[2] as number) | 0x80;
      if (size >= 16_384) head.push(size >> 14);
      nested = Buffer.concat([Buffer.from(head), nested]);
    }
    for (const codec of Object.values(wire) as Partial<Decodes<unknown>>[]) {
      if (typeof codec?.decode !== 'function') continue;
      expect(decodeMessage(codec as Decodes<unknown>, groups)).toMatchObject({ ok: false });
      // Only a type that holds itself goes down; it must not end the process.
      decodeMessage(codec as Decodes<unknown>, nested);
    }
  });
});
