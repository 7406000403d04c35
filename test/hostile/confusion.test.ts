import { createPublicKey, verify } from 'node:crypto';
import {
  formatChildJoinString,
  formatJoinString,
  parseChildJoinString,
  parseJoinString,
  type Thumbprint,
} from '@creance/proto';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointBytes } from '../../broker/src/store/sqlite/audit-chain.js';
import { Mint } from '../support/mint.js';
import { cutTarget } from '../support/mint-feed.js';
import { freshHandle } from '../support/mint-key.js';
import { type JwsDoor, jwsDoors } from '../support/signed-doors.js';
import { domainKinds, joinKinds, jwsKinds, strayMarks } from '../support/signed-kinds.js';

let doors: Readonly<Record<string, JwsDoor>>;
beforeAll(async () => {
  doors = await jwsDoors();
});

const doorNames = [
  'a token at a verifier',
  'a proof at a verifier',
  'a feed key statement at a verifier',
  'a proof at the broker',
  'an assertion at the broker',
  'a token that a resource hands to the broker',
];
const pairs = doorNames.flatMap((door) => Object.keys(jwsKinds).map((kind) => ({ door, kind })));

const doorOf = (name: string): JwsDoor => {
  const door = doors[name];
  if (door === undefined) throw new Error(`there is no door for ${name}`);
  return door;
};

/** Good at its own door in every way: header, claims, key. */
const genuine = (door: JwsDoor, typ: string = jwsKinds[door.kind]): string =>
  door.sign({ alg: 'ES256', typ, ...door.members() }, door.claims());

describe('every kind that is signed', () => {
  // breaks when: something new is minted or accepted, and nobody has thought of the other doors
  it('has its row here: the source knows no other typ, domain prefix or prefix', () => {
    expect(strayMarks()).toEqual({ unknown: [], gone: [] });
    expect(Object.keys(doors).toSorted()).toEqual(doorNames.toSorted());
  });

  it('has a mark of its own, and none begins another', () => {
    const marks = [...Object.values(domainKinds), ...Object.values(joinKinds)];
    for (const mark of marks)
      expect(marks.filter((other) => other.startsWith(mark))).toEqual([mark]);
    expect(new Set(Object.values(jwsKinds)).size).toBe(Object.keys(jwsKinds).length);
  });
});

describe('a JWS at a door (F-42)', () => {
  // breaks when: a form of parseJws takes a second typ, or none
  it.each(pairs)('$door: what is right in all else and says $kind', async ({ door, kind }) => {
    const at = doorOf(door);
    const typ = jwsKinds[kind as keyof typeof jwsKinds];
    expect(await at.takes(genuine(at, typ))).toBe(kind === at.kind);
    expect(await at.takes(genuine(at))).toBe(true);
  });

  // breaks when: two doors believe one key and tell their kinds apart by claims alone
  it('lets in nothing that is good at another door', async () => {
    let tried = 0;
    for (const name of doorNames) {
      const door = doorOf(name);
      for (const other of doorNames.map(doorOf)) {
        if (other === door) continue;
        expect(await door.takes(genuine(other))).toBe(false);
        tried += 1;
      }
      expect(await door.takes(genuine(door))).toBe(true);
    }
    expect(tried).toBe(30);
  });
});

/** Bytes under the prefix of a kind, signed by the key that a door believes. */
const under = (domain: string, bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(domain, 'latin1'), bytes]);

describe('bytes that are signed under a prefix', () => {
  const kinds = Object.entries(domainKinds);

  // breaks when: a prefix is left out, shared, or put behind
  it.each(kinds)('as a frame: a signature under the prefix of %s', async (kind, domain) => {
    const mint = await Mint.open();
    const good = mint.delta([cutTarget(freshHandle())]);
    const signature = mint.feedKey.sign(under(domain, good.frame));
    expect((await mint.feed.receive({ ...good, signature })).ok).toBe(kind === 'frame');
  });

  it.each(kinds)('as settings: a signature under the prefix of %s', async (kind, domain) => {
    const mint = await Mint.open();
    const nonce = new Uint8Array(16).fill(9);
    const good = mint.opening(nonce);
    const settingsSignature = mint.feedKey.sign(under(domain, good.settings));
    const opened = await mint.feed.open({ ...good, settingsSignature }, nonce);
    expect(opened.ok).toBe(kind === 'settings');
  });

  it.each(kinds)('as a checkpoint: a signature under the prefix of %s', async (kind, domain) => {
    const { feedKey: key } = await Mint.open();
    const head = Buffer.alloc(32, 5);
    const asked = Buffer.from(checkpointBytes('https://creance.test', 7, head));
    const bare = asked.subarray(Buffer.byteLength(domainKinds.checkpoint));
    const publicKey = createPublicKey({ key: { ...key.jwk }, format: 'jwk' });
    const input = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    const isTaken = verify('sha256', asked, input, key.sign(under(domain, bare)));
    expect(isTaken).toBe(kind === 'checkpoint');
  });

  it('as a JWS: no prefix is the beginning of one, so no signature is good for both', () => {
    // A JWS signs base64url text: it has no NUL, and begins with the header's brace.
    for (const domain of Object.values(domainKinds)) expect(domain.startsWith('eyJ')).toBe(false);
  });
});

describe('texts that go from hand to hand', () => {
  const home = { issuer: 'https://creance.test', address: 'https://broker.test:7420' };
  const parts = { ...home, anchor: 'A'.repeat(43) as Thumbprint };
  const made: Record<keyof typeof joinKinds, string> = {
    'join string': formatJoinString({ ...parts, joinToken: 't'.repeat(43) }),
    'child join string': formatChildJoinString({ ...parts, childJoinToken: 't'.repeat(43) }),
  };
  const read: Record<keyof typeof joinKinds, (text: string) => unknown> = {
    'join string': parseJoinString,
    'child join string': parseChildJoinString,
  };
  const names = Object.keys(joinKinds) as (keyof typeof joinKinds)[];
  const crossed = names.flatMap((door) => names.map((kind) => ({ door, kind })));

  it.each(crossed)('$door: a $kind', ({ door, kind }) => {
    expect(made[kind].startsWith(joinKinds[kind])).toBe(true);
    expect(read[door](made[kind]) !== undefined).toBe(door === kind);
  });

  it('are no JWS, and no JWS is one of them', async () => {
    for (const name of doorNames) {
      const door = doorOf(name);
      for (const text of Object.values(made)) expect(await door.takes(text)).toBe(false);
      for (const parse of Object.values(read)) expect(parse(genuine(door))).toBeUndefined();
    }
  });
});
