import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

const loopback = '127.0.0.1';

/** A port of loopback that was free a moment ago: the one that is preferred where nobody has it. */
export async function freePort(preferred = 0): Promise<number> {
  if (preferred !== 0 && (await whyTaken(loopback, preferred)) !== undefined) return freePort();
  return portOf(loopback, preferred);
}

/** Why nobody can listen there, by the system's code; undefined when somebody could a moment ago. */
export async function whyTaken(host: string, port: number): Promise<string | undefined> {
  try {
    await portOf(host, port);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

function portOf(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken));
    });
  });
}
