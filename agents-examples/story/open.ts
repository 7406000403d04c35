import { freePort, whyTaken } from '../lib/free-port.js';
import { openStage, type Stage } from '../lib/stage.js';
import { type LeakyProxy, openLeakyProxy } from './leaky-proxy.js';
import type { Narrator } from './narrator.js';
import { type Place, placeOf } from './place.js';
import type { Scene } from './scene.js';

/** Opens the stage, with the proxy before the contacts service, and tells of it. */
export async function openScene(
  place: Place,
  narrator: Narrator,
): Promise<Scene & { close(): Promise<void> }> {
  await mustBeFree(place.listen);
  narrator.chapter('Creance: the story so far');
  const frontPort = place.port || (await freePort());
  const servicePort = await freePort();
  const proxy = await openLeakyProxy(frontPort, servicePort).catch((error) => {
    throw unusable(`port ${frontPort}`, error.code, '--port 0');
  });
  const stage = await open(place, { frontPort, servicePort }).catch((error) => {
    proxy.close();
    throw error;
  });
  tellOf(stage, narrator);
  return { stage, proxy, narrator, close: () => closeAll(stage, proxy) };
}

async function mustBeFree(listen: string): Promise<void> {
  const { host, port } = placeOf(listen);
  const code = await whyTaken(host, Number(port));
  if (code !== undefined) throw unusable(listen, code, '--listen 127.0.0.1:0');
}

/** Why the story cannot be played there: in one sentence, with the fix. */
function unusable(where: string, code: string, flag: string): Error {
  const why = code === 'EADDRINUSE' ? 'somebody listens there already' : code;
  return new Error(`${where} cannot be used (${why}): npm start -- ${flag} takes a free one`);
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
  if (stage.isHttpElsewhere)
    narrator.say(`port 7421 is taken: its HTTP door is ${stage.httpOrigin}`);
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
