import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { main } from '../main.js';
import { DoubleOutput } from './double-line.js';
import { examples } from './examples.js';
import { leavesOf, pathOf } from './help.js';
import { program } from './program.js';

const leaves = leavesOf(program(new DoubleOutput()));
const paths = leaves.map(pathOf);

/** Runs the command in this process, as `main` does; gives its exit code. */
async function codeOf(...args: readonly string[]): Promise<{ code: number; said: string }> {
  const output = new DoubleOutput();
  try {
    await program(output).parseAsync(args, { from: 'user' });
    return { code: 0, said: output.said.join('\n') };
  } catch (error) {
    const { code, exitCode } = error as { code?: string; exitCode: number };
    expect(code).toMatch(/^commander\./);
    return { code: exitCode, said: [...output.said, ...output.results].join('\n') };
  }
}

describe('every command', () => {
  it('is there to be looked at', () => {
    expect(paths).toContain('session show');
    expect(paths.length).toBeGreaterThan(20);
  });

  // breaks when: exitOverride is set after the subcommands are added, which then end the process themselves
  it.each(paths)(
    'creance %s throws what is wrong with its arguments, and says it',
    async (path) => {
      const { said } = await codeOf(...path.split(' '), '--nonsense');
      expect(said).toMatch(/^error: .*(--nonsense|required|missing)/);
      expect(said).toContain(`fix: see creance ${path} --help`);
      expect(said.split('\n').length).toBeLessThan(5);
    },
  );

  it.each(paths)('creance %s --help ends well, with one or two examples', async (path) => {
    const { code, said } = await codeOf(...path.split(' '), '--help');
    expect(code).toBe(0);
    expect(said).toMatch(/\n\nExamples?:\n {2}creance /);
  });

  it('has its examples by its own name, and there are no others', () => {
    expect(Object.keys(examples).sort()).toEqual(['creance', ...paths].sort());
    for (const path of paths) {
      const lines = examples[path] ?? [];
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThanOrEqual(2);
      for (const line of lines) expect(line.startsWith(`creance ${path}`)).toBe(true);
    }
  });

  it.each(
    Object.entries(examples).flatMap(([path, lines]) =>
      path === 'creance' ? [] : lines.map((line) => [line, path] as const),
    ),
  )('takes the arguments of its example: %s', async (line, path) => {
    const words = line.replace(/ {3}#.*$/, '').match(/"[^"]*"|\S+/g) ?? [];
    const args = words.slice(1 + path.split(' ').length).map((word) => word.replaceAll('"', ''));
    // The command itself, without what it does.
    const command = leavesOf(program(new DoubleOutput())).find((each) => pathOf(each) === path);
    let ran = false;
    command?.action(() => {
      ran = true;
    });
    await command?.parseAsync(args, { from: 'user' });
    expect(ran).toBe(true);
  });

  it('stands in a group of the help, looking before acting', async () => {
    const { said } = await codeOf('--help');
    const at = (text: string) => said.indexOf(text);
    const headings = ['See who is there', 'Act:', 'The manifest file:', 'Run:', 'Check:'];
    const places = headings.map(at);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(Math.min(...places)).toBeGreaterThan(0);
    for (const command of program(new DoubleOutput()).commands)
      expect(command.helpGroup(), command.name()).not.toBe('');
    expect(new Command('alone').helpGroup()).toBe('');
  });
});

describe('the exit code', () => {
  it.each([
    [['session', 'ls', '--nonsense']],
    [['session', 'show']],
    [['session', 'ls', '-o', 'xml']],
    [['session', 'ls', '--state', 'asleep']],
    [['cut', '--session', 'x']],
    [['nonsense']],
    [['keys', 'compromise', 'x']],
  ])('of a usage error is 2: %j', async (args) => {
    expect(await main(args)).toBe(2);
  });

  it.each([[['--help']], [['session', '--help']], [['session', 'ls', '--help']]])(
    'of a help that was asked for is 0: %j',
    async (args) => {
      expect(await main(args)).toBe(0);
    },
  );
});

describe('colours', () => {
  const ran = (env: NodeJS.ProcessEnv) => {
    const bin = new URL('../../bin/creance.mjs', import.meta.url).pathname;
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env;
    const args = [bin, 'explain', 'scope_not_granted'];
    return spawnSync(process.execPath, args, { env: { ...rest, ...env }, encoding: 'utf8' });
  };

  it('are there only where somebody sees them, and NO_COLOR is obeyed', () => {
    const forced = ran({ FORCE_COLOR: '1' });
    expect(forced.stdout).toContain('\u001b[');
    for (const env of [{}, { NO_COLOR: '1' }]) {
      const { status, stdout, stderr } = ran(env);
      expect(status).toBe(0);
      expect(stdout).toContain('PERMISSION_DENIED (7)');
      expect(stdout + stderr).not.toContain('\u001b');
    }
  });
});
