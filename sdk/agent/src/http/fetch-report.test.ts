import { ActionOutcome } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerInTurn, good, type Resource, refusal, startResource } from '../doubles/resource.js';
import { type Stage, setStage } from '../doubles/stage.js';
import { limits } from '../limits.js';
import type { Session } from '../session/session.js';
import type { SessionOptions } from '../session/session-options.js';

let stage: Stage;
let session: Session;
let resource: Resource;
beforeEach(async () => {
  stage = setStage({ streams: true });
  resource = await startResource();
  session = await open();
});
afterEach(() => resource.close());

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };
const open = async (options: SessionOptions = {}) => (await stage.connect()).session(options);
const sentIds = () => resource.seen.map(({ headers }) => headers['creance-action']);
const reported = async () => {
  await stage.clock.advance(limits.reportMillis);
  return stage.broker.observations.map(({ actionId, action, outcome, audience }) => ({
    id: actionId.toString('base64url'),
    action,
    audience,
    outcome: outcome === ActionOutcome.ACTION_OUTCOME_ALLOWED ? 'allowed' : 'refused',
  }));
};

describe('a request of session.fetch', () => {
  // breaks when: the report makes another id than the header
  it('is reported once, under the id that the resource was told', async () => {
    await session.fetch(`${resource.origin}/contacts/4711?q=secret`, crm);
    const [action, ...more] = await reported();
    expect(more).toEqual([]);
    expect(action).toEqual({
      id: sentIds()[0],
      action: 'HTTP GET',
      audience: crm.audience,
      outcome: 'allowed',
    });
    expect(sentIds()[0]).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it.each([
    [200, 'allowed'],
    [302, 'allowed'],
    [404, 'allowed'],
    [500, 'allowed'],
    [401, 'refused'],
    [403, 'refused'],
  ])('that was answered %d was %s', async (status, outcome) => {
    resource.answer = () => ({ status });
    await session.fetch(resource.origin, crm);
    expect(await reported()).toMatchObject([{ outcome }]);
  });

  it('that nobody answered is none', async () => {
    await session.fetch('http://127.0.0.1:1/', crm).catch(() => {});
    await session.fetch('http://crm.example/', crm).catch(() => {});
    stage.broker.refuseNext('IssueToken', 'scope_not_granted');
    await session.fetch(resource.origin, { ...crm, scopes: ['more'] }).catch(() => {});
    expect(await reported()).toEqual([]);
  });

  // breaks when: a request that is sent again keeps its id, and hides behind its own refusal
  it('that was sent again counts once, by the id of its last sending', async () => {
    answerInTurn(resource, [refusal('use_dpop_nonce', 'nonce-1'), refusal('invalid_token'), good]);
    await session.fetch(resource.origin, crm);
    expect(new Set(sentIds()).size).toBe(3);
    expect(await reported()).toMatchObject([{ id: sentIds()[2], outcome: 'allowed' }]);
  });

  it('has the name that its caller gives it', async () => {
    await session.fetch(resource.origin, { ...crm, creance: { action: 'contacts.export' } });
    expect(await reported()).toMatchObject([{ action: 'contacts.export' }]);
  });

  it('has the name that the session gives it, and no query is shown for that', async () => {
    const asked: unknown[] = [];
    session = await open({
      actionName: (request) => {
        asked.push(request);
        return 'GET /contacts/:id';
      },
    });
    await session.fetch(`${resource.origin}/contacts/4711?q=secret`, crm);
    expect(await reported()).toMatchObject([{ action: 'GET /contacts/:id' }]);
    const url = `${resource.origin}/contacts/4711`;
    expect(asked).toEqual([{ method: 'GET', url, audience: crm.audience }]);
  });

  it('waits for no report', async () => {
    const [stream] = stage.broker.streams.slice(-1);
    if (stream !== undefined)
      stream.reply = (ask) =>
        ask.$case === 'reportActions' ? undefined : stream.brokerAnswer(ask);
    for (let at = 0; at < 70; at += 1) await session.fetch(resource.origin, crm);
    expect(resource.seen).toHaveLength(70);
    expect(stage.broker.reports).toEqual([]);
  });
});

describe('a request of another client', () => {
  it('is the same action to both sides when its headers are recorded with it', async () => {
    const headers = await session.headers({ url: resource.origin, ...crm });
    await fetch(resource.origin, { headers });
    session.record({
      action: 'contacts.read',
      audience: crm.audience,
      outcome: 'allowed',
      headers,
    });
    expect(await reported()).toMatchObject([{ id: sentIds()[0], action: 'contacts.read' }]);
  });

  it('has an id of its own when the headers hold none', async () => {
    const headers = { authorization: '', dpop: '', 'creance-action': 'none' };
    session.record({ action: 'a', audience: crm.audience, outcome: 'allowed', headers });
    expect(await reported()).toHaveLength(1);
  });
});
