import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CreanceCommand } from '../support/creance-command.js';
import { flowManifest } from '../support/flow-manifest.js';

let folder: string;
const squatters: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-start-'));
  writeFileSync(join(folder, 'creance.yaml'), flowManifest());
});
afterEach(() => {
  for (const squatter of squatters.splice(0)) squatter.close();
  rmSync(folder, { recursive: true });
});

async function taken(): Promise<string> {
  const squatter = createServer();
  squatters.push(squatter);
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(squatter.address() as AddressInfo).port}`;
}

const dev = (...args: string[]) => new CreanceCommand(['dev', ...args], {}, folder);

describe('the start of a broker', () => {
  // breaks when: the HTTP door is not tried where the other one has failed
  it('names both addresses that are taken, each with its flag', async () => {
    const [listen, http] = [await taken(), await taken()];
    const refused = dev('--listen', listen, '--http-listen', http);
    expect(await refused.code).toBe(75);
    expect(refused.words).toMatch(/^creance: port_in_use the broker did not start/);
    for (const said of [listen, `http_port_in_use somebody listens on ${http}`])
      expect(refused.words).toContain(said);
    expect(refused.words).toMatch(/fix: .*--listen.*--http-listen, or none/);
  });

  it('lets the other address go where one is taken', async () => {
    const [listen, http] = [await taken(), await taken()];
    for (const [one, other] of [
      [listen, '127.0.0.1:0'],
      ['127.0.0.1:0', http],
    ] as const) {
      const refused = dev('--listen', one, '--http-listen', other);
      expect(await refused.code).toBe(75);
      expect(refused.words.match(/somebody listens/g)).toHaveLength(1);
    }
  });

  it('says what is typed next, and what a changed file has changed', async () => {
    const first = dev('--listen', '127.0.0.1:0');
    await first.said('result', /creance plan \.\/creance\.yaml/);
    expect(first.result).toMatch(/next {6}creance join-token create --verifier crm\n/);
    expect(first.result).toContain('creance join-token create --workload ');
    first.child.kill('SIGHUP');
    await first.said('words', /the manifest was read again: nothing changed/);
    writeFileSync(join(folder, 'creance.yaml'), flowManifest({ without: ['triage'] }));
    first.child.kill('SIGHUP');
    await first.said('words', /read again: version 2 in force: \d+ changes?, 0 sessions ended/);
    first.child.kill('SIGTERM');
    await first.code;
    writeFileSync(join(folder, 'creance.yaml'), flowManifest());
    const second = dev('--listen', '127.0.0.1:0');
    await second.said('words', /^version 3 in force: \d+ changes?, 0 sessions ended$/m);
    second.child.kill('SIGTERM');
    await second.code;
  });
});
