import { setTimeout as pause } from 'node:timers/promises';
import { type Step, steps } from './steps.js';

const { readContacts, sendMail, listTickets, exportContacts, readMails, exportTickets } = steps;

/** What a case is worked with, in the order in which it is: a contact may be looked at twice. */
const cases: readonly (readonly Step[])[] = [
  [listTickets, readContacts, sendMail],
  [listTickets, readContacts, readContacts, sendMail],
  [listTickets, sendMail],
];

/** What the batch does, round after round. */
export const batchRound: readonly Step[] = [exportContacts, readMails, exportTickets];

/** Milliseconds that case-worker thinks before a step, at least and at most; and the batch. */
const thought = { least: 250, most: 400 } as const;
const batchMillis = 30;

/** The steps of so many cases, one session's in another order than the next one's. */
export function caseWork(nth: number, count: number): readonly Step[] {
  return Array.from({ length: count }, (_, at) => cases[(nth + at) % cases.length] ?? []).flat();
}

/** Takes as long as case-worker thinks before its next step. */
export function think(): Promise<void> {
  return pause(thought.least + Math.random() * (thought.most - thought.least));
}

/** Takes as long as the batch takes. */
export function rest(): Promise<void> {
  return pause(batchMillis);
}
