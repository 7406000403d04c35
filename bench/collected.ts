import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes in use by this process once garbage is collected. `external` holds `arrayBuffers` already. */
export async function collected(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  for (let time = 0; time < 3 && typeof collect === 'function'; time += 1) {
    await new Promise((done) => void setImmediate(done));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
