import { freePort } from '../lib/free-port.js';
import { openStage, type Stage } from '../lib/stage.js';
import { type LeakyProxy, openLeakyProxy } from './leaky-proxy.js';
import type { Narrator } from './narrator.js';
import type { Scene } from './scene.js';

/** Where the story is played. */
export interface Place {
  readonly data: string;
  /** `host:port` of the broker; port 0 takes a free one. */
  readonly listen: string;
  /** Where the contacts service is reached, through the proxy; 0 takes a free one. */
  readonly port: number;
}

/** A port of ours that somebody else has. */
export class PortTaken extends Error {}

/** Opens the stage, with the proxy before the contacts service, and tells of it. */
export async function openScene(
  place: Place,
  narrator: Narrator,
): Promise<Scene & { close(): Promise<void> }> {
  narrator.chapter('Creance: the story so far');
  const frontPort = place.port || (await freePort());
  const servicePort = await freePort();
  const proxy = await openLeakyProxy(frontPort, servicePort).catch((error) => {
    throw new PortTaken(`port ${frontPort} cannot be used (${error.code})`);
  });
  const stage = await open(place, { frontPort, servicePort }).catch((error) => {
    proxy.close();
    throw error;
  });
  tellOf(stage, narrator);
  return { stage, proxy, narrator, close: () => closeAll(stage, proxy) };
}

function open(
  { data, listen }: Place,
  { frontPort, servicePort }: { frontPort: number; servicePort: number },
): Promise<Stage> {
  const crm = { port: servicePort, publicOrigin: `http://127.0.0.1:${frontPort}` };
  return openStage({ data, listen, services: { crm, mail: {}, tickets: {} } });
}

function tellOf(stage: Stage, narrator: Narrator): void {
  const { origin, readyMillis } = stage.broker;
  narrator.line('a broker starts on the embedded store', origin, readyMillis, true);
  const joins = {
    crm: 'contacts join as a verifier: HTTP, Fastify',
    mail: 'mail joins: HTTP, Express',
    tickets: 'tickets join: gRPC',
  } as const;
  for (const name of ['crm', 'mail', 'tickets'] as const) {
    const service = stage.service(name);
    narrator.line(joins[name], service.origin, service.readyMillis, true);
  }
}

async function closeAll(stage: Stage, proxy: LeakyProxy): Promise<void> {
  proxy.close();
  await stage.stop();
}
