import { inspect } from 'node:util';

/**
 * Makes `util.inspect`, and so `console.log`, show what `toString` says and nothing else: whatever an
 * object holds inside stays there. For the prototype of a class that has its own `toString`.
 */
export function inspectAsText(prototype: object): void {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: object): string {
      return String(this);
    },
  });
}
