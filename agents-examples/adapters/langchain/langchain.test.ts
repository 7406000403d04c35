import type { Session } from '@creance/sdk';
import { fakeModel } from '@langchain/core/testing';
import { AIMessage, createAgent, createMiddleware, tool } from 'langchain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { whileLive } from '../core/while-live.js';
import { type Crm, openCrm } from '../stage/crm.js';
import { leaks } from '../stage/loopback.js';
import { exporting, reads, wire } from '../stage/manifest.js';
import { AdapterStage, codeOf, issued } from '../stage/stage.js';
import { creanceHooks, type HooksOptions, toolAccess } from './creance-hooks.js';

let stage: AdapterStage;
let crm: Crm;

beforeAll(async () => {
  stage = await AdapterStage.start();
  crm = await openCrm(stage);
});

afterAll(() => stage.dispose());

const schema = z.object({});

/** A tool that asks the crm. */
const asking = (name: string, path: string) =>
  tool(
    async () => {
      const reply = await toolAccess().fetch(crm.origin + path);
      return `${reply.status} ${await reply.text()}`;
    },
    { name, description: name, schema },
  );

const needs = { readContacts: reads, exportContacts: exporting, watch: reads };

const plain = () => [
  asking('readContacts', '/contacts'),
  asking('exportContacts', '/export'),
  asking('watch', '/watch'),
];

/** A model that calls these tools, all tools of a step at once, and then says `done`. */
const scripted = (...steps: readonly (readonly string[])[]) => {
  const model = fakeModel();
  for (const [at, names] of steps.entries())
    model.respondWithTools(names.map((name, nth) => ({ name, args: {}, id: `${at}-${nth}` })));
  return model.respond(new AIMessage('done'));
};

const agentOf = (
  session: Session,
  model: ReturnType<typeof scripted>,
  options: HooksOptions = { tools: needs },
  tools = plain(),
) => createAgent({ model, tools, middleware: [createMiddleware(creanceHooks(session, options))] });

const input = { messages: [{ role: 'user', content: 'go' }] };

/** What the tools of a run answered. */
const answers = ({ messages }: { messages: readonly { type: string; text: string }[] }) =>
  messages.filter(({ type }) => type === 'tool').map(({ text }) => text);

/** What a hook has thrown: newer versions wrap it. */
const typed = (error: Error): unknown => error.cause ?? error;

describe('tools of a LangChain agent', () => {
  // breaks when: every tool is given the needs of the first
  it('have a token for their own scopes, and the model sees none of it', async () => {
    const { session, events } = await stage.agent();
    const before = crm.seen.length;
    const model = scripted(['readContacts'], ['exportContacts']);
    const done = await agentOf(session, model).invoke(input);
    expect(answers(done)).toEqual(['200 /contacts done', '200 /export done']);
    const seen = crm.seen.slice(before).map(({ token }) => token);
    expect(new Set(seen)).toEqual(new Set([wire(reads), wire(exporting)]));
    const shown = JSON.stringify([model.calls, done, events]) + stage.brokerLog;
    expect(shown).toContain('200 /export done');
    expect(leaks(shown, crm.seen)).toEqual([]);
    expect(leaks(JSON.stringify(crm.seen), crm.seen)).not.toEqual([]);
  });

  it('ask the broker once for many calls at once', async () => {
    const { session, events } = await stage.agent();
    const model = scripted(Array<string>(12).fill('exportContacts'));
    expect(answers(await agentOf(session, model).invoke(input))).toHaveLength(12);
    expect(issued(events)).toEqual([wire(exporting)]);
  });

  it('end a run within a second of a cut, by the typed error, and the model is not asked again', async () => {
    const { session } = await stage.agent();
    const [model, watching] = [scripted(['watch'], ['readContacts']), crm.watching()];
    const agent = agentOf(session, model);
    const ended = whileLive(session, () => agent.invoke(input, { signal: session.signal })).catch(
      codeOf,
    );
    await watching;
    const sent = crm.seen.length;
    const startedAt = performance.now();
    await stage.operator.cut(session.id);
    expect(await ended).toBe('CREANCE_SESSION_REVOKED');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(model.calls).toHaveLength(1);
    expect(crm.seen).toHaveLength(sent);
    await expect(agent.invoke(input)).rejects.toThrow();
    expect(crm.seen).toHaveLength(sent);
  });

  it('end a stream within a second of a cut, by the typed error', async () => {
    const { session } = await stage.agent();
    const [model, watching] = [scripted(['watch'], ['readContacts']), crm.watching()];
    const options = { signal: session.signal, streamMode: 'updates' as const };
    const heard: unknown[] = [];
    const ended = whileLive(session, async () => {
      for await (const step of await agentOf(session, model).stream(input, options))
        heard.push(step);
    }).catch(codeOf);
    await watching;
    const startedAt = performance.now();
    await stage.operator.cut(session.id);
    expect(await ended).toBe('CREANCE_SESSION_REVOKED');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(heard.length).toBeGreaterThan(0);
    expect(model.calls).toHaveLength(1);
  });

  // breaks when: whileLive waits for the work alone
  it('fail with the typed error as the cause when the run was given no signal', async () => {
    const { session } = await stage.agent();
    const [model, watching] = [scripted(['watch'], ['readContacts']), crm.watching()];
    const ended = agentOf(session, model).invoke(input).catch(typed);
    await watching;
    await stage.operator.cut(session.id);
    expect(codeOf(await ended)).toBe('CREANCE_SESSION_REVOKED');
    expect(model.calls).toHaveLength(1);
  });

  // breaks when: withAccess gives a sub-agent the session of its parent, or leaves the child open
  it('give a sub-agent a child that holds less and ends with its answer', async () => {
    const { session } = await stage.agent();
    const children: Session[] = [];
    const subAgent = tool(
      async () => {
        const child = toolAccess().session;
        children.push(child);
        const done = await agentOf(child, scripted(['readContacts'])).invoke(input);
        const wide = agentOf(child, scripted(['exportContacts'])).invoke(input);
        return `${answers(done)} then ${await wide.catch(codeOf)}`;
      },
      { name: 'subAgent', description: 'reads', schema },
    );
    const tools = { subAgent: { task: { grants: [reads] } } };
    const agent = agentOf(session, scripted(['subAgent']), { tools }, [subAgent]);
    expect(answers(await agent.invoke(input))).toEqual([
      '200 /contacts done then CREANCE_SCOPE_NOT_IN_TASK',
    ]);
    const [child] = children;
    expect(child?.id).not.toBe(session.id);
    expect(codeOf(child?.signal.reason)).toBe('CREANCE_SESSION_ENDED');
    expect(session.signal.aborted).toBe(false);
  });

  it('end a sub-agent in its work when its parent is cut', async () => {
    const { session } = await stage.agent();
    const model = scripted(['watch'], ['watch']);
    const subAgent = tool(
      async () => answers(await agentOf(toolAccess().session, model).invoke(input)).join(),
      { name: 'subAgent', description: 'watches', schema },
    );
    const tools = { subAgent: { task: { grants: [reads] } } };
    const watching = crm.watching();
    const agent = agentOf(session, scripted(['subAgent']), { tools }, [subAgent]);
    const ended = agent.invoke(input).catch(typed);
    await watching;
    await stage.operator.cut(session.id);
    expect(codeOf(await ended)).toBe('CREANCE_SESSION_REVOKED');
    expect(model.calls).toHaveLength(1);
  });

  it('get one other token for a 401 and try once', async () => {
    const { session, events } = await stage.agent();
    await agentOf(session, scripted(['readContacts'])).invoke(input);
    const sent = crm.seen.length;
    await stage.operator.cutTokenKey();
    await stage.enforced();
    const done = await agentOf(session, scripted(['readContacts'])).invoke(input);
    expect(answers(done)).toEqual(['200 /contacts done']);
    expect(crm.seen).toHaveLength(sent + 2);
    expect(issued(events)).toEqual([wire(reads), wire(reads)]);
  });

  it('step up once for a 403, to what was named beforehand, and never further', async () => {
    const { session } = await stage.agent();
    const options = {
      tools: {
        up: { ...reads, stepUp: ['contacts:export'] },
        stuck: reads,
        denied: { ...reads, stepUp: ['contacts:erase'] },
      },
    };
    const all = [asking('up', '/export'), asking('stuck', '/export'), asking('denied', '/erase')];
    const before = crm.seen.length;
    const done = await agentOf(session, scripted(['up'], ['stuck']), options, all).invoke(input);
    const [up, stuck] = answers(done);
    expect(up).toBe('200 /export done');
    expect(stuck).toMatch(/^403 .*insufficient_scope/);
    const denied = agentOf(session, scripted(['denied']), options, all).invoke(input);
    expect(await denied.catch(codeOf)).toBe('CREANCE_SCOPE_NOT_GRANTED');
    expect(crm.seen.slice(before).filter(({ status }) => status === 403)).toHaveLength(3);
  });

  it('do not run when nobody named their needs, and know nothing outside of a run', async () => {
    const { session } = await stage.agent();
    const sent = crm.seen.length;
    const run = agentOf(session, scripted(['readContacts']), { tools: {} }).invoke(input);
    expect(await run.catch(typed)).toBeInstanceOf(TypeError);
    expect(crm.seen).toHaveLength(sent);
    expect(() => toolAccess()).toThrow(TypeError);
  });

  it('leave a session that ends with the run, when that is wanted', async () => {
    const { session } = await stage.agent();
    const agent = agentOf(session, scripted(['readContacts']), { tools: needs, endWithRun: true });
    await agent.invoke(input);
    expect(codeOf(session.signal.reason)).toBe('CREANCE_SESSION_ENDED');
    await expect(agent.invoke(input)).rejects.toThrow();
  });
});
