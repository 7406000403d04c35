import { creance } from '../lib/processes.js';
import type { Stage } from '../lib/stage.js';
import { startBroker } from '../lib/stage.js';
import { type Act, type Agent, sendThief, startAgent } from './actors.js';
import type { LeakyProxy } from './leaky-proxy.js';
import type { Narrator } from './narrator.js';

/** What the story is played on. */
export interface Scene {
  readonly stage: Stage;
  readonly proxy: LeakyProxy;
  /** Where agents call the service: through the proxy. */
  readonly frontOrigin: string;
  readonly data: string;
  readonly narrator: Narrator;
}

/** Plays the story; gives the broker that runs at its end. */
export async function play(scene: Scene): Promise<Stage['broker']> {
  const { stage, narrator, frontOrigin } = scene;
  narrator.chapter('An agent at work');
  const startedAt = performance.now();
  const agent = await startAgent(await stage.joinString(), frontOrigin);
  narrator.line(
    'support-triage joins and opens a session',
    agent.sessionId,
    performance.now() - startedAt,
    true,
  );
  for (const nth of ['first', 'second', 'third']) {
    tell(narrator, `it reads the contacts, the ${nth} time`, await agent.act('call'), /^200 /);
  }
  await theft(scene);
  await agent.act('stash');
  await theCut(scene, agent);
  const broker = await theCrash(scene, agent);
  await agent.leave();
  return broker;
}

async function theft({ proxy, narrator, frontOrigin }: Scene): Promise<void> {
  narrator.chapter('A thief, with the token and proof that a proxy has logged');
  const attempts = await sendThief(`${frontOrigin}/contacts`, proxy.leaked() ?? {});
  const expected = [/^401 proof_replayed$/, /^401 proof_missing$/, /^401 proof_wrong_key$/];
  for (const [at, form] of expected.entries()) {
    const attempt = attempts[at];
    if (attempt) tell(narrator, attempt.attempt, attempt, form);
    else narrator.line('the thief did not try', 'nothing', 0, false);
  }
}

async function theCut({ data, narrator }: Scene, agent: Agent): Promise<void> {
  narrator.chapter('An operator cuts the session');
  const startedAt = performance.now();
  const told = await creance(
    'cut',
    '--data',
    data,
    '--session',
    agent.sessionId,
    '--reason',
    'token seen in a proxy log',
  );
  const [cut = '', confirmed = ''] = told.split('\n');
  narrator.line(
    'creance cut --session … --reason …',
    cut,
    performance.now() - startedAt,
    /1 session ended/.test(cut),
  );
  narrator.say(confirmed);
  const refused = await agent.act('stashed');
  tell(narrator, 'a request with its live token and a fresh proof', refused, /^401 token_cut$/);
  tell(
    narrator,
    'the agent itself, through the SDK',
    await agent.act('call'),
    /^CREANCE_SESSION_REVOKED$/,
  );
}

async function theCrash({ stage, data, narrator }: Scene, agent: Agent): Promise<Stage['broker']> {
  narrator.chapter('The broker is killed with kill -9, and started again');
  await stage.broker.stop('SIGKILL');
  const broker = await startBroker(data, new URL(stage.brokerOrigin).host);
  narrator.line(
    'the broker is back, on the same data',
    stage.brokerOrigin,
    broker.readyMillis,
    true,
  );
  tell(narrator, 'the token is still refused', await agent.act('stashed'), /^401 token_cut$/);
  const startedAt = performance.now();
  const audit = await creance('audit', 'verify', '--data', data);
  narrator.line(
    'creance audit verify',
    audit.split(':')[0] ?? '',
    performance.now() - startedAt,
    /whole/.test(audit),
  );
  return broker;
}

function tell(narrator: Narrator, text: string, act: Act, expected: RegExp): void {
  const outcome = act.outcome.length > 60 ? `${act.outcome.slice(0, 57)}…` : act.outcome;
  narrator.line(text, outcome, act.millis, expected.test(act.outcome));
}
