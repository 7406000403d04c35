import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../broker/src/manifest/index.js';
import { readSettingsFile } from '../../broker/src/settings/file.js';
import { commandFault, commandsOf } from '../support/doc-commands.js';
import { blocksOf, type DocBlock, docPages } from '../support/doc-pages.js';
import { snippetFaults } from '../support/doc-snippets.js';

const pages = docPages();
const blocks = pages.flatMap(blocksOf);

/** What a part of a manifest is put into: at its end, or at the end of its workload. */
const rest = `apiVersion: creance/v1
owners: { team: { contact: team@example.com } }
resources:
  crm: { audience: https://crm.example.internal, scopes: { contacts:read: { access: read } } }
  mail: { audience: https://mail.example.internal, scopes: { mail:send: { access: write } } }
workloads:
  support-triage:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read] }
      - { resource: mail, scopes: [mail:send] }
`;

function wholeOf({ code, marks }: DocBlock): string {
  const part = marks.get('part');
  if (part === undefined) return code;
  return rest + (part === 'workload' ? code.replace(/^/gm, '    ') : code);
}

describe('a snippet of the documentation', () => {
  // breaks when: a name, an option or a type of a package changes and a page does not
  it('in TypeScript compiles against what the packages publish', { timeout: 120_000 }, async () => {
    expect(await snippetFaults(pages)).toEqual([]);
  });

  it('that does not compile is named by its page and line', { timeout: 60_000 }, async () => {
    const text = "# A page\n\n```ts\nimport { connect } from '@creance/sdk';\nconnect(7);\n```\n";
    const faults = await snippetFaults([{ name: 'docs/wrong.md', text }]);
    expect(faults).toEqual([expect.stringMatching(/^docs\/wrong\.md:5: error TS/)]);
  });

  // breaks when: a key of the manifest changes and a page does not
  const isOfSettings = ({ marks }: DocBlock) => marks.get('part') === 'settings';
  const manifests = blocks.filter((block) => block.language === 'yaml' && !isOfSettings(block));
  it.each(manifests.map((block) => [`${block.page}:${block.line}`, wholeOf(block)]))(
    'is a manifest, or a part of one: %s',
    (_place, text) => {
      const parsed = parseManifest(text, 'creance.yaml', { dev: true });
      expect(parsed.ok ? [] : parsed.error).toEqual([]);
    },
  );

  // breaks when: a setting has another key and a page does not follow
  it('is a file of settings, where it says so', async () => {
    const files = blocks.filter(isOfSettings);
    expect(files.length).toBeGreaterThan(0);
    const folder = mkdtempSync(join(tmpdir(), 'creance-docs-'));
    for (const { code } of files) {
      const file = join(folder, 'creance.config.yaml');
      writeFileSync(file, code);
      expect(await readSettingsFile(file)).toMatchObject({ ok: true });
    }
    rmSync(folder, { recursive: true });
  });

  it('is in a language that something checks, or is only shown', () => {
    const known = ['ts', 'yaml', 'sh', 'text', 'json', 'ini', 'nginx', ''];
    expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
    expect(manifests.length).toBeGreaterThan(0);
  });

  // breaks when: a command or flag changes and a page does not
  it('calls commands and flags that there are', () => {
    const commands = pages.flatMap(commandsOf);
    expect(commands.length).toBeGreaterThan(100);
    const faults = commands.flatMap((command) => {
      const fault = commandFault(command);
      return fault === undefined ? [] : [`${command.page}:${command.line}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it.each([
    ['cut --session ID', true, '--reason is needed'],
    ['cut --sesion ID', false, 'cut has no flag --sesion'],
    ['sessions ls', false, 'there is no command "sessions ls"'],
    ['init one two', false, '"two" is one argument too many'],
    ['session', true, 'there is no command "session"'],
    ['session', false, undefined],
    ['backtest --profile A B --input C --output D', false, undefined],
  ])('finds what is wrong with creance %s', (text, isWhole, fault) => {
    const command = { page: 'docs/x.md', line: 1, words: text.split(' '), isWhole };
    expect(commandFault(command)).toBe(fault);
  });
});
