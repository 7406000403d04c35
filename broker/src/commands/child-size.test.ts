import { type Scope, tokenBytesMax } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { plusSeconds } from '../domain/instant.js';
import { decide } from '../domain/policy.js';
import { reachOf } from '../domain/policy-reach.js';
import type { Session } from '../domain/session.js';
import { handleOf, scopesOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt, pathOf } from '../doubles/sessions.js';
import { newSigner } from '../doubles/signed.js';
import { mint } from '../tokens/mint.js';
import { childFits } from './child-size.js';

const issuer = 'https://creance.example.internal';
const longest = (count: number) =>
  Array.from({ length: count }, (_, at) => `${'s'.repeat(60)}${1_000 + at}` as Scope);

/** A registry in which every workload of the letters may do all of this and have every other as a child. */
function registryFor(letters: string, scopes: readonly Scope[], chars = 64) {
  const names = [...letters].map((letter) => letter.repeat(chars));
  const workloads = names.map((name) =>
    workloadOf({
      name,
      owner: name,
      grants: Array.from({ length: Math.ceil(scopes.length / 32) }, (_, at) =>
        grantOf({ scopes: scopes.slice(at * 32, at * 32 + 32) }),
      ),
      delegation: { depth: 7, to: new Set(names) },
    }),
  );
  return registryOf({ workloads, resources: [resourceOf()] });
}

/** A path of workloads by letter, each with handles of its own. */
function pathTo(letters: string, chars = 64): readonly Session[] {
  return pathOf(
    ...[...letters].map((letter) => ({
      name: letter.repeat(chars),
      member: handleOf(`w ${letter}`),
      owner: handleOf(`o ${letter}`),
      evidenceIssuer: handleOf(`i ${letter}`),
      evidenceKey: handleOf(`k ${letter}`),
    })),
  );
}

function outcomeOf(letters: string, child: string, scopes: readonly Scope[], chars = 64): string {
  const registry = registryFor('abcdefgh', scopes, chars);
  const toBe = { workload: child.repeat(chars), task: undefined, ownEvidence: true };
  return childFits(issuer, registry, pathTo(letters, chars), toBe)?.reason ?? 'fits';
}

describe("the size of a child's tokens", () => {
  // breaks when: childFits measures the parent, or takes the first resource for the widest
  it('is what the widest token takes that the child could ask for', () => {
    expect(outcomeOf('abcde', 'f', longest(2))).toBe('fits');
    expect(outcomeOf('abcdef', 'g', longest(2))).toBe('token_too_large');
    expect(outcomeOf('abcdefg', 'h', longest(2), 20)).toBe('fits');
    expect(outcomeOf('a', 'b', longest(32))).toBe('token_too_large');
  });

  it('is less where the child shares what its path has already', () => {
    expect(outcomeOf('abcde', 'g', longest(5), 58)).toBe('token_too_large');
    expect(outcomeOf('abcde', 'a', longest(5), 58)).toBe('fits');
  });

  it('counts no scope that the child may not ask for', () => {
    const registry = registryFor('ab', longest(32));
    const task = { grants: [{ resource: 'crm', scopes: longest(1) }] };
    const path = pathTo('a');
    const child = { workload: 'b'.repeat(64), ownEvidence: true };
    expect(childFits(issuer, registry, path, { ...child, task })).toBeUndefined();
    expect(childFits(issuer, registry, path, { ...child, task: undefined })).toMatchObject({
      reason: 'token_too_large',
      detail: { resource: 'crm', most: tokenBytesMax },
    });
  });

  it('never counts more scopes than a token can hold', () => {
    const short = Array.from({ length: 64 }, (_, at) => `s${100 + at}` as Scope);
    expect(outcomeOf('a', 'b', short)).toBe('fits');
  });

  // Law 5. breaks when: the placeholders are shorter than what they stand for
  it('never lets a child be whose widest token cannot be minted', () => {
    const now = plusSeconds(openedAt, 1);
    const signer = newSigner();
    let [minted, refused] = [0, 0];
    for (let chars = 1; chars <= 64; chars += 7) {
      for (let depth = 1; depth <= 7; depth += 1) {
        const letters = 'abcdefgh'.slice(0, depth + 1);
        const registry = registryFor('abcdefgh', longest(3), chars);
        const path = pathTo(letters, chars);
        const toBe = {
          workload: letters.slice(-1).repeat(chars),
          task: undefined,
          ownEvidence: true,
        };
        const [reach] = reachOf(registry, path);
        const ask = { audience: 'https://crm.example.internal', lifetimeSeconds: 0 };
        const grant = decide(registry, path, { ...ask, scopes: reach?.scopes ?? scopesOf() }, now);
        if (!grant.ok) throw new Error(grant.error.reason);
        const made = {
          issuer,
          path,
          grant: grant.value,
          revision: 1_764_000_000_000_000 as never,
          tokenId: 'i'.repeat(22),
          nowSeconds: 1_764_000_001,
        };
        const fits = childFits(issuer, registry, path.slice(0, -1), toBe) === undefined;
        expect(mint(made, signer).ok).toBe(fits);
        if (fits) minted += 1;
        else refused += 1;
      }
    }
    expect(Math.min(minted, refused)).toBeGreaterThan(5);
  });
});
