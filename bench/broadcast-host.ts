import { setTimeout as pause } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { sharedMillis } from './spread-messages.js';

// Subscribers of the bare broadcast, each over a connection of its own. Says when each had so many messages.
const { PORT = '0', COUNT = '1' } = process.env;
const plain = (bytes: Buffer) => bytes;
const options = { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_channelz': 0 };
let wanted = 0;
let waiting = 0;
let atMillis: number[] = [];
process.once('disconnect', () => process.exit());

function heard(received: { count: number }): void {
  received.count += 1;
  if (received.count !== wanted) return;
  atMillis.push(sharedMillis());
  waiting -= 1;
  if (waiting === 0) process.send?.({ kind: 'ended', atMillis });
}

const all = Array.from({ length: Number(COUNT) }, () => {
  const received = { count: 0 };
  const client = new Client(`127.0.0.1:${PORT}`, credentials.createInsecure(), options);
  const path = '/bench.Broadcast/Subscribe';
  const call = client.makeServerStreamRequest(path, plain, plain, Buffer.alloc(0));
  call.on('data', () => heard(received));
  call.on('error', () => {});
  return { received, client };
});
process.on('message', (ask: { readonly count: number }) => {
  atMillis = [];
  wanted = ask.count;
  waiting = all.length;
  for (const { received } of all) received.count = 0;
  process.send?.({ kind: 'armed' });
});
// A subscription says nothing: connections are there by then.
const ready = (client: Client) =>
  new Promise<void>((resolve, reject) =>
    client.waitForReady(Date.now() + 60_000, (error) => (error ? reject(error) : resolve())),
  );
await Promise.all(all.map(({ client }) => ready(client)));
await pause(500);
process.send?.({ kind: 'ready' });
