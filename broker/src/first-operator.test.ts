import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JoinTokenAnswer } from './commands/create-join-token.js';
import type { Operator, Role } from './domain/registry.js';
import { FakeClock } from './doubles/fake-clock.js';
import { type FirstOperatorParts, inviteFirstOperator } from './first-operator.js';

let data: string;
let made: string[];
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'creance-'));
  made = [];
});
afterEach(() => rmSync(data, { recursive: true }));

const operator = (name: string, ...roles: Role[]): [string, Operator] => [
  name,
  { name, roles: new Set(roles) } as unknown as Operator,
];

/** Invites as at a start; the operators are as the manifest says. */
function invite(
  restored = false,
  operators = [operator('eve', 'viewer'), operator('ada', 'registrar')],
) {
  const parts = {
    config: { data, restored },
    registry: { operators: new Map(operators) },
    createJoinToken: async ({ member }: { member: { name: string } }) => {
      made.push(member.name);
      return ok({ joinString: `join string ${made.length}` } as JoinTokenAnswer);
    },
    clock: new FakeClock(),
    entropy: { bytes: (length: number) => Buffer.alloc(length, 7) },
  };
  return inviteFirstOperator(parts as unknown as FirstOperatorParts);
}

describe('inviteFirstOperator', () => {
  it('gives the first registrar a join string at the first start, for its own user alone', async () => {
    const file = await invite();
    expect(file).toBe(join(data, 'first-operator.join'));
    expect(readFileSync(file as string, 'utf8')).toBe('join string 1\n');
    expect(statSync(file as string).mode & 0o777).toBe(0o600);
    expect(made).toEqual(['ada']);
  });

  it('does so once, and again only for data that were put back', async () => {
    await invite();
    expect(await invite()).toBeUndefined();
    expect(made).toHaveLength(1);
    // breaks when: nobody can join after a restore, because the file is still there
    const file = await invite(true);
    expect(readFileSync(file as string, 'utf8')).toBe('join string 2\n');
  });

  it('writes nothing where nobody is registrar', async () => {
    expect(await invite(false, [operator('eve', 'viewer')])).toBeUndefined();
    expect(made).toEqual([]);
  });
});
