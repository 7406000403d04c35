import type { Session } from '@creance/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whileLive } from '../core/while-live.js';
import { leaks, type SeenRequest } from '../stage/loopback.js';
import { audiences } from '../stage/manifest.js';
import { AdapterStage, codeOf, issued } from '../stage/stage.js';
import { creanceAuth, type McpAuthOptions } from './client.js';
import { type McpAgent, type McpService, plan } from './stage-mcp.js';
import { sdk1 } from './stage-v1.js';
import { sdk2 } from './stage-v2.js';

const reads = `${audiences.crm} contacts:read`;
const exports_ = `${audiences.crm} contacts:export`;

describe.each([
  ['2', sdk2],
  ['1', sdk1],
] as const)('an MCP client and server of SDK %s', (_version, sdk) => {
  let stage: AdapterStage;
  let crm: McpService;

  beforeAll(async () => {
    stage = await AdapterStage.start();
    crm = await sdk.serve(stage);
  });

  afterAll(() => stage.dispose());

  const connect = (session: Session, more: Partial<McpAuthOptions> = {}): Promise<McpAgent> => {
    const { tools } = plan;
    const needs = { url: crm.url, audience: audiences.crm, scopes: ['contacts:read'], tools };
    return sdk.connect(stage, session, { ...needs, ...more });
  };

  /** Tokens of what was posted since. */
  const postsSince = (count: number): readonly string[] =>
    crm.seen
      .slice(count)
      .filter(({ method }: SeenRequest) => method === 'POST')
      .map(({ token }) => token);

  // breaks when: the client asks with the union of all scopes, or the server passes the headers on
  it('gives each tool call a token for its own scopes, and shows none of it', async () => {
    const { session, events } = await stage.agent();
    const agent = await connect(session);
    const before = crm.seen.length;
    const replies = [await agent.call('read_contacts'), await agent.call('export_contacts')];
    expect(postsSince(before)).toEqual([reads, exports_]);
    const shown = JSON.stringify([replies, crm.notes.told, events, session]) + stage.brokerLog;
    expect(shown).toContain('export_contacts done');
    expect(crm.seen.length).toBeGreaterThan(2);
    expect(leaks(shown, crm.seen)).toEqual([]);
    expect(leaks(JSON.stringify(crm.seen), crm.seen)).not.toEqual([]);
  });

  it('asks the broker once for many calls at once', async () => {
    const { session, events } = await stage.agent();
    const agent = await connect(session);
    await Promise.all(Array.from({ length: 12 }, () => agent.call('export_contacts')));
    expect(issued(events).filter((token) => token === exports_)).toHaveLength(1);
  });

  // breaks when: whileLive does no more than the work
  it('ends a running call within a second of a cut, by the typed error, and sends nothing more', async () => {
    const { session } = await stage.agent();
    const agent = await connect(session);
    const watching = crm.notes.watching();
    const call = whileLive(session, () => agent.call('watch_contacts', session.signal));
    const ended = call.catch(codeOf);
    await watching;
    const startedAt = performance.now();
    await stage.operator.cut(session.id);
    expect(await ended).toBe('CREANCE_SESSION_REVOKED');
    await crm.notes.watchEnds.at(-1);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    const sent = crm.seen.length;
    await expect(agent.call('read_contacts')).rejects.toMatchObject({
      code: 'CREANCE_SESSION_REVOKED',
    });
    expect(crm.seen).toHaveLength(sent);
  });

  it('serves a sub-agent by a child that holds less and ends with its parent', async () => {
    const { session } = await stage.agent();
    const task = { grants: [{ audience: audiences.crm, scopes: ['contacts:read'] }] };
    const child = await session.delegate({ task });
    const agent = await connect(child);
    await agent.call('read_contacts');
    await expect(agent.call('export_contacts')).rejects.toMatchObject({
      code: 'CREANCE_SCOPE_NOT_IN_TASK',
    });
    await session.close();
    await expect(agent.call('read_contacts')).rejects.toMatchObject({
      code: expect.stringMatching(/^CREANCE_SESSION_(ENDED|REVOKED)$/),
    });
  });

  it('gets one other token for a 401 and tries once', async () => {
    const { session, events } = await stage.agent();
    const agent = await connect(session);
    await agent.call('read_contacts');
    const [sent, asked] = [crm.seen.length, issued(events).length];
    await stage.operator.cutTokenKey();
    await stage.enforced();
    await agent.call('read_contacts');
    expect(postsSince(sent)).toEqual([reads, reads]);
    expect(issued(events)).toHaveLength(asked + 1);
  });

  it('steps up once for a 403, to what was named beforehand', async () => {
    const { session } = await stage.agent();
    const agent = await connect(session, { tools: {}, stepUp: ['contacts:export'] });
    const before = crm.seen.length;
    await agent.call('export_contacts');
    expect(postsSince(before)).toEqual([reads, `${audiences.crm} contacts:export contacts:read`]);
  });

  // breaks when: fetchFor asks for every scope that the challenge names
  it('never steps up to what was not named, and says what is missing', async () => {
    const { session } = await stage.agent();
    const agent = await connect(session, { tools: {}, stepUp: ['contacts:erase'] });
    const before = crm.seen.length;
    await expect(agent.call('export_contacts')).rejects.toSatisfy(sdk.lacksExport);
    expect(postsSince(before)).toEqual([reads]);
    await expect(agent.call('erase_contacts')).rejects.toMatchObject({
      code: 'CREANCE_SCOPE_NOT_GRANTED',
      missingScope: 'contacts:erase',
    });
  });

  // breaks when: creanceAuth does not compare origins
  it('sends nothing to another origin', async () => {
    const { session, events } = await stage.agent();
    const { fetch } = creanceAuth(session, { ...plan, url: crm.url, audience: audiences.crm });
    await expect(fetch('http://127.0.0.1:9/mcp', { method: 'POST' })).rejects.toThrow(TypeError);
    expect(issued(events)).toEqual([]);
  });
});
