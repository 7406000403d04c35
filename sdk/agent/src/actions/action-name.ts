import { limits } from '../limits.js';
import type { ActionName, NamedRequest } from './action.js';

/** What no name shows: controls, marks that turn or hide text, halves of a character. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A name as it may be reported: at most 128 characters, and what cannot be printed replaced. Undefined for
 * what is none. A name is no reason to fail a call, so nothing is refused.
 */
export function nameOf(given: unknown): string | undefined {
  if (typeof given !== 'string' || given === '') return undefined;
  // Cut first: what is replaced must be bounded too.
  return given.slice(0, limits.actionNameChars).replace(unprintable, '\ufffd');
}

/**
 * The name of a request's action: the caller's own, else the session's, else the method alone, since a
 * path may hold what is nobody's business.
 */
export function nameOfRequest(
  request: NamedRequest,
  given: string | undefined,
  actionName: ActionName | undefined,
): string {
  const { method, url, audience } = request;
  return (
    nameOf(given) ?? nameBy(actionName, { method, url, audience }) ?? nameOf(`HTTP ${method}`) ?? ''
  );
}

function nameBy(actionName: ActionName | undefined, request: NamedRequest): string | undefined {
  try {
    return nameOf(actionName?.(request));
  } catch {
    // Naming must never break what is named.
    return undefined;
  }
}
