import { Client, credentials } from '@grpc/grpc-js';
import { cpuMicrosOf, inFlight, type Subject } from './harness.js';

/** Calls in flight at once. */
export const lanes = 16;

const plain = (bytes: Buffer) => bytes;

/** CPU of a process for each of so many calls, `lanes` of them in flight. */
export function measured(
  name: string,
  pid: number,
  call: (nth: number) => Promise<unknown>,
): Subject {
  return {
    name,
    async run(operations) {
      const before = cpuMicrosOf(pid);
      await inFlight(operations, lanes, call);
      return (cpuMicrosOf(pid) - before) / operations;
    },
  };
}

/**
 * A raw grpc-js server that gives back what it gets, over so many connections: the measure of a call that
 * does nothing.
 */
export function echoSubject(
  name: string,
  echo: { readonly pid: number; readonly port: number },
  request: Buffer,
  connections = 1,
): Subject {
  const options = { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_channelz': 0 };
  const address = `127.0.0.1:${echo.port}`;
  const clients = Array.from(
    { length: connections },
    () => new Client(address, credentials.createInsecure(), options),
  );
  const call = (nth: number) =>
    new Promise<void>((resolve, reject) => {
      const answer = (error: Error | null) => (error === null ? resolve() : reject(error));
      const client = clients[nth % connections] as Client;
      client.makeUnaryRequest('/bench.Echo/Echo', plain, plain, request, answer);
    });
  return measured(name, echo.pid, call);
}
