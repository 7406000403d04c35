import { creanceExpress } from '@creance/verifier/express';
import { type Loopback, openLoopback } from './loopback.js';
import type { AdapterStage } from './stage.js';

/** The crm: `/contacts` wants `contacts:read`, `/export` `contacts:export`, `/erase` `contacts:erase`. */
export interface Crm extends Loopback {
  /** Resolves when the next request to `/watch` is there; it is never answered. */
  watching(): Promise<void>;
}

/** A protected service on loopback, with a real verifier. */
export async function openCrm(stage: AdapterStage): Promise<Crm> {
  const loopback = await openLoopback(stage);
  const { requireScopes } = creanceExpress(await stage.verifier('crm', loopback.origin));
  const guards = new Map([
    ['/contacts', requireScopes('contacts:read')],
    ['/watch', requireScopes('contacts:read')],
    ['/export', requireScopes('contacts:export')],
    ['/erase', requireScopes('contacts:erase')],
  ]);
  const waiting: (() => void)[] = [];
  loopback.serve((request, response) =>
    guards.get(request.url ?? '')?.(request, response, () => {
      if (request.url !== '/watch') return void response.end(`${request.url} done`);
      response.write('watching');
      for (const begun of waiting.splice(0)) begun();
    }),
  );
  return { ...loopback, watching: () => new Promise((resolve) => void waiting.push(resolve)) };
}
