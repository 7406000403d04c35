import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import type { Thumbprint } from '@creance/proto';
import { connect } from '@creance/sdk';
import { troubleText, type VerifierEvent } from '@creance/verifier';
import { JoinError, type JoinOptions, joinVerifier } from '@creance/verifier/grpc';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CertificateParts, selfSigned } from '../support/certificate.js';
import { soon } from '../support/flow-operator.js';
import { FlowStage } from '../support/flow-stage.js';
import { machineClock } from '../support/machine-clock.js';
import { type Mistake, made, otherwise, type SeenError, sdkErrorOf } from '../support/mistake.js';

let stage: FlowStage;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(pathOf(tmpdir(), 'creance-verifier-'));
  stage = await FlowStage.start();
});
afterAll(async () => {
  await stage.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const freshFile = () => pathOf(mkdtempSync(pathOf(folder, 'key-')), 'crm.key.json');
const fresh = (kind: 'verifier' | 'workload' = 'verifier', name = 'crm') =>
  stage.broker.joinString(kind, name);

/** A verifier that cannot join: what the owner of the resource is told. */
async function refused(more: Partial<JoinOptions>, join?: string): Promise<SeenError> {
  const options = { join: join ?? (await fresh()), keyFile: freshFile(), ...more };
  const joining = joinVerifier(options);
  joining.then((verifier) => verifier.close()).catch(() => {});
  await expect(joining).rejects.toBeInstanceOf(JoinError);
  return sdkErrorOf(joining);
}

/** A verifier that waits for a view: the first trouble of this kind, in the words for its log. */
async function troubled(
  kind: VerifierEvent['kind'],
  more: Partial<JoinOptions>,
  join?: string,
): Promise<SeenError> {
  const told: string[] = [];
  const verifier = await joinVerifier({
    join: join ?? (await fresh()),
    keyFile: freshFile(),
    ...more,
    onEvent: (event) => {
      if (event.kind === kind) told.push(troubleText(event) ?? `an event of kind ${kind}`);
    },
  });
  stage.closeLater(() => verifier.close());
  await vi.waitUntil(() => told.length > 0, soon);
  const [text = ''] = told;
  return { code: text.split(' ')[0] ?? '', text };
}

/** A broker behind TLS with something wrong about its certificate, which is trusted all the same. */
async function behindTls(parts: CertificateParts, isTrusted = true): Promise<SeenError> {
  const { certificate, key } = selfSigned(parts);
  const server = createSecureServer({ cert: certificate, key }).listen(0, 'localhost');
  stage.closeLater(() => void server.close());
  await vi.waitUntil(() => server.listening, soon);
  const address = `https://localhost:${(server.address() as AddressInfo).port}`;
  const roots = isTrusted ? { rootCertificates: certificate } : {};
  const haste = { clock: machineClock({ haste: 20 }) };
  return troubled('disconnected', { ...roots, ...haste }, otherwise(await fresh(), { address }));
}

const create = /fix: .*creance join-token create --verifier/;
const away = { code: 'CREANCE_BROKER_UNAVAILABLE' };

const mistakes: readonly Mistake[] = [
  {
    does: 'neither a join string nor a key file',
    code: 'CREANCE_JOIN_STRING_MISSING',
    fix: create,
    also: /at: .*crm\.key\.json;/,
    make: () => sdkErrorOf(joinVerifier({ keyFile: freshFile() })),
  },
  {
    does: 'a join string that was cut off',
    code: 'CREANCE_JOIN_STRING_MALFORMED',
    fix: /fix: copy the whole line .* without quotes, spaces or line breaks/,
    make: async () => refused({}, (await fresh()).slice(0, -8)),
  },
  {
    does: 'the join string of an agent',
    code: 'CREANCE_NOT_A_VERIFIER',
    fix: create,
    also: /presented: a join string of another kind of member;/,
    async make() {
      const keyFile = freshFile();
      const join = await fresh('workload', 'triage');
      const seen = await refused({ keyFile }, join);
      // The try has not spent it: the agent whose it is joins by it.
      const agent = await connect({ join });
      await (await agent.session()).close();
      await agent.close();
      // Nothing stands in the way of the right one, and nothing of the agent is left open.
      expect(existsSync(keyFile)).toBe(false);
      const left = await stage.operator.sessionsOf('triage');
      expect(left.filter(({ state }) => state === 'live')).toEqual([]);
      await (await joinVerifier({ join: await fresh(), keyFile })).close();
      return seen;
    },
  },
  {
    does: 'the key file of another resource, beside the right join string',
    code: 'CREANCE_KEY_FILE_OF_OTHER_MEMBER',
    fix: /fix: delete it .*, or name another file$/,
    also: /at: .*crm\.key\.json; presented: the key of verifier mail; missing: crm;/,
    async make() {
      const keyFile = freshFile();
      await (await joinVerifier({ join: await fresh('verifier', 'mail'), keyFile })).close();
      return refused({ keyFile, resource: 'crm' });
    },
  },
  {
    does: 'the join string of another resource',
    code: 'CREANCE_OTHER_RESOURCE',
    fix: create,
    also: /presented: mail; missing: crm;/,
    make: async () => refused({ resource: 'crm' }, await fresh('verifier', 'mail')),
  },
  {
    does: 'a join string that somebody else has used',
    code: 'CREANCE_JOIN_TOKEN_USED',
    fix: /fix: ask an operator for another join string, and tell them/,
    also: /at: http:\/\/127\.0\.0\.1:\d+;.*request: [\w-]{22}$/,
    async make() {
      const join = await fresh();
      const first = await joinVerifier({ join, keyFile: freshFile() });
      await first.close();
      return refused({}, join);
    },
  },
  {
    does: 'plain http to a broker on another machine',
    code: 'CREANCE_ADDRESS_NOT_ALLOWED',
    fix: /fix: use https:\/\/host:port and give the broker a TLS certificate/,
    make: async () =>
      refused({}, otherwise(await fresh(), { address: 'http://broker.example:7420' })),
  },
  {
    does: 'a key file of mode 0644',
    code: 'CREANCE_KEY_FILE_READABLE_BY_OTHERS',
    fix: /fix: chmod 600 it; if others may have read it/,
    also: /at: .*crm\.key\.json;/,
    async make() {
      const keyFile = freshFile();
      await (await joinVerifier({ join: await fresh(), keyFile })).close();
      chmodSync(keyFile, 0o644);
      return refused({ keyFile });
    },
  },
  {
    does: 'the key file of an agent',
    code: 'CREANCE_KEY_FILE_MALFORMED',
    fix: /fix: remove it and join again with a new join string/,
    async make() {
      const [keyFile, agents] = [freshFile(), freshFile()];
      const client = await connect({ join: await fresh('workload', 'triage'), keyFile: agents });
      await client.close();
      copyFileSync(agents, keyFile);
      chmodSync(keyFile, 0o600);
      return refused({ keyFile });
    },
  },
  {
    does: 'a key file where no folder can be',
    code: 'CREANCE_KEY_FILE_UNWRITABLE',
    fix: /fix: let the user of this process write to its folder, or name another file/,
    async make() {
      const file = freshFile();
      writeFileSync(file, '');
      return refused({ keyFile: pathOf(file, 'crm.key.json') });
    },
  },
  {
    does: 'the key file of a broker of another anchor',
    code: 'CREANCE_KEY_FILE_OF_OTHER_BROKER',
    fix: /fix: name another key file, or remove this one/,
    async make() {
      const keyFile = freshFile();
      await (await joinVerifier({ join: await fresh(), keyFile })).close();
      return refused({ keyFile }, otherwise(await fresh(), { anchor: otherAnchor }));
    },
  },
  {
    does: 'a clock two minutes behind',
    code: 'CREANCE_PROOF_EXPIRED',
    fix: /fix: .*set the clock of this machine, it may be behind/,
    make: () => refused({ clock: machineClock({ aheadSeconds: -120 }) }),
  },
  {
    does: 'a clock two minutes ahead',
    code: 'CREANCE_PROOF_FROM_FUTURE',
    fix: /fix: set the clock of this machine: it is ahead/,
    make: () => refused({ clock: machineClock({ aheadSeconds: 120 }) }),
  },
  {
    does: 'a join string whose anchor is of another broker',
    code: 'CREANCE_ANCHOR_MISMATCH',
    fix: /fix: check the address; .*remove the key file and join again/,
    make: async () => troubled('refused', {}, otherwise(await fresh(), { anchor: otherAnchor })),
  },
  {
    does: 'a broker that is not there at the start',
    ...away,
    also: /\(ECONNREFUSED\)/,
    fix: /fix: start the broker, or correct host and port of its address/,
    make: async () =>
      troubled('disconnected', {}, otherwise(await fresh(), { address: 'http://127.0.0.1:1' })),
  },
  {
    does: 'a certificate that nobody here trusts',
    ...away,
    also: /\(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    fix: /fix: have its issuer trusted: NODE_EXTRA_CA_CERTS=.*, or rootCertificates/,
    make: () => behindTls({}, false),
  },
  {
    does: 'a certificate whose time is over',
    ...away,
    also: /\(CERT_HAS_EXPIRED\)/,
    fix: /fix: renew the certificate of the broker/,
    make: () => behindTls({ isExpired: true }),
  },
  {
    does: 'a certificate for another name',
    ...away,
    also: /\(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    fix: /fix: use the name that the certificate of the broker is for/,
    make: () => behindTls({ name: 'broker.example.internal' }),
  },
];

const otherAnchor = 'A'.repeat(43) as Thumbprint;

describe('the owner of a resource that joins is told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});

describe('an owner who listens to no event', () => {
  // breaks when: joinVerifier does not fall back to warnings, or repeats them with every try
  it('sees once on standard error that the broker is away', async () => {
    const warned: Error[] = [];
    const listen = (warning: Error) => void warned.push(warning);
    process.on('warning', listen);
    const join = otherwise(await fresh(), { address: 'http://127.0.0.1:1' });
    const clock = machineClock({ haste: 20 });
    const verifier = await joinVerifier({ join, keyFile: freshFile(), clock });
    await vi.waitUntil(() => warned.length > 0, soon);
    await new Promise((later) => clock.after(10_000, () => later(undefined)));
    await verifier.close();
    process.off('warning', listen);
    expect(warned.map(({ name }) => name)).toEqual(['CreanceWarning']);
    expect(warned[0]?.message).toMatch(/^CREANCE_BROKER_UNAVAILABLE .*fix: start the broker/);
  });
});
