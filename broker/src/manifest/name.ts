import { nameCharsMax, parseScope } from '@creance/proto';
import { manifestBounds } from './bounds.js';
import type { FaultCode } from './fault.js';

/**
 * Names of owners, resources, workloads and operators. ASCII in lower case only: no letter that looks
 * like another, one form of Unicode, one case.
 */
export const nameForm: RegExp = new RegExp(`^[a-z0-9][a-z0-9._-]{0,${nameCharsMax - 1}}$`);

/** Names that mean something to the broker itself or to JavaScript. */
export const reservedNames: ReadonlySet<string> = new Set([
  '__proto__',
  'broker',
  'constructor',
  'creance',
  'dev',
]);

/** Why a text is no name. */
export function nameFault(text: string): FaultCode | undefined {
  if (reservedNames.has(text)) return 'name_reserved';
  return nameForm.test(text) ? undefined : 'name_malformed';
}

/** Whether a text is a name that something may have. */
export function isName(text: string): boolean {
  return nameFault(text) === undefined;
}

/** ASCII as names are, and without the sign that stands between the steps of a transition. */
const actionForm = /^(?! )[\x20-\x3d\x3f-\x7e]+(?<! )$/;

/** Whether a text is the name of an action, as `contacts.export` or `GET /contacts/{id}`. */
export function isAction(text: string): boolean {
  return text.length <= manifestBounds.actionChars && actionForm.test(text);
}

/** Whether a text is a scope. */
export function isScope(text: string): boolean {
  return parseScope(text) !== undefined;
}

/** A contact is one printable line in composed letters (NFC), without space around it. */
export function isContact(text: string): boolean {
  const isPrintable = !/(?! )[\p{C}\p{Z}]/u.test(text);
  return isPrintable && text.trim() === text && text.normalize('NFC') === text;
}
