import type { Session } from '@creance/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audiences } from '../stage/manifest.js';
import { AdapterStage } from '../stage/stage.js';
import type { McpService } from './stage-mcp.js';
import { sdk1 } from './stage-v1.js';

let stage: AdapterStage;
let crm: McpService;
let session: Session;

beforeAll(async () => {
  stage = await AdapterStage.start();
  crm = await sdk1.serve(stage);
  ({ session } = await stage.agent());
});

afterAll(() => stage.dispose());

beforeEach(() => void crm.notes.answered.splice(0));

const call = (name: unknown, id = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
});
const form = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-06-18',
};

/** What the server answers to a body that comes with a genuine token for `contacts:read`. */
const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  session.fetch(crm.url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { ...form, ...headers },
    audience: audiences.crm,
    scopes: ['contacts:read'],
  });

describe('an MCP server behind the adapter', () => {
  it('runs what the token permits', async () => {
    expect((await post(call('read_contacts'))).status).toBe(200);
    expect(crm.notes.answered).toEqual(['read_contacts']);
  });

  // breaks when: only the first message of a batch is looked at
  it('refuses a batch in which one call wants more than the token holds', async () => {
    const reply = await post([call('read_contacts'), call('export_contacts', 2)]);
    expect(reply.status).toBe(403);
    expect(reply.headers.get('www-authenticate')).toContain('contacts:export');
    expect(crm.notes.answered).toEqual([]);
  });

  // breaks when: a tool without a row falls back to the scopes of the server
  it.each([
    ['that nobody gave scopes', 'unlisted'],
    ['named like a member of every object', 'constructor'],
    ['whose name is no text', ['read_contacts']],
    ['without a name', undefined],
  ])('wants all scopes for a tool %s', async (_kind, name) => {
    expect((await post(call(name))).status).toBe(403);
    expect(crm.notes.answered).toEqual([]);
  });

  it('runs the call that it has judged when a key stands twice', async () => {
    const twice = JSON.stringify(call('export_contacts')).replace(
      '"name":"export_contacts"',
      '"name":"export_contacts","name":"read_contacts"',
    );
    expect((await post(twice)).status).toBe(200);
    expect(crm.notes.answered).toEqual(['read_contacts']);
  });

  it('believes the body, not a header that names another tool', async () => {
    const headers = { 'mcp-method': 'tools/call', 'mcp-name': 'read_contacts' };
    expect((await post(call('export_contacts'), headers)).status).toBe(403);
  });

  it('refuses a body above its bound before it judges the token', async () => {
    expect((await post(`"${'x'.repeat(10_000)}"`)).status).toBe(413);
  });

  it('runs nothing of a body that cannot be read', async () => {
    expect((await post('{"method":')).status).toBeGreaterThanOrEqual(400);
    expect(crm.notes.answered).toEqual([]);
  });

  it('refuses a token that is sent as a bearer token, one without a proof, and none', async () => {
    const ask = { audience: audiences.crm, scopes: ['contacts:read'] };
    const text = (await session.token(ask)).reveal();
    for (const authorization of [`Bearer ${text}`, `DPoP ${text}`, undefined]) {
      const headers = authorization === undefined ? form : { ...form, authorization };
      const body = JSON.stringify(call('read_contacts'));
      expect((await fetch(crm.url, { method: 'POST', body, headers })).status).toBe(401);
    }
    expect(crm.notes.answered).toEqual([]);
  });

  it('refuses what was sent once already', async () => {
    const signed = await session.headers({
      url: crm.url,
      method: 'POST',
      audience: audiences.crm,
      scopes: ['contacts:read'],
    });
    const init = {
      method: 'POST',
      body: JSON.stringify(call('read_contacts')),
      headers: { ...form, ...signed },
    };
    expect((await fetch(crm.url, init)).status).toBe(200);
    expect((await fetch(crm.url, init)).status).toBe(401);
    expect(crm.notes.answered).toHaveLength(1);
  });
});
