import { close, read } from 'node:fs';
import { promisify } from 'node:util';
import { joinStringCharsMax } from '@creance/proto';
import { configurationError } from './errors/local.js';
import { limits } from './limits.js';
import { type Clock, systemClock } from './runtime/clock.js';

const setting = 'CREANCE_JOIN_FD';
const lineFeed = 10;

/** Descriptors that this process has read: the number may stand for something else by now. */
const used = new Set<number>();

/**
 * Reads a join string from an inherited descriptor, up to its first line end, and closes it: so nothing
 * stands in the environment, and no child process inherits it. Once a process. Throws a
 * `ConfigurationError` when there is nothing to read within 5 s, or it has been read before.
 */
export async function readJoinDescriptor(
  text: string,
  clock: Clock = systemClock,
): Promise<string> {
  const descriptor = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  // Standard input, output and error are somebody else's.
  if (descriptor < 3) throw configurationError('join_descriptor_unreadable', setting);
  if (used.has(descriptor)) throw configurationError('join_descriptor_used', setting);
  used.add(descriptor);
  const join = await inTime(readLine(descriptor), clock);
  if (join === undefined) throw configurationError('join_descriptor_unreadable', setting);
  return join;
}

function inTime(reading: Promise<string>, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = clock.after(limits.callMillis, () => resolve(undefined));
    const done = (text?: string) => {
      timer.cancel();
      resolve(text === '' ? undefined : text);
    };
    reading.then(done, () => done());
  });
}

async function readLine(descriptor: number): Promise<string> {
  const bytes = Buffer.alloc(joinStringCharsMax);
  let length = 0;
  try {
    for (;;) {
      const { bytesRead } = await readInto(descriptor, bytes, length, bytes.length - length, null);
      length += bytesRead;
      const isOver = bytesRead === 0 || length === bytes.length;
      if (isOver || bytes.subarray(0, length).includes(lineFeed)) break;
    }
    const [line = ''] = bytes.subarray(0, length).toString('utf8').split('\n');
    return line.trim();
  } finally {
    await closeIt(descriptor);
  }
}

const readInto = promisify(read);
const closeIt = promisify(close);
