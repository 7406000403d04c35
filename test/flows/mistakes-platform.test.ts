import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatFaults, parseManifest } from '../../broker/src/manifest/index.js';
import { BrokerProcess, creanceCommand } from '../support/broker-process.js';
import { creanceHere } from '../support/creance-here.js';
import { sample } from '../support/manifest-faults.js';
import { type Mistake, made, type SeenError } from '../support/mistake.js';

let folder: string;
let taken: Server;
let dev: BrokerProcess;
let served: string;
beforeAll(async () => {
  folder = mkdtempSync(pathOf(tmpdir(), 'creance-platform-'));
  taken = createServer().listen(0, '127.0.0.1');
  dev = new BrokerProcess();
  await dev.start();
  await dev.stop();
  // The first start fixes who a folder belongs to, also when it then finds its port taken.
  served = pathOf(folder, 'served');
  await starts('serve', '--data', served);
});
afterAll(async () => {
  taken.close();
  await dev.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** A start of a broker that fails; what it would listen on is taken, so that no mistake is missed. */
function starts(kind: 'dev' | 'serve', ...more: readonly string[]): Promise<SeenError> {
  const { port } = taken.address() as { readonly port: number };
  const manifest = pathOf(folder, 'creance.yaml');
  writeFileSync(manifest, sample);
  const fixed = ['--manifest', manifest, '--data', mkdtempSync(pathOf(folder, 'data-'))];
  return creanceHere(kind, ...fixed, '--listen', `127.0.0.1:${port}`, ...more);
}

/** The command on a Node of another version. */
async function onNode(version: string): Promise<SeenError> {
  const older = `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;
  const args = ['--import', older, creanceCommand, 'dev'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { code: `exit ${status}`, text: stderr.trim() };
}

/** A manifest in which something was replaced: its only fault, as the command prints it. */
async function written(from: string, to: string): Promise<SeenError> {
  expect(sample).toContain(from);
  const parsed = parseManifest(sample.replace(from, to), 'creance.yaml', { dev: false });
  const faults = parsed.ok ? [] : parsed.error;
  return { code: faults[0]?.code ?? 'none', text: faults.length > 0 ? formatFaults(faults) : '' };
}

const onlyOtherFolder = /fix: .*name another folder with --data/;
const bomb = `owners: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\nowners:`;

const mistakes: readonly Mistake[] = [
  {
    does: 'Node 18',
    code: 'exit 78',
    fix: /^creance needs Node 22\.15 or newer, and this is 18\.20\.8: install Node 24\.$/,
    make: () => onNode('18.20.8'),
  },
  {
    does: 'Node 20',
    code: 'exit 78',
    fix: /^creance needs Node 22\.15 or newer, and this is 20\.19\.5: install Node 24\.$/,
    make: () => onNode('20.19.5'),
  },
  {
    does: 'a port that is taken',
    code: 'port_in_use',
    also: /somebody listens on 127\.0\.0\.1:\d+ already/,
    fix: /fix: stop it, or name another port with --listen/,
    make: () => starts('serve'),
  },
  {
    does: 'a data folder that cannot be one',
    code: 'data_unwritable',
    also: /cannot be the data folder: ENOTDIR/,
    fix: /fix: make it a folder of the user of the broker \(chown\), or name another one with --data/,
    make: () => starts('dev', '--data', pathOf(process.execPath, 'data')),
  },
  {
    does: 'the data of another issuer',
    code: 'identity_of_other_issuer',
    also: /belongs to https:\/\/creance\.example\.internal, the manifest says https:\/\/other\./,
    fix: onlyOtherFolder,
    async make() {
      const manifest = pathOf(folder, 'other.yaml');
      writeFileSync(manifest, sample.replace('creance.example', 'other.example'));
      return starts('serve', '--data', served, '--manifest', manifest);
    },
  },
  {
    does: 'the data of development in serve',
    code: 'identity_of_other_kind',
    fix: onlyOtherFolder,
    make: () => starts('serve', '--data', dev.data),
  },
  {
    does: 'the data of serve in development',
    code: 'identity_of_other_kind',
    fix: onlyOtherFolder,
    make: () => starts('dev', '--data', served),
  },
  {
    does: 'an address of the network without TLS',
    code: 'tls_missing',
    fix: /fix: name --tls-certificate and --tls-key/,
    make: () => starts('serve', '--listen', '0.0.0.0:0', '--public-origin', 'https://a.example'),
  },
  {
    does: 'a certificate without its key',
    code: 'tls_half_set',
    fix: /fix: name both --tls-certificate and --tls-key/,
    make: () => starts('serve', '--tls-certificate', 'cert.pem'),
  },
  {
    does: 'development on the network',
    code: 'dev_not_on_loopback',
    fix: /fix: listen on 127\.0\.0\.1, or use creance serve/,
    make: () => starts('dev', '--listen', '0.0.0.0:0'),
  },
  {
    does: 'a manifest that is not there',
    code: 'manifest_faulty',
    also: /nowhere\.yaml/,
    fix: /fix: write one with creance init, or name another file/,
    make: () => starts('dev', '--manifest', pathOf(folder, 'nowhere.yaml')),
  },
  {
    does: 'a manifest that is a folder',
    code: 'manifest_faulty',
    fix: /fix: name a file that the user of this process may read/,
    async make() {
      mkdirSync(pathOf(folder, 'folder.yaml'));
      return starts('dev', '--manifest', pathOf(folder, 'folder.yaml'));
    },
  },
  {
    does: 'indentation by tabs',
    code: 'indent_by_tab',
    also: /^creance\.yaml:13:1/,
    fix: /fix: .*space/,
    make: () => written('    class: agent', '\t class: agent'),
  },
  {
    does: 'a key that does not exist',
    code: 'key_unknown',
    also: /^creance\.yaml:16:51/,
    fix: /fix: did you mean "lifetimeSeconds"\?/,
    make: () => written('lifetimeSeconds: 60', 'lifetimeSecond: 60'),
  },
  {
    does: 'a resource that is misspelt in a grant',
    code: 'resource_unknown',
    also: /there is no resource "crn"/,
    fix: /fix: did you mean "crm"\?/,
    make: () =>
      written(
        '{ resource: crm, scopes: [contacts:read]',
        '{ resource: crn, scopes: [contacts:read]',
      ),
  },
  {
    does: 'a scope that is misspelt in a grant: the nearest is for the owner to know',
    code: 'scope_unknown',
    fix: /fix: did you mean "contacts:read"\?/,
    make: () => written('[contacts:read]', '[contacts:raed]'),
  },
  {
    does: 'a key that is there twice',
    code: 'key_duplicate',
    also: /^creance\.yaml:10:5 .*first on line 9/,
    fix: /fix: keep one of the two/,
    make: () => written('strictness: strict', 'strictness: strict\n    strictness: bestEffort'),
  },
  {
    does: 'a duration with a unit',
    code: 'type_wrong',
    fix: /fix: write digits without quotes and unit, as 60/,
    make: () => written('lifetimeSeconds: 60', 'lifetimeSeconds: 60s'),
  },
  {
    does: 'no apiVersion',
    code: 'key_missing',
    fix: /fix: .*apiVersion: creance\/v1/,
    make: () => written('apiVersion: creance/v1\n', ''),
  },
  {
    does: 'an issuer with a slash at its end',
    code: 'issuer_malformed',
    fix: /fix: write https:\/\/ and the host in lower case, .*slash at the end/,
    make: () => written('creance.example.internal\n', 'creance.example.internal/\n'),
  },
  {
    does: 'a bomb of aliases',
    code: 'anchor_refused',
    fix: /fix: remove the "&" word and write the value out/,
    make: () => written('owners:', bomb),
  },
];

describe('a platform engineer is told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});
