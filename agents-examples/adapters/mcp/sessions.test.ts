import type { Session } from '@creance/sdk';
import type { Identity } from '@creance/verifier';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { reads } from '../stage/manifest.js';
import { AdapterStage, codeOf } from '../stage/stage.js';
import { McpSessions, mcpSessionBounds } from './sessions.js';
import type { McpService } from './stage-mcp.js';
import { serveWithSessions } from './stage-v1-sessions.js';

let stage: AdapterStage;
let crm: McpService;

beforeAll(async () => {
  stage = await AdapterStage.start();
  crm = await serveWithSessions(stage);
});

afterAll(() => stage.dispose());

const version = '2025-06-18';
const form = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': version,
};
const message = (method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const reading = message('tools/call', { name: 'read_contacts', arguments: {} });

const send = (session: Session, id: string | undefined, method = 'POST', body = reading) =>
  session.fetch(crm.url, {
    method,
    headers: { ...form, ...(id !== undefined && { 'mcp-session-id': id }) },
    ...(method === 'POST' && { body }),
    ...reads,
  });

/** Begins a session of MCP. */
async function begin(session: Session): Promise<string> {
  const clientInfo = { name: 'agent', version: '1.0.0' };
  const params = { protocolVersion: version, capabilities: {}, clientInfo };
  const reply = await send(session, undefined, 'POST', message('initialize', params));
  await reply.text();
  return reply.headers.get('mcp-session-id') ?? '';
}

describe('a session of MCP', () => {
  let owner: Session;
  let id: string;
  beforeEach(async () => {
    ({ session: owner } = await stage.agent());
    id = await begin(owner);
    expect(id).not.toBe('');
    crm.notes.answered.splice(0);
  });

  it('serves its owner, by one token after the other', async () => {
    expect((await send(owner, id)).status).toBe(200);
    await stage.operator.cutTokenKey();
    await stage.enforced();
    expect((await send(owner, id)).status).toBe(200);
    expect(crm.notes.answered).toHaveLength(2);
  });

  // breaks when: the id alone decides which session a request belongs to
  it.each(['POST', 'GET', 'DELETE'])(
    'is none to the token of another session that has stolen its id, by %s',
    async (method) => {
      const { session: thief } = await stage.agent();
      const own = await begin(thief);
      const reply = await send(thief, id, method);
      expect(reply.status).toBe(404);
      // A stranger learns no more of it than of one that never was.
      const guessed = await send(thief, '00000000-0000-4000-8000-000000000000', method);
      expect([await reply.text(), reply.status]).toEqual([await guessed.text(), guessed.status]);
      expect(crm.notes.answered).toEqual([]);
      expect((await send(owner, id)).status).toBe(200);
      expect((await send(thief, own)).status).toBe(200);
    },
  );

  it('is none to a child of its owner, and the child’s none to the owner', async () => {
    const child = await owner.delegate({ task: { grants: [reads] } });
    expect((await send(child, id)).status).toBe(404);
    expect((await send(owner, await begin(child))).status).toBe(404);
    expect(crm.notes.answered).toEqual([]);
  });

  // breaks when: the handler's own stream outlives the token
  it('ends with its owner, its open stream too', async () => {
    crm.notes.told.splice(0);
    const read = send(owner, id, 'GET').then((reply) => reply.text());
    const ended = read.catch((error: unknown) => error);
    // Not its reply: the oldest server begins that with the first message only.
    await vi.waitFor(() => expect(crm.notes.told).toEqual(['GET']));
    const startedAt = performance.now();
    await stage.operator.cut(owner.id);
    // The oldest server ends a stream that fails as if it were done; it must have said nothing.
    expect(['', 'CREANCE_SESSION_REVOKED']).toContain(codeOf(await ended));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    const { session: next } = await stage.agent();
    expect((await send(next, id)).status).toBe(404);
  });

  it('is gone once its owner has ended it', async () => {
    expect((await send(owner, id, 'DELETE')).status).toBe(200);
    expect((await send(owner, id)).status).toBe(404);
  });
});

describe('sessions of MCP that are remembered', () => {
  const as = (sessionId: string) => ({ sessionId }) as unknown as Identity;
  const naming = (id?: string) =>
    new Request('http://crm/', { ...(id !== undefined && { headers: { 'mcp-session-id': id } }) });
  const giving = (id: string) => async () =>
    new Response('', { headers: { 'mcp-session-id': id } });

  // breaks when: one caller's many sessions push out those of another
  it('are few of one caller, who loses his own oldest', async () => {
    const sessions = new McpSessions();
    await sessions.own(naming(), as('victim'), giving('of-victim'));
    const many = mcpSessionBounds.idsOfOne + 1;
    for (let at = 0; at < many; at += 1) await sessions.own(naming(), as('one'), giving(`${at}`));
    const statusOf = async (who: string, id: string) =>
      (await sessions.own(naming(id), as(who), giving(id))).status;
    expect(await statusOf('one', '0')).toBe(404);
    expect(await statusOf('one', '1')).toBe(200);
    expect(await statusOf('victim', 'of-victim')).toBe(200);
  });

  it('are forgotten of who was away for longest', async () => {
    const sessions = new McpSessions();
    const { owners } = mcpSessionBounds;
    for (let at = 0; at <= owners; at += 1) await sessions.own(naming(), as(`${at}`), giving('1'));
    const statusOf = async (who: string) =>
      (await sessions.own(naming('1'), as(who), giving('1'))).status;
    expect([await statusOf('0'), await statusOf('1'), await statusOf(`${owners}`)]).toEqual([
      404, 200, 200,
    ]);
  });
});
