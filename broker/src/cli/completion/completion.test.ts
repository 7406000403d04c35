import { spawnSync } from 'node:child_process';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { DoubleOutput } from '../double-line.js';
import { program } from '../program.js';
import { completionScript, shells } from './shells.js';
import { completionPlaces } from './tree.js';

const creance = program(new DoubleOutput());
const places = completionPlaces(creance);

/** What bash offers for a line, the cursor at its end. */
function offered(line: string): string[] {
  const words = line.split(' ');
  const script = `${completionScript('bash', places)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_creance
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const end = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect([end.status, end.stderr]).toEqual([0, '']);
  return end.stdout.split('\n').filter((word) => word !== '');
}

function everyCommand(command: Command, path: string[] = []): string[][] {
  return command.commands.flatMap((each) => {
    const own = [...path, each.name()];
    return [own, ...everyCommand(each, own)];
  });
}

describe('completion', () => {
  // breaks when: the places are written down by hand
  it('knows every command with all its options', () => {
    const paths = everyCommand(creance).map((path) => path.join(' '));
    expect(paths).toContain('session tree');
    expect(places.map(({ path }) => path)).toEqual(['', ...paths]);
    for (const shell of shells) {
      const script = completionScript(shell, places);
      for (const word of new Set(paths.flatMap((path) => path.split(' '))))
        expect(script).toContain(word);
    }
  });

  it('has nothing in it that a shell would read otherwise', () => {
    for (const { commands, options, choices } of places)
      for (const word of [...commands, ...options, ...Object.values(choices).flat()])
        expect(word).toMatch(/^[a-z0-9-]+$/i);
  });

  it.each([
    ['creance se', ['serve', 'session']],
    ['creance session ', ['ls', 'show', 'tree', '--help']],
    ['creance session l', ['ls']],
    ['creance cut --s', ['--session']],
    ['creance cut --reason x -o ', ['table', 'json', 'yaml']],
    ['creance cut -o j', ['json']],
    ['creance run --by ', ['env', 'fd']],
    ['creance run -- se', []],
    ['creance completion ', ['bash', 'zsh', 'fish', '--help']],
    ['creance doctor --tls-', ['--tls-certificate', '--tls-key']],
  ])('completes "%s" in bash', (line, words) => {
    expect(offered(line).sort()).toEqual(words.toSorted());
  });

  it('offers all commands where none was given, or one that there is not', () => {
    const all = creance.commands.map((command) => command.name());
    for (const line of ['creance ', 'creance nothing-like-it '])
      expect(offered(line)).toEqual([...all, '--help']);
  });
});
