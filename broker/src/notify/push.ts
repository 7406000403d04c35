import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { limits } from '../domain/limits.js';
import type { Receiver } from '../domain/registry.js';
import { addressOf, type LookUp } from './resolve.js';

/** What came of one attempt. */
export type Pushed =
  | { readonly as: 'taken' }
  /** Worth another attempt: it may go better. */
  | { readonly as: 'failed'; readonly fault: string }
  /** The receiver does not want this one; another attempt will hardly change that. */
  | { readonly as: 'refused'; readonly fault: string };

/** What an attempt goes through. */
export interface PushDoors {
  readonly lookUp: LookUp;
  /** Called when a bound was hit, with its name. */
  readonly limitHit: (name: 'deliveryMillis' | 'deliveryAnswerBytes') => void;
  /** Ends attempts: the broker stops. */
  readonly closing: AbortSignal;
}

/** Bytes of the head of an answer. */
const headBytes = 8_192;
/** Characters of the receiver's own words that are kept. */
const wordsMost = 80;

/**
 * Pushes one Security Event Token as RFC 8935 §2.2 says: 202 means taken. A connection of its own to an
 * address that was checked; no redirect is followed, no proxy asked, no cookie kept; all of it within
 * `limits.deliveryMillis`, and of the answer `limits.deliveryAnswerBytes` are read. Never rejects.
 */
export async function push(
  receiver: Receiver,
  token: string,
  { lookUp, limitHit, closing }: PushDoors,
): Promise<Pushed> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Pushed>((resolve) => {
    timer = setTimeout(() => {
      limitHit('deliveryMillis');
      late.abort();
      resolve({ as: 'failed', fault: `no answer within ${limits.deliveryMillis / 1_000} s` });
    }, limits.deliveryMillis);
  });
  const signal = AbortSignal.any([late.signal, closing]);
  const attempt = attemptAt(receiver, token, lookUp, { signal, limitHit });
  try {
    return await Promise.race([attempt.catch(faultOf), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

interface Bounds {
  readonly signal: AbortSignal;
  readonly limitHit: PushDoors['limitHit'];
}

async function attemptAt(
  { url: text, allowPrivate }: Receiver,
  token: string,
  lookUp: LookUp,
  bounds: Bounds,
): Promise<Pushed> {
  const url = new URL(text);
  const address = await addressOf(url, allowPrivate, lookUp);
  if (!address.ok) return { as: 'failed', fault: address.error };
  bounds.signal.throwIfAborted();
  const answer = await send(url, address.value, token, bounds.signal);
  return judge(answer, bounds);
}

function send(
  url: URL,
  address: string,
  token: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = Buffer.from(token, 'latin1');
  const family = isIPv6(address) ? 6 : 4;
  const options = {
    method: 'POST',
    // A connection for this alone: what a receiver does to it reaches no other.
    agent: false as const,
    signal,
    maxHeaderSize: headBytes,
    autoSelectFamily: false,
    // Node asks for the name's address here, and gets the one that was checked.
    lookup: pinnedTo(address, family),
    headers: {
      'content-type': 'application/secevent+jwt',
      'content-length': body.length,
      accept: 'application/json',
      'user-agent': 'creance',
      connection: 'close',
    },
  };
  return new Promise((resolve, reject) => {
    const sent: ClientRequest =
      url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    sent.on('response', resolve);
    sent.on('error', reject);
    // Nothing of ours speaks another protocol. The socket is nobody's here: its faults would be the process's.
    sent.on('upgrade', (_answer, socket) => {
      socket.on('error', () => {}).destroy();
      reject(new Error('upgraded'));
    });
    sent.end(body);
  });
}

function pinnedTo(address: string, family: number): LookupFunction {
  return (_name, { all }, answer) => {
    if (all) answer(null, [{ address, family }]);
    else answer(null, address, family);
  };
}

async function judge(answer: IncomingMessage, bounds: Bounds): Promise<Pushed> {
  const status = answer.statusCode ?? 0;
  if (status === 202) {
    answer.destroy();
    return { as: 'taken' };
  }
  const code = status === 400 ? errorCodeIn(await bodyOf(answer, bounds)) : undefined;
  answer.destroy();
  const fault = code === undefined ? `answered ${status}, not 202` : `answered 400: ${code}`;
  if (status >= 300 && status < 400) return { as: 'failed', fault: `redirects (${status})` };
  return { as: isForGood(status) ? 'refused' : 'failed', fault };
}

/** What a receiver will say again; when it is out of order or asks to wait it may say otherwise. */
function isForGood(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 404, 408, 425, 429].includes(status);
}

/** So much of the body as is read, or nothing when it goes wrong. */
async function bodyOf(answer: IncomingMessage, { limitHit }: Bounds): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > limits.deliveryAnswerBytes) {
        limitHit('deliveryAnswerBytes');
        break;
      }
      parts.push(part);
    }
  } catch {
    return '';
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `err` of RFC 8935 §2.4: a word of ASCII, cut short. Its `description` is whoever's words, and stays there. */
function errorCodeIn(body: string): string | undefined {
  try {
    const { err } = JSON.parse(body) as { err?: unknown };
    return typeof err === 'string' && /^[\x21-\x7e]+$/.test(err)
      ? err.slice(0, wordsMost)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The system's code for it; its words may name what is nobody's business. */
function faultOf(fault: unknown): Pushed {
  const { code, name } = (fault ?? {}) as { code?: unknown; name?: unknown };
  const word = typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
  return { as: 'failed', fault: `cannot be reached: ${word.slice(0, wordsMost)}` };
}
