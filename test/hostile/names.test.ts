import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creanceHere } from '../support/creance-here.js';
import { NameStage, nameDoors } from '../support/name-doors.js';

/** What moves a cursor, clears a screen, hides or turns text: as bytes, as one character, and without any. */
const poisons = [
  '\u001b[2J',
  '\u009b2J',
  '\u0007',
  '\u202e',
  '\u200b',
  '\u2028',
  '\u0085',
  '\u007f',
];
const doing = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

let at: NameStage;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(pathOf(tmpdir(), 'creance-names-'));
  at = await NameStage.start();
});
afterAll(async () => {
  await at.stage.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const named = (poison: string) => `evil${poison}name`;

describe('a name that would do something to a terminal', () => {
  it.each(nameDoors)('comes to nothing as %s', async (_door, outcomes, send) => {
    await at.openAnother();
    for (const poison of poisons) {
      const outcome = await send(at, named(poison));
      expect(outcomes.split('|'), `${JSON.stringify(poison)}: ${outcome}`).toContain(outcome);
    }
  });

  it('is in no line that the broker has written to its standard error', () => {
    expect(at.stage.broker.output).toContain('resource_unknown');
    for (const line of at.stage.broker.output.split('\n'))
      expect(doing.test(line), JSON.stringify(line)).toBe(false);
  });

  it('is shown by no command, whatever it lists', async () => {
    const { data } = at.stage.broker;
    const commands = [
      ['rollback', '--list'],
      ['session', 'ls'],
      ['session', 'ls', '-o', 'json'],
      ['explain', at.agent.id],
      ['explain', at.agent.id, '-o', 'json'],
      ['audit', 'verify'],
    ];
    for (const args of commands) {
      const said = await creanceHere(...args, '--data', data);
      expect(said.result, said.text).not.toBe('');
      for (const line of `${said.result}${said.text}`.split('\n'))
        expect(doing.test(line), `${args.join(' ')}: ${JSON.stringify(line)}`).toBe(false);
    }
  });

  it('is shown by no fault of a manifest, nor by the name of its file', async () => {
    const file = pathOf(folder, 'evil\u001b[2J\u202e.yaml');
    writeFileSync(file, `apiVersion: creance/v1\nowners:\n  "evil\\e[2J\\u202e": { contact: a }\n`);
    const said = await creanceHere('plan', file, '--data', at.stage.broker.data);
    expect(said.exitCode).toBe(1);
    expect(said.text).toContain('evil\\u001b');
    for (const line of said.text.split('\n')) expect(doing.test(line), line).toBe(false);
  });
});
