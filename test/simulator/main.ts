import { KeyFolder } from './key-folder.js';
import { MemoryDisk } from './memory-disk.js';
import { play } from './play.js';

export async function simulate(args: readonly string[]): Promise<number> {
  const keyFolder = new KeyFolder();
  const from = Number(args[0] ?? 0);
  const n = Number(args[1] ?? 1);
  const begun = performance.now();
  let bad = 0;
  const sum: Record<string, number> = {};
  for (let seed = from; seed < from + n; seed += 1) {
    const played = await play(seed, new MemoryDisk(), keyFolder);
    for (const [k, v] of Object.entries(played.tally)) sum[k] = (sum[k] ?? 0) + v;
    if (played.broken) {
      bad += 1;
      if (bad < 8) console.log(seed, played.broken);
    }
    if (args[2]) console.log(played.trace.join('\n'), played.history);
  }
  const s = (performance.now() - begun) / 1000;
  console.log(bad, 'bad', s, 's', (n / s).toFixed(1), 'seeds/s', sum);
  keyFolder.remove();
  return 0;
}
