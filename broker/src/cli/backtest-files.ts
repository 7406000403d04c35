import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Gather } from '../detect/replay/gather.js';
import { linesOf } from '../detect/replay/lines.js';
import { parseEvent, parseIncident } from '../detect/replay/parse-recorded.js';
import { RecordedFault } from '../detect/replay/recorded.js';
import {
  type RecordedSession,
  sessionOf,
  sessionOfIncident,
} from '../detect/replay/recorded-session.js';

/** Characters of an incident's file, which is read whole. */
const incidentCharsMax = 268_435_456;

/** The forms that history comes in. */
export type RecordedFormat = 'events' | 'incident';

/** The sessions of a file, plain or gzip, in bounded memory. Throws a RecordedFault that names the place. */
export async function* sessionsIn(
  path: string,
  format: RecordedFormat,
): AsyncGenerator<RecordedSession> {
  if (format === 'incident') {
    yield sessionOfIncident(parseIncident(path, await textOf(path)));
    return;
  }
  const gather = new Gather();
  for await (const { number, text } of linesOf(path, partsOf(path))) {
    const where = `${path}:${number}`;
    for (const group of gather.add(where, parseEvent(where, text))) yield sessionOf(group);
  }
  for (const group of gather.end()) yield sessionOf(group);
}

/** The form of a file that teaches: a log has a whole event in its first line, an incident has not. */
export async function formatOf(path: string): Promise<RecordedFormat> {
  for await (const { text } of linesOf(path, partsOf(path))) {
    try {
      const { events } = JSON.parse(text) as { readonly events?: unknown };
      return events === undefined ? 'events' : 'incident';
    } catch {
      return text.trim() === '{' ? 'incident' : 'events';
    }
  }
  return 'events';
}

async function textOf(path: string): Promise<string> {
  const parts: string[] = [];
  let chars = 0;
  for await (const part of partsOf(path)) {
    chars += part.length;
    if (chars > incidentCharsMax)
      throw new RecordedFault(`${path}: longer than ${incidentCharsMax} characters`);
    parts.push(part);
  }
  return parts.join('');
}

/** The text of a file in parts. What cannot be read or unzipped is a fault of the file. */
async function* partsOf(path: string): AsyncGenerator<string> {
  try {
    const stream = await openFile(path);
    stream.setEncoding('utf8');
    for await (const part of stream) yield part as string;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw error instanceof RecordedFault ? error : new RecordedFault(`${path}: ${code ?? message}`);
  }
}

/** By its first bytes and not by its name: a file that was renamed is read all the same. */
async function openFile(path: string): Promise<NodeJS.ReadableStream> {
  const file = createReadStream(path);
  const isZipped = await startsZipped(path);
  if (!isZipped) return file;
  // The fault of either end destroys the other, and reaches whoever reads.
  return pipeline(file, createGunzip(), () => {});
}

async function startsZipped(path: string): Promise<boolean> {
  for await (const bytes of createReadStream(path, { end: 1 }))
    return (bytes as Buffer)[0] === 0x1f && (bytes as Buffer)[1] === 0x8b;
  return false;
}
