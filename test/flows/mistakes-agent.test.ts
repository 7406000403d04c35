import type { ProtectedInit, Session } from '@creance/sdk';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { type AgentOnStage, FlowStage } from '../support/flow-stage.js';
import { type Mistake, made, sdkErrorOf } from '../support/mistake.js';

const crm = audiences.crm;
const [read, exported] = [['contacts:read'], ['contacts:export']];

let stage: FlowStage;
let agent: AgentOnStage;
let triage: AgentOnStage;
let session: Session;
let small: Session;
beforeAll(async () => {
  stage = await FlowStage.start(flowManifest({ orchestratorReads: read }));
  [agent, triage] = await Promise.all([stage.agent('orchestrator'), stage.agent('triage')]);
  const task = { grants: [{ audience: crm, scopes: read }] };
  [session, small] = await Promise.all([agent.session(), agent.session({ task })]);
});
afterAll(() => stage.dispose());

const asks = (audience: string, scopes = read, of = () => session) =>
  sdkErrorOf(of().token({ audience, scopes }));
const unknown = { code: 'CREANCE_RESOURCE_UNKNOWN', fix: /fix: .*scheme, host, port, no slash/ };
const stops = /fix: stop; ask the owner/;

/** Deeper and deeper, until the manifest lets nobody deeper. */
async function tooDeep(): Promise<void> {
  let parent = await triage.session();
  for (let depth = 0; depth < 4; depth += 1) parent = await parent.delegate();
}

async function held(): Promise<Session> {
  const opened = await agent.session();
  await stage.operator.suspend(opened.id);
  return opened;
}

async function cut(): Promise<Session> {
  const opened = await agent.session();
  await stage.operator.cutSession(opened.id);
  return opened;
}

async function closed(): Promise<Session> {
  const opened = await agent.session();
  await opened.close();
  return opened;
}

const fetched = (url: string, init: Partial<ProtectedInit> = {}) =>
  sdkErrorOf(session.fetch(url, { audience: crm, scopes: read, ...init }));

const mistakes: readonly Mistake[] = [
  {
    does: 'a fetch of a service whose audience is not its origin, and that names none',
    ...unknown,
    also: /presented: the audience https:\/\/crm-internal\.example \(the origin of the URL, since the call names no/,
    make: () => fetched('https://crm-internal.example/contacts', { audience: undefined }),
  },
  {
    does: 'an audience without scheme',
    ...unknown,
    also: /presented: the audience crm\.example\.internal; fix/,
    make: () => asks('crm.example.internal'),
  },
  { does: 'an audience with a slash at its end', ...unknown, make: () => asks(`${crm}/`) },
  { does: 'an audience with another port', ...unknown, make: () => asks(`${crm}:8443`) },
  { does: 'an audience of nobody', ...unknown, make: () => asks('https://hr.example.internal') },
  {
    does: 'an empty audience',
    code: 'CREANCE_AUDIENCE_MALFORMED',
    fix: /fix: name the audience of the resource as it is registered/,
    make: () => asks(''),
  },
  {
    does: 'a resource that nobody has granted',
    code: 'CREANCE_RESOURCE_NOT_GRANTED',
    fix: /fix: add a grant of the resource to the workload in the manifest/,
    make: async () => asks(audiences.tickets, ['tickets:list'], await of(triage)),
  },
  {
    does: 'a scope that is not granted',
    code: 'CREANCE_SCOPE_NOT_GRANTED',
    also: /missing: contacts:export;.*request: [\w.-]+$/,
    fix: /fix: .*add the scope to a grant in the manifest/,
    make: () => asks(crm, exported),
  },
  {
    does: 'a scope that is misspelt: what exists is not for the session to know',
    code: 'CREANCE_SCOPE_NOT_GRANTED',
    also: /^(?!.*contacts:read).*missing: contacts:raed/,
    fix: /fix: correct its spelling/,
    make: () => asks(crm, ['contacts:raed']),
  },
  {
    does: 'a scope with a space in it',
    code: 'CREANCE_SCOPE_MALFORMED',
    fix: /fix: send 1 to 32 different scopes of letters, digits/,
    make: () => asks(crm, ['contacts read']),
  },
  {
    does: 'a scope outside the task that was declared',
    code: 'CREANCE_SCOPE_NOT_IN_TASK',
    also: /missing: mail:send/,
    fix: /fix: ask for what the task names, or open the session for another task/,
    make: () => asks(audiences.mail, ['mail:send'], () => small),
  },
  {
    does: 'a token for an hour',
    code: 'CREANCE_LIFETIME_NOT_ALLOWED',
    fix: /fix: ask for 15 s up to the lifetime of the grant/,
    make: () => sdkErrorOf(session.token({ audience: crm, scopes: read, lifetimeSeconds: 899 })),
  },
  {
    does: 'a child with more than its parent',
    code: 'CREANCE_TASK_NOT_ALLOWED',
    fix: /fix: declare a task within what the parent holds/,
    make: () =>
      sdkErrorOf(
        small.delegate({
          task: { grants: [{ audience: audiences.mail, scopes: ['mail:send'] }] },
        }),
      ),
  },
  {
    does: 'a child of a workload that the manifest does not name',
    code: 'CREANCE_DELEGATION_NOT_GRANTED',
    fix: /fix: name it under delegation.to of the workload in the manifest/,
    make: () => sdkErrorOf(session.childJoinToken({ workload: 'triage' })),
  },
  {
    does: 'a child below the last depth',
    code: 'CREANCE_DELEGATION_TOO_DEEP',
    fix: /fix: delegate from higher up, or raise delegation.depth in the manifest/,
    make: () => sdkErrorOf(tooDeep()),
  },
  {
    does: 'going on with a session that was cut',
    code: 'CREANCE_SESSION_REVOKED',
    fix: stops,
    make: async () => asks(crm, read, await of(cut)),
  },
  {
    does: 'going on with a session that is held',
    code: 'CREANCE_SESSION_SUSPENDED',
    fix: /fix: wait; ask the owner of the workload/,
    make: async () => asks(crm, read, await of(held)),
  },
  {
    does: 'going on with a session that it has closed itself',
    code: 'CREANCE_SESSION_ENDED',
    fix: /fix: open a session/,
    make: async () => asks(crm, read, await of(closed)),
  },
  {
    does: 'a request over plain http to another machine',
    code: 'CREANCE_PLAIN_HTTP',
    fix: /fix: use https/,
    make: () => fetched('http://crm.example.internal/things'),
  },
  {
    does: 'a request that follows redirects',
    code: 'CREANCE_REDIRECT_FOLLOW',
    fix: /fix: .*call again with the new URL/,
    make: () => fetched(`${crm}/things`, { redirect: 'follow' }),
  },
  {
    does: 'a request with an Authorization of its own',
    code: 'CREANCE_HEADER_RESERVED',
    fix: /fix: leave it out: the session sets them/,
    make: () => fetched(`${crm}/things`, { headers: { authorization: 'Bearer mine' } }),
  },
];

/** The session of an agent, or what somebody has done to one, ready to be asked. */
async function of(from: AgentOnStage | (() => Promise<Session>)): Promise<() => Session> {
  const found = typeof from === 'function' ? await from() : await from.session();
  return () => found;
}

describe('an agent is told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});
