import { ok, refuse } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { TokenAsk } from '../domain/policy.js';
import type { Registry } from '../domain/registry.js';
import type { Call } from './call.js';
import { countingTokens } from './count-tokens.js';

const registry = () =>
  ({ resourceByAudience: new Map([['https://crm', { name: 'crm' }]]) }) as unknown as Registry;
const ask = (audience: string) => ({ audience }) as TokenAsk;

function counted(isMetered: boolean) {
  const seen: string[] = [];
  const meters = {
    isMetered,
    tokenIssued: (resource: string) => void seen.push(`issued ${resource}`),
    tokenRefused: (reason: string) => void seen.push(`refused ${reason}`),
  };
  const issue = async ({ audience }: TokenAsk) =>
    audience === 'https://crm' ? ok('a token') : refuse({ reason: 'resource_unknown' } as const);
  return { seen, issue, wrapped: countingTokens(issue, registry, meters) };
}

describe('counting tokens', () => {
  it('counts what was issued by resource and what was refused by reason, and changes no answer', async () => {
    const { seen, wrapped } = counted(true);
    expect(await wrapped(ask('https://crm'), {} as Call)).toEqual(ok('a token'));
    const refused = await wrapped(ask('https://other'), {} as Call);
    expect(refused).toMatchObject({ ok: false });
    // breaks when: an attribute is the audience that somebody asked for, which has no bound
    expect(seen).toEqual(['issued crm', 'refused resource_unknown']);
  });

  it('is the verb itself when nobody counts', () => {
    const { issue, wrapped } = counted(false);
    expect(wrapped).toBe(issue);
  });
});
