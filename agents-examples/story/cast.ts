import { type Actor, startActor } from '../lib/actor.js';
import { keyFile, type Stage } from '../lib/stage.js';
import type { LeakyProxy } from './leaky-proxy.js';

/** The three sessions of the orchestrator's tree: two in one process, one in another. */
export interface Team {
  /** Speaks for itself, and for the sub-agent in its process. */
  readonly orchestrator: Actor;
  /** Session of that sub-agent. */
  readonly childId: string;
  readonly mailWriter: Actor;
}

/** Starts the orchestrator; it has its session when it is ready. */
export async function startOrchestrator(stage: Stage): Promise<Actor> {
  return startActor('story/orchestrator.js', {
    CREANCE_JOIN: await stage.joinString('orchestrator'),
    CRM_URL: stage.service('crm').origin,
    TICKETS_URL: stage.service('tickets').origin,
  });
}

/** What a parent hands to a child in another process. */
export interface CarriedToChild {
  readonly childJoinToken: string;
  /** Its trace, if it is traced: the child's goes on with it. */
  readonly traceparent?: string;
}

/** Starts the sub-agent in another process; the child join token makes it a child. */
export async function startMailWriter(
  stage: Stage,
  { childJoinToken, traceparent }: CarriedToChild,
): Promise<Actor> {
  return startActor('story/mail-writer.js', {
    CREANCE_JOIN: await stage.joinString('mail-writer'),
    CREANCE_KEY_FILE: keyFile(stage.data, 'mail-writer'),
    CHILD_JOIN_TOKEN: childJoinToken,
    MAIL_URL: stage.service('mail').origin,
    ...(traceparent !== undefined && { TRACEPARENT: traceparent }),
  });
}

/** Lets the thief loose with what the proxy has logged. */
export function startThief(stage: Stage, proxy: LeakyProxy): Promise<Actor> {
  const { authorization, dpop: proof, traceparent } = proxy.leaked() ?? {};
  const url = `${stage.service('crm').origin}/contacts`;
  const loot = { url, authorization, proof, traceparent };
  return startActor('story/thief.js', { LOOT: JSON.stringify(loot) });
}

/** Starts a run of the orchestrator without the SDK; with a memory, it is the clone that has copied it. */
export async function startBareRun(stage: Stage, memory?: unknown): Promise<Actor> {
  return startActor('story/bare-run.js', {
    CRM_URL: stage.service('crm').origin,
    ...(memory === undefined
      ? { CREANCE_JOIN: await stage.joinString('orchestrator') }
      : { MEMORY: JSON.stringify(memory) }),
  });
}

/** Starts an agent that reads contacts. */
export async function startReader(stage: Stage): Promise<Actor> {
  return startActor('story/reader.js', {
    CREANCE_JOIN: await stage.joinString('support-triage'),
    CRM_URL: stage.service('crm').origin,
  });
}

/** Starts the agent that works through cases. */
export async function startCaseWorker(stage: Stage): Promise<Actor> {
  const join = await stage.joinString('case-worker');
  return startActor('story/case-worker.js', { CREANCE_JOIN: join, ...urls(stage) });
}

/** Starts the batch. */
export async function startBatch(stage: Stage): Promise<Actor> {
  const join = await stage.joinString('nightly-export');
  return startActor('story/nightly-export.js', { CREANCE_JOIN: join, ...urls(stage) });
}

/** Starts a run of case-worker without the SDK, so that its memory can be copied. */
export async function startBareWorker(stage: Stage): Promise<Actor> {
  const join = await stage.joinString('case-worker');
  return startActor('story/bare-worker.js', { CREANCE_JOIN: join, ...urls(stage) });
}

/** Lets the thief loose who holds that memory. */
export function startPivotThief(stage: Stage, memory: unknown): Promise<Actor> {
  return startActor('story/pivot-thief.js', { MEMORY: JSON.stringify(memory), ...urls(stage) });
}

function urls(stage: Stage): Record<string, string> {
  return {
    CRM_URL: stage.service('crm').origin,
    MAIL_URL: stage.service('mail').origin,
    TICKETS_URL: stage.service('tickets').origin,
  };
}
