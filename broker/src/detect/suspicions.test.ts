import type { SessionId } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type LimitName, limits } from '../domain/limits.js';
import { sessionIdOf } from '../doubles/ids.js';
import type { Mark, MarkPair } from './mark.js';
import { Suspicions } from './suspicions.js';

const session = sessionIdOf('agent');
let hits: LimitName[];
let suspicions: Suspicions;

beforeEach(() => {
  hits = [];
  suspicions = new Suspicions((name) => void hits.push(name));
});

/** A proof that a resource's verifier has reported; the broker's own comes with its bytes. */
function mark(hash: string, source = 'crm'): Mark {
  const own = source === 'broker';
  return {
    counter: 1,
    issuedAt: 100,
    source,
    witness: own ? undefined : sessionIdOf(`verifier of ${source}`),
    hash: own ? undefined : hash,
    text: own ? hash : undefined,
    seenMillis: 0,
  };
}

const verifier = (source: string) => sessionIdOf(`verifier of ${source}`);
const pairOf = (one: Mark, other: Mark, of: SessionId = session): MarkPair => ({
  session: of,
  marks: [one, other],
});

describe('a suspicion', () => {
  it('asks each witness for what it has reported, until it is shown', () => {
    const pair = pairOf(mark('a'), mark('b', 'mail'));
    expect(suspicions.open(pair, 0)).toEqual(pair.marks);
    expect(suspicions.wantedOf(verifier('crm'), 16)).toEqual(['a']);
    expect(suspicions.wantedOf(verifier('mail'), 16)).toEqual(['b']);
    expect(suspicions.show('a', 'bytes a')).toEqual([]);
    expect(suspicions.wantedOf(verifier('crm'), 16)).toEqual([]);
    expect(suspicions.show('b', 'bytes b')).toEqual([{ ...pair, texts: ['bytes a', 'bytes b'] }]);
    expect(suspicions.size).toBe(0);
    expect(suspicions.show('b', 'bytes b')).toEqual([]);
  });

  it('asks for nothing that the broker has itself', () => {
    const pair = pairOf(mark('own', 'broker'), mark('b'));
    expect(suspicions.open(pair, 0)).toEqual([pair.marks[1]]);
    expect(suspicions.show('b', 'bytes b')[0]?.texts).toEqual(['own', 'bytes b']);
  });

  it('takes no bytes that nobody asked for', () => {
    suspicions.open(pairOf(mark('a'), mark('b')), 0);
    expect(suspicions.show('c', 'bytes c')).toEqual([]);
    expect(suspicions.wantedOf(verifier('crm'), 1)).toEqual(['a']);
  });

  it('waits once for a session and two sources, and makes room for a newer one after a while', () => {
    suspicions.open(pairOf(mark('a'), mark('b')), 0);
    expect(suspicions.open(pairOf(mark('c'), mark('d')), 4_999)).toEqual([]);
    expect(suspicions.open(pairOf(mark('c'), mark('d')), 5_000)).toHaveLength(2);
    expect(suspicions.wantedOf(verifier('crm'), 16)).toEqual(['c', 'd']);
    expect(suspicions.size).toBe(1);
  });

  it('is forgotten when the bytes do not come, and with its session', () => {
    suspicions.open(pairOf(mark('a'), mark('b')), 0);
    const other = sessionIdOf('other');
    suspicions.open(pairOf(mark('c'), mark('d'), other), limits.counterSeconds * 1_000 + 1);
    expect(suspicions.wantedOf(verifier('crm'), 16)).toEqual(['c', 'd']);
    suspicions.forget(other);
    expect(suspicions.wantedOf(verifier('crm'), 16)).toEqual([]);
    expect(suspicions.size).toBe(0);
  });

  it('shares bytes with others that want the same', () => {
    const other = sessionIdOf('other');
    suspicions.open(pairOf(mark('a'), mark('own', 'broker')), 0);
    suspicions.open(pairOf(mark('a', 'mail'), mark('own', 'broker'), other), 0);
    expect(suspicions.show('a', 'bytes').map((pair) => pair.session)).toEqual([session, other]);
    expect(suspicions.wantedOf(verifier('crm'), 16)).toEqual([]);
    expect(suspicions.wantedOf(verifier('mail'), 16)).toEqual([]);
  });
});

describe('a resource that invents counters and shows nothing', () => {
  // breaks when: what a resource owes is not bounded, or a witness that has shown its own still owes it
  it('cannot keep others from being asked', () => {
    for (let at = 0; at < 5_000; at += 1) {
      const of = sessionIdOf(at);
      const honest = `honest ${at}`;
      suspicions.open(pairOf(mark(`lie ${at}`, 'evil'), mark(honest), of), at);
      suspicions.show(honest, 'bytes');
    }
    expect(suspicions.size).toBe(limits.suspicions / 8);
    expect(new Set(hits)).toEqual(new Set(['suspicions']));
    expect(suspicions.open(pairOf(mark('a'), mark('b')), 5_000)).toHaveLength(2);
  });

  it('is bounded in all', () => {
    const small = new Suspicions((name) => void hits.push(name), { all: 16, seconds: 300 });
    for (let at = 0; at < 100; at += 1) {
      const [one, other] = [mark(`a${at}`, `r${at}`), mark(`b${at}`, `s${at}`)];
      small.open(pairOf(one, other, sessionIdOf(at)), 0);
    }
    expect(small.size).toBe(16);
    expect(hits).toHaveLength(84);
  });
});
