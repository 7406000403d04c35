import type { Actor } from '../lib/actor.js';
import type { Act } from '../lib/orders.js';
import { told } from '../lib/orders.js';
import type { Presigned } from '../lib/presigned.js';
import { creance } from '../lib/processes.js';
import { startReader } from './cast.js';
import { type Scene, tell, timed } from './scene.js';

/** An agent whose session is cut, and what it has signed before. */
export interface CutAgent {
  readonly agent: Actor;
  /** Sends the next of the requests that were signed before the cut. */
  sendSigned(): Promise<Act>;
}

/** A person ends a session. */
export async function theOperator({ stage, narrator }: Scene): Promise<CutAgent> {
  narrator.chapter('An operator cuts a session');
  const agent = await startReader(stage);
  tell(narrator, 'support-triage reads the contacts', await agent.ask('read'), /^200 /);
  const { url, requests } = (await agent.ask('presign')).value as Presigned;
  const left = [...requests];
  const sendSigned = () =>
    timed(async () => told(await fetch(url, { headers: { ...left.shift() } })));
  const ask = ['--data', stage.data, '--session', agent.ready, '--reason', 'found in a proxy log'];
  const cut = await timed(() => creance('cut', ...ask));
  const [words = '', confirmed = ''] = cut.outcome.split('\n');
  tell(narrator, 'creance cut --session …', { ...cut, outcome: words }, /1 session ended/);
  narrator.say(confirmed);
  tell(narrator, 'a genuine request with its live token', await sendSigned(), /^401 token_cut$/);
  const refused = await agent.ask('read');
  tell(narrator, 'the agent itself, through the SDK', refused, /^CREANCE_SESSION_REVOKED$/);
  return { agent, sendSigned };
}

/** The broker is killed with kill -9, and started again: what was cut stays cut. */
export async function theCrash(
  { stage, narrator }: Scene,
  { sendSigned }: CutAgent,
): Promise<void> {
  narrator.chapter('The broker is killed with kill -9, and started again');
  await stage.broker.stop('SIGKILL');
  const { origin, readyMillis } = await stage.startBrokerAgain();
  narrator.line('the broker is back, on the same data', origin, readyMillis, true);
  tell(narrator, 'the token is still refused', await sendSigned(), /^401 token_cut$/);
  const audit = await timed(() => creance('audit', 'verify', '--data', stage.data));
  const outcome = audit.outcome.split(':')[0] ?? '';
  tell(narrator, 'creance audit verify', { ...audit, outcome }, /whole/);
}
