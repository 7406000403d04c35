import { MockLanguageModelV4 } from 'ai/test';

type Generated = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>;
type Streamed = Awaited<ReturnType<MockLanguageModelV4['doStream']>>;
type StreamPart = Streamed['stream'] extends ReadableStream<infer Part> ? Part : never;

const usage: Generated['usage'] = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};

/** A model by script, and how often it was asked in earnest. */
export interface ScriptedModel extends MockLanguageModelV4 {
  readonly answered: number;
}

/**
 * A model that calls these tools, all tools of a step at once, and then says `done`. As a provider does, it is not
 * asked by a run that is aborted already: the oldest version goes on to the next step, and the request fails there.
 */
export function scripted(...steps: readonly (readonly string[])[]): ScriptedModel {
  let step = 0;
  const model = new MockLanguageModelV4({
    doGenerate: async ({ abortSignal }) => {
      abortSignal?.throwIfAborted();
      const tools = steps[step];
      step += 1;
      return tools === undefined ? { ...said('stop'), content: [text] } : calls(tools, step);
    },
  });
  return Object.defineProperty(model, 'answered', { get: () => step }) as ScriptedModel;
}

const text = { type: 'text' as const, text: 'done' };

function said(unified: 'stop' | 'tool-calls'): Omit<Generated, 'content'> {
  return { finishReason: { unified, raw: undefined }, usage, warnings: [] };
}

function calls(tools: readonly string[], step: number): Generated {
  const content = tools.map((toolName, at) => ({
    type: 'tool-call' as const,
    toolCallId: `${step}-${at}`,
    toolName,
    input: '{}',
  }));
  return { ...said('tool-calls'), content };
}

/** A model that says one word of its answer and never the next. */
export function stalling(): MockLanguageModelV4 {
  const parts: StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'one' },
  ];
  const stream = new ReadableStream<StreamPart>({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part);
    },
  });
  return new MockLanguageModelV4({ doStream: async () => ({ stream }) });
}
