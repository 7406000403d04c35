import type { z } from 'zod';
import { codedText } from './coded-words.js';
import { keysAt } from './descend.js';
import type { FaultCode } from './fault.js';
import type { FaultText } from './finding.js';
import { didYouMean } from './nearest.js';
import type { TreeNode } from './tree.js';
import { listed, type Path, quoted } from './words.js';

/** A fault's code and words. */
export interface CodedText {
  readonly code: FaultCode;
  readonly text: FaultText;
}

/** A zod issue about a value that is there, as code and words. `path` is the whole path. */
export function textOf(path: Path, issue: z.core.$ZodIssue, node: TreeNode): CodedText {
  const presented = String(node.scalar ?? '');
  switch (issue.code) {
    case 'invalid_key':
      return codedText(issue.issues[0]?.message ?? '', String(path.at(-1))) ?? unforeseen(issue);
    case 'too_small':
    case 'too_big':
      return sizeText(issue, presented);
    case 'invalid_type':
      return typeText(issue.expected, node);
    case 'invalid_value': {
      if (typeof node.scalar !== 'string') return typeText('string', node);
      return codedText(issue.message, presented) ?? choiceText(issue.values, node.scalar);
    }
    default:
      return codedText(issue.message, presented) ?? unforeseen(issue);
  }
}

/** Fails closed: what the schema refuses is refused, if in plainer words. */
function unforeseen({ message }: z.core.$ZodIssue): CodedText {
  const problem = `this is refused: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  return { code: 'type_wrong', text: { problem, fix: 'compare with the reference' } };
}

type SizeIssue = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig;

function sizeText(issue: SizeIssue, presented: string): CodedText {
  const isSmall = issue.code === 'too_small';
  const bound = String(isSmall ? issue.minimum : issue.maximum);
  if (issue.origin === 'array' && isSmall) {
    const text = { problem: 'the list is empty', fix: 'add at least one entry' };
    return { code: 'entries_none', text };
  }
  if (issue.origin === 'array') {
    const problem = `the list has more than ${bound} entries; none of them was looked at`;
    return { code: 'entries_too_many', text: { problem, fix: `keep at most ${bound}` } };
  }
  if (issue.origin === 'string') {
    if (isSmall) return codedText('contact_malformed', presented) ?? unforeseen(issue);
    const problem = `the text is longer than ${bound} characters`;
    return { code: 'text_too_long', text: { problem, fix: 'shorten it' } };
  }
  const problem = `${quoted(presented)} is ${isSmall ? 'less' : 'more'} than ${bound}`;
  const fix = `write a whole number that is ${isSmall ? 'at least' : 'at most'} ${bound}`;
  return { code: 'number_out_of_range', text: { problem, fix } };
}

const expectations: ReadonlyMap<string, { word: string; fix: string }> = new Map([
  ['object', { word: 'a map', fix: 'write its entries below it, as "key: value"' }],
  ['record', { word: 'a map', fix: 'write its entries below it, as "name: { ... }"' }],
  ['array', { word: 'a list', fix: 'write [a, b], or a line with "- " for each entry' }],
  ['string', { word: 'a text', fix: 'write a word; digits, true and false need quotes to be one' }],
  ['boolean', { word: 'true or false', fix: 'write true or false without quotes' }],
  ['number', { word: 'a whole number', fix: 'write digits without quotes and unit, as 60' }],
]);

function typeText(expected: string, node: TreeNode): CodedText {
  if (node.scalar === null) {
    const text = { problem: 'there is no value', fix: 'give it one, or remove the key' };
    return { code: 'value_missing', text };
  }
  const { word, fix } = expectations.get(expected) ?? { word: expected, fix: 'rewrite it' };
  const problem = `this must be ${word}, not ${kindOf(node)}`;
  return { code: 'type_wrong', text: { problem, fix } };
}

function kindOf({ entries, items, scalar }: TreeNode): string {
  if (entries !== undefined) return 'a map';
  if (items !== undefined) return 'a list';
  if (typeof scalar === 'string') return 'a text';
  return typeof scalar === 'number' ? 'a number' : `the value ${scalar}`;
}

function choiceText(values: readonly unknown[], presented: string): CodedText {
  const words = values.map(String);
  const problem = `${quoted(presented)} is not one of its values`;
  const fix = `${didYouMean(presented, words)}write ${listed(words, 'or')}`;
  return { code: 'value_unknown', text: { problem, fix } };
}

/** A key that must be there. */
export function keyMissingText(path: Path): FaultText {
  const key = String(path.at(-1));
  const around = path.length === 1 ? 'the file' : 'this entry';
  const value = key === 'apiVersion' ? ' creance/v1' : '';
  return { problem: `${around} has no key "${key}"`, fix: `add "${key}:${value}"` };
}

/** Keys that somebody may well look for and that cannot be, each with why. */
const keysRefused: ReadonlyMap<string, string> = new Map([
  [
    'revokeAtTop',
    'remove it: only a fact revokes; the highest risk holds the whole tree and its evidence',
  ],
]);

/** A key that nobody knows here. */
export function keyUnknownText(path: Path): FaultText {
  const presented = String(path.at(-1));
  const known = keysAt(path.slice(0, -1));
  const problem = `there is no key ${quoted(presented)} here`;
  const refused = keysRefused.get(presented);
  if (refused !== undefined) return { problem, fix: refused };
  const keys = known.length === 1 ? 'the one key is' : 'known keys are';
  return { problem, fix: `${didYouMean(presented, known)}${keys} ${listed(known, 'and')}` };
}
