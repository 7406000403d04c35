import { nodePrimitives } from '../../sdk/verifier/src/node-primitives.js';
import type { Primitives, VerifyKey } from '../../sdk/verifier/src/primitives.js';

/** Signatures whose verdict is remembered. */
const remembered = 4_096;

const verdicts = new Map<string, boolean>();
const names = new WeakMap<VerifyKey, string>();

/**
 * The verifier's own cryptography, asked once for what several verifiers are sent: the same signature over
 * the same bytes by the same key is good or bad for all of them.
 */
export const rememberingPrimitives: Primitives = remembering(nodePrimitives());

function remembering(node: Primitives | undefined): Primitives {
  if (node === undefined) throw new Error('the simulator needs node:crypto');
  return {
    ...node,
    importKey(jwk) {
      const key = node.importKey(jwk);
      if (key !== undefined && !(key instanceof Promise)) names.set(key, jwk.x + jwk.y);
      return key;
    },
    verify(key, signed, signature) {
      const bytes = typeof signed === 'string' ? signed : Buffer.from(signed).toString('latin1');
      const name = `${names.get(key)} ${Buffer.from(signature).toString('latin1')} ${bytes}`;
      const known = verdicts.get(name);
      if (known !== undefined) return known;
      if (verdicts.size >= remembered) verdicts.clear();
      const verdict = node.verify(key, signed, signature);
      if (typeof verdict === 'boolean') verdicts.set(name, verdict);
      return verdict;
    },
  };
}
