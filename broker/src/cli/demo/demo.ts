import { join } from 'node:path';
import { connect, type Session } from '@creance/sdk';
import { systemClock } from '../../runtime/clock.js';
import { events } from '../events.js';
import { joinStringFor } from '../join-token.js';
import { CommandFailed, type Output } from '../output.js';
import { sessionTree } from '../tree.js';
import { demoAudience, demoScope } from './manifest.js';
import { type DemoPlace, openDemoPlace } from './place.js';
import { type DemoService, openDemoService } from './service.js';
import { useStolen } from './thief.js';

const contacts = { audience: demoAudience, scopes: [demoScope] };

/** Milliseconds that the end of the tree may take before the demo has failed. */
const endMillis = 10_000;

/**
 * Plays a theft in this process, on a broker of its own: an agent and its sub-agent at work, a token that
 * leaks, a thief who uses it with a key of his own, and the end of the whole tree. Every part is the real
 * one. Throws a `CommandFailed` when something is not as it is told.
 */
export async function demo(output: Output): Promise<void> {
  const began = systemClock.monotonicMillis();
  const place = await openDemoPlace();
  try {
    const line = place.openLine();
    const strings = {
      verifier: await joinStringFor(line, { verifier: 'contacts' }),
      workload: await joinStringFor(line, { workload: 'agent' }),
    };
    const keyFile = (name: string) => join(place.folder, `${name}.key.json`);
    const service = await openDemoService(strings.verifier, keyFile('contacts'));
    const agent = await connect({ join: strings.workload, keyFile: keyFile('agent') });
    try {
      await play({ place, service, session: await agent.session() }, output);
    } finally {
      await agent.close();
      await service.close();
      await line.close();
    }
  } finally {
    await place.close();
  }
  const seconds = (systemClock.monotonicMillis() - began) / 1_000;
  output.result(`\nall of it in ${seconds.toFixed(1)} s; nothing is left. Next: creance init`);
}

interface Scene {
  readonly place: DemoPlace;
  readonly service: DemoService;
  readonly session: Session;
}

async function play({ place, service, session }: Scene, output: Output): Promise<void> {
  const say = (text: string) => output.result(text);
  say('An agent at work, with a token for one service, one scope, one key');
  for (let nth = 1; nth <= 3; nth += 1)
    say(`  GET /contacts  ${(await session.fetch(`${service.origin}/contacts`, contacts)).status}`);
  const child = await session.delegate({ task: { grants: [contacts] } });
  const watch = await child.fetch(`${service.origin}/watch`, contacts);
  say(`  its sub-agent begins GET /watch  ${watch.status}\n`);
  const line = place.openLine();
  try {
    await sessionTree(line, { id: undefined, limit: 10, o: 'table' }, output);
    say('\nThe service has logged a token. A thief uses it, with a key of his own');
    const stolenAt = systemClock.monotonicMillis();
    const ended = [session, child].map((each) => endOf(each, stolenAt));
    const running = watch.text().catch((error: Error) => error);
    const answer = await useStolen(service.leakedToken(), `${service.origin}/contacts`);
    say(`  GET /contacts  ${answer}`);
    expectThat(answer === '401 proof_wrong_key', answer);
    const millis = await Promise.all(ended);
    say(`  the agent and its sub-agent hear of their end after ${millis.join(' and ')} ms`);
    const left = await running;
    expectThat(left instanceof Error, 'the running call went on');
    say(`  the running call: ${codeOf(left)}`);
    const next = await session.fetch(`${service.origin}/contacts`, contacts).catch(codeOf);
    expectThat(next === 'CREANCE_SESSION_REVOKED', String(next));
    say(`  the agent asks again: ${next}\n\nWhat the broker saw (creance events)`);
    const kinds = ['signal', 'cut', 'enforced'] as const;
    const flags = { watch: false, kind: [...kinds], o: 'table' } as const;
    await events(async () => place.openLine(), flags, { ...output, words() {} });
  } finally {
    await line.close();
  }
}

/** Milliseconds until a session has heard of its end. */
function endOf({ signal }: Session, sinceMillis: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new CommandFailed('the sessions go on, though their token was stolen')),
      endMillis,
    );
    const over = () => {
      clearTimeout(timer);
      resolve(Math.round(systemClock.monotonicMillis() - sinceMillis));
    };
    if (signal.aborted) over();
    else signal.addEventListener('abort', over, { once: true });
  });
}

function codeOf(error: unknown): string {
  const { code, message } = error as Error & { readonly code?: string };
  return code ?? message;
}

function expectThat(isSo: boolean, seen: string): void {
  if (!isSo) throw new CommandFailed(`the demo went otherwise than it should: ${seen}`);
}
