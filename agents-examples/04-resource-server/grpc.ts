import { joinVerifier } from '@creance/verifier/grpc';
import { creanceServerInterceptor, identityOf } from '@creance/verifier/grpc-server';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { type Ticket, tickets } from '../lib/tickets.js';

/** The message of an export. */
interface Export {
  readonly to?: readonly string[];
}

// A gRPC service: which method needs which scopes. A method that is named nowhere is refused.
const port = Number(process.env['PORT'] ?? 7432);
const verifier = await joinVerifier({
  join: process.env['CREANCE_JOIN'],
  keyFile: process.env['CREANCE_KEY_FILE'] ?? './creance-data/tickets.key.json',
  publicOrigin: process.env['PUBLIC_ORIGIN'] ?? `http://127.0.0.1:${port}`,
});
const interceptor = creanceServerInterceptor(verifier, {
  scopes: {
    [tickets.list.path]: ['tickets:read'],
    [tickets.watch.path]: ['tickets:watch'],
    [tickets.export.path]: ['tickets:export'],
  },
  // Whom an export is for: reported as hashes, with the message that names it.
  destinations: {
    [tickets.export.path]: ({ to = [] }: Export) => to.map((value) => ({ kind: 'email', value })),
  },
});
const server = new Server({ interceptors: [interceptor] });

const desk: readonly Ticket[] = [
  { number: 1, title: 'cannot log in' },
  { number: 2, title: 'invoice is wrong' },
];

const list: handleUnaryCall<object, { tickets: readonly Ticket[] }> = (_call, answer) =>
  answer(null, { tickets: desk });

const exportAll: handleUnaryCall<object, { exported: number }> = (_call, answer) =>
  answer(null, { exported: desk.length });

/** Goes on for as long as the caller listens and the caller's token lives. */
const watch: handleServerStreamingCall<object, Ticket> = (call) => {
  let number = 0;
  const next = () => {
    number += 1;
    call.write({ number, title: `ticket of ${identityOf(call).clientId}` });
  };
  next();
  const timer = setInterval(next, 250);
  call.once('cancelled', () => clearInterval(timer));
};

server.addService(tickets, { list, watch, export: exportAll });
await new Promise<void>((resolve, reject) => {
  server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (fault) =>
    fault === null ? resolve() : reject(fault),
  );
});
console.log(`tickets on http://127.0.0.1:${port}`);
process.once('SIGTERM', () => {
  server.forceShutdown();
  void verifier.close();
});
