import { nodePrimitives } from './node-primitives.js';
import type { Primitives } from './primitives.js';
import { webPrimitives } from './web-primitives.js';

/** The best primitives of the runtime: synchronous `node:crypto`, else WebCrypto. */
export function choosePrimitives(): Primitives {
  return nodePrimitives() ?? webPrimitives();
}
