import type { Action } from './action.js';
import { type BoundHit, watchBounds } from './bounds.js';
import { hashText } from './hash.js';
import type { SessionSlab } from './session-slab.js';
import { doubles, words } from './state-layout.js';

/** Actions may come so much out of order; what is older means that a clock was set back. */
const orderMillis = 60_000;

/** Begins the name of what is told apart by a hash only. */
const folded = '\u2026';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu;

/**
 * An action within bounds: the action itself when it is. Names that are too long are folded to a hash, so
 * that different ones stay different and none is learned; control characters are replaced.
 */
export function soundAction(action: Action, isKnownName: boolean, hit: BoundHit): Action {
  if (isWithin(action, isKnownName)) return action;
  const { destinations } = action;
  if (destinations.length > watchBounds.watchActionDestinations) hit('watchActionDestinations');
  const kept = destinations.slice(0, watchBounds.watchActionDestinations);
  return {
    ...action,
    resource: fold(action.resource, hit),
    name: fold(action.name, hit),
    destinations: kept.map((one) => fold(one, hit)),
    network: action.network && fold(action.network, hit),
    client: action.client && fold(action.client, hit),
    device: action.device && fold(action.device, hit),
  };
}

/** Whether a name was folded. */
export function isFolded(name: string): boolean {
  return name.startsWith(folded);
}

/**
 * The instant of an action as the state under the cursor can take it. One that is no instant counts as
 * that of the action before, so that it passes for fast rather than for nothing; one from long before
 * means another clock, and the session's times begin anew by it.
 */
export function soundTime(
  slab: SessionSlab,
  atMillis: number | undefined,
  hit: BoundHit,
): number | undefined {
  if (atMillis === undefined) return undefined;
  const last = slab.time(doubles.last);
  if (!(atMillis >= 0 && atMillis <= watchBounds.watchMillis)) {
    hit('watchMillis');
    return last === 0 ? undefined : last;
  }
  if (atMillis < last - orderMillis) {
    hit('watchMillis');
    slab.setTime(doubles.last, 0);
    slab.setTime(doubles.turn, 0);
    slab.setTime(doubles.levelAt, atMillis);
    slab.setWord(words.fanHalf, fanHalfOf(atMillis));
  }
  return atMillis;
}

/** Destinations are counted over two halves of a minute. */
const fanHalfMillis = 30_000;

/** Number of the half minute of an instant, in 32 bits. */
export function fanHalfOf(atMillis: number): number {
  return Math.floor(atMillis / fanHalfMillis) % 2 ** 32;
}

function isWithin(action: Action, isKnownName: boolean): boolean {
  const { resource, name, destinations, network, client, device } = action;
  return (
    (isKnownName || (isPlain(resource) && isPlain(name))) &&
    (network === undefined || isShort(network)) &&
    (client === undefined || isShort(client)) &&
    (device === undefined || isShort(device)) &&
    destinations.length <= watchBounds.watchActionDestinations &&
    destinations.every(isShort)
  );
}

function isShort(text: string): boolean {
  return text.length <= watchBounds.watchNameChars;
}

function isPlain(text: string): boolean {
  return isShort(text) && text.search(controls) < 0;
}

function fold(text: string, hit: BoundHit): string {
  if (isShort(text)) return text.replace(controls, '\ufffd');
  hit('watchNameChars');
  return folded + hashText(text).toString(16).padStart(8, '0');
}
