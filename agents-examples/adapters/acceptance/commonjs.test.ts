import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sdk1 } from '../mcp/stage-v1.js';
import { sdk2 } from '../mcp/stage-v2.js';
import { openCrm } from '../stage/crm.js';
import { AdapterStage } from '../stage/stage.js';

const run = promisify(execFile);
const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

let stage: AdapterStage;
const urls: Record<string, string> = {};

beforeAll(async () => {
  stage = await AdapterStage.start();
  const [crm, mcp1, mcp2] = await Promise.all([
    openCrm(stage),
    sdk1.serve(stage),
    sdk2.serve(stage),
  ]);
  urls['langchain'] = `${crm.origin}/contacts`;
  urls['mcp1'] = mcp1.url.href;
  urls['mcp2'] = mcp2.url.href;
});
afterAll(() => stage.dispose());

/** What a tool answered in a CommonJS program of its own, and what was loaded for it. */
async function inCommonJs(framework: string, packageFile: string) {
  const args = [pathOf('run.cjs'), framework, urls[framework] ?? '', pathOf(packageFile)];
  const CREANCE_TEST_JOIN = await stage.operator.joinString('workload', 'triage');
  const env = { ...process.env, CREANCE_TEST_JOIN };
  const { stdout } = await run(process.execPath, args, { env, timeout: 20_000 });
  return JSON.parse(stdout) as { answer: string; loaded: string[] };
}

// The AI SDK has no CommonJS any more.
describe.each(['langchain', 'mcp1', 'mcp2'])('%s, required by a CommonJS program', (framework) => {
  it.each([
    ['newest', '../package.json'],
    ['lowest', '../lowest/package.json'],
  ])('runs a tool in its %s version', async (_version, packageFile) => {
    const { answer, loaded } = await inCommonJs(framework, packageFile);
    expect(answer).toMatch(/contacts done$/);
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((file) => !/\.cjs$|\/cjs\//.test(file))).toEqual([]);
  });
});
