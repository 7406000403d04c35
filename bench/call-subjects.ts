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

/** A raw grpc-js server that gives back what it gets: the measure of a call that does nothing. */
export function echoSubject(name: string, pid: number, port: number, request: Uint8Array): Subject {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const bytes = Buffer.from(request);
  const call = () =>
    new Promise<void>((resolve, reject) => {
      const answer = (error: Error | null) => (error === null ? resolve() : reject(error));
      client.makeUnaryRequest('/bench.Echo/Echo', plain, plain, bytes, answer);
    });
  return measured(name, pid, call);
}
