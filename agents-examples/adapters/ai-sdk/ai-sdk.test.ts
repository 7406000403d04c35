import type { Session } from '@creance/sdk';
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ToolAccess } from '../core/tool-access.js';
import { whileLive } from '../core/while-live.js';
import { type Crm, openCrm } from '../stage/crm.js';
import { leaks } from '../stage/loopback.js';
import { exporting, reads, wire } from '../stage/manifest.js';
import { AdapterStage, codeOf, issued } from '../stage/stage.js';
import { scripted, stalling } from './script.js';
import { withCreance } from './with-creance.js';

let stage: AdapterStage;
let crm: Crm;

beforeAll(async () => {
  stage = await AdapterStage.start();
  crm = await openCrm(stage);
});

afterAll(() => stage.dispose());

const inputSchema = jsonSchema<Record<string, never>>({ type: 'object', properties: {} });
const contextSchema = jsonSchema<ToolAccess>({});

/** A tool that asks the crm. */
const asking = (path: string) =>
  tool({
    inputSchema,
    contextSchema,
    execute: async (_input, { context }) => {
      const reply = await context.fetch(crm.origin + path);
      return `${reply.status} ${await reply.text()}`;
    },
  });

const plain = {
  readContacts: asking('/contacts'),
  exportContacts: asking('/export'),
  watch: asking('/watch'),
};
const toolsFor = (session: Session) =>
  withCreance(plain, session, { readContacts: reads, exportContacts: exporting, watch: reads });

const stopWhen = isStepCount(20);
const run = (model: ReturnType<typeof scripted>, tools: ReturnType<typeof toolsFor>) =>
  generateText({ model, tools, stopWhen, prompt: 'go' });

/** What the tools of a run answered, or the codes of their errors. */
const answers = ({ steps }: Awaited<ReturnType<typeof run>>): readonly unknown[] =>
  steps.flatMap(({ content }) =>
    content.flatMap((part) => {
      if (part.type === 'tool-error') return [codeOf(part.error)];
      return part.type === 'tool-result' ? [part.output] : [];
    }),
  );

describe('tools of the AI SDK', () => {
  // breaks when: every tool is given the needs of the first
  it('have a token for their own scopes, and the model sees none of it', async () => {
    const { session, events } = await stage.agent();
    const before = crm.seen.length;
    const model = scripted(['readContacts'], ['exportContacts']);
    const done = await run(model, toolsFor(session));
    expect(answers(done)).toEqual(['200 /contacts done', '200 /export done']);
    const seen = crm.seen.slice(before).map(({ token }) => token);
    expect(new Set(seen)).toEqual(new Set([wire(reads), wire(exporting)]));
    const shown = JSON.stringify([model.doGenerateCalls, done.steps, events]) + stage.brokerLog;
    expect(shown).toContain('200 /export done');
    expect(leaks(shown, crm.seen)).toEqual([]);
    expect(leaks(JSON.stringify(crm.seen), crm.seen)).not.toEqual([]);
  });

  it('ask the broker once for many calls at once', async () => {
    const { session, events } = await stage.agent();
    const done = await run(scripted(Array(12).fill('exportContacts')), toolsFor(session));
    expect(answers(done)).toHaveLength(12);
    expect(issued(events)).toEqual([wire(exporting)]);
  });

  it('end a run within a second of a cut, by the typed error, and the model is not asked again', async () => {
    const { session } = await stage.agent();
    const [model, watching] = [scripted(['watch'], ['readContacts']), crm.watching()];
    const tools = toolsFor(session);
    const abortSignal = session.signal;
    const ended = whileLive(session, () =>
      generateText({ model, tools, stopWhen, abortSignal, prompt: 'go' }),
    ).catch(codeOf);
    await watching;
    const sent = crm.seen.length;
    const startedAt = performance.now();
    await stage.operator.cut(session.id);
    expect(await ended).toBe('CREANCE_SESSION_REVOKED');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(model.answered).toBe(1);
    expect(crm.seen).toHaveLength(sent);
  });

  // breaks when: whileLive waits for the work alone
  it('end a stream within a second of a cut, by the typed error', async () => {
    const { session } = await stage.agent();
    const { textStream } = streamText({
      model: stalling(),
      abortSignal: session.signal,
      prompt: 'go',
      onError: () => {},
    });
    let heard = (): void => {};
    const first = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const ended = whileLive(session, async () => {
      for await (const word of textStream) if (word === 'one') heard();
    }).catch(codeOf);
    await first;
    const startedAt = performance.now();
    await stage.operator.cut(session.id);
    expect(await ended).toBe('CREANCE_SESSION_REVOKED');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  // breaks when: withAccess gives a sub-agent the session of its parent, or leaves the child open
  it('give a sub-agent a child that holds less and ends with its answer', async () => {
    const { session } = await stage.agent();
    const children: Session[] = [];
    const inner: unknown[] = [];
    const subAgent = tool({
      inputSchema,
      contextSchema,
      execute: async (_input, { context }) => {
        children.push(context.session);
        const done = await run(
          scripted(['readContacts', 'exportContacts']),
          toolsFor(context.session),
        );
        inner.push(...answers(done));
        return done.text;
      },
    });
    const tools = withCreance({ subAgent }, session, { subAgent: { task: { grants: [reads] } } });
    await generateText({ model: scripted(['subAgent']), tools, stopWhen, prompt: 'go' });
    expect(inner).toEqual(['200 /contacts done', 'CREANCE_SCOPE_NOT_IN_TASK']);
    const [child] = children;
    expect(child?.id).not.toBe(session.id);
    expect(codeOf(child?.signal.reason)).toBe('CREANCE_SESSION_ENDED');
    expect(session.signal.aborted).toBe(false);
  });

  it('end a sub-agent in its work when its parent is cut', async () => {
    const { session } = await stage.agent();
    const subAgent = tool({
      inputSchema,
      contextSchema,
      execute: async (_input, { context }) =>
        answers(await run(scripted(['watch']), toolsFor(context.session))),
    });
    const tools = withCreance({ subAgent }, session, { subAgent: { task: { grants: [reads] } } });
    const watching = crm.watching();
    const ended = generateText({ model: scripted(['subAgent']), tools, prompt: 'go' });
    await watching;
    await stage.operator.cut(session.id);
    const [part] = (await ended).content.filter(({ type }) => type === 'tool-error');
    expect(part).toMatchObject({ error: { code: 'CREANCE_SESSION_REVOKED' } });
  });

  it('get one other token for a 401 and try once', async () => {
    const { session, events } = await stage.agent();
    await run(scripted(['readContacts']), toolsFor(session));
    const sent = crm.seen.length;
    await stage.operator.cutTokenKey();
    await stage.enforced();
    const done = await run(scripted(['readContacts']), toolsFor(session));
    expect(answers(done)).toEqual(['200 /contacts done']);
    expect(crm.seen).toHaveLength(sent + 2);
    expect(issued(events)).toEqual([wire(reads), wire(reads)]);
  });

  it('step up once for a 403, to what was named beforehand, and never further', async () => {
    const { session } = await stage.agent();
    const tools = withCreance(
      { up: asking('/export'), stuck: asking('/export'), denied: asking('/erase') },
      session,
      {
        up: { ...reads, stepUp: ['contacts:export'] },
        stuck: reads,
        denied: { ...reads, stepUp: ['contacts:erase'] },
      },
    );
    const model = scripted(['up'], ['stuck'], ['denied']);
    const before = crm.seen.length;
    const done = await generateText({ model, tools, stopWhen, prompt: 'go' });
    const [up, stuck, denied] = answers(done as never);
    expect(up).toBe('200 /export done');
    expect(stuck).toMatch(/^403 .*insufficient_scope/);
    expect(denied).toBe('CREANCE_SCOPE_NOT_GRANTED');
    expect(crm.seen.slice(before).filter(({ status }) => status === 403)).toHaveLength(3);
  });

  it('throw for a tool whose needs nobody named', async () => {
    const { session } = await stage.agent();
    const needs = {} as { readonly readContacts: typeof reads };
    expect(() => withCreance({ readContacts: asking('/') }, session, needs)).toThrow(TypeError);
  });
});
