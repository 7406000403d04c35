import { type Figure, partOf, ratio } from '../figure.js';
import type { Plan } from '../plan.js';
import { PlantedFolder } from '../planted-folder.js';
import { ended, startBroker, startPart } from '../stage.js';

/**
 * From the start of the process to the first call that it could take: a broker over a folder that it has made
 * before, and a server of grpc-js that answers one method and holds nothing.
 */
export async function measureColdStart({ isQuick, slots }: Plan): Promise<Figure[]> {
  const folder = await PlantedFolder.make();
  const [ours, hello]: [number[], number[]] = [[], []];
  const rounds = isQuick ? 3 : 11;
  for (let round = 0; round < rounds; round += 1) {
    hello.push(
      await slots.run(async () => {
        const startedAt = performance.now();
        const { child } = await startPart('echo-server.js');
        const millis = performance.now() - startedAt;
        await ended(child);
        return millis;
      }),
    );
    ours.push(
      await slots.run(async () => {
        const broker = await startBroker({ data: folder.data });
        await broker.stop();
        return broker.startMillis;
      }),
    );
  }
  folder.remove();
  return [ratio('G12', partOf('broker', 'ms', ours), partOf('hello server', 'ms', hello))];
}
