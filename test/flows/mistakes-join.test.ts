import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { type ConnectOptions, connect, fromEnvironment } from '@creance/sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BrokerHere } from '../support/broker-here.js';
import { audiences, flowManifest } from '../support/flow-manifest.js';
import { soon } from '../support/flow-operator.js';
import { FlowStage } from '../support/flow-stage.js';
import { machineClock, PassingClock } from '../support/machine-clock.js';
import { type Mistake, made, otherwise, type SeenError, sdkErrorOf } from '../support/mistake.js';

let stage: FlowStage;
let here: BrokerHere;
let folder: string;
let plain: Http2Server;
const hours = new PassingClock();
beforeAll(async () => {
  folder = mkdtempSync(pathOf(tmpdir(), 'creance-join-'));
  plain = createServer().listen(0, '127.0.0.1');
  [stage, here] = await Promise.all([
    FlowStage.start(flowManifest()),
    BrokerHere.start(flowManifest(), hours),
  ]);
});
afterAll(async () => {
  plain.close();
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([stage.dispose(), here.dispose()]);
});

const fresh = (kind: 'workload' | 'verifier' = 'workload') =>
  stage.broker.joinString(kind, kind === 'workload' ? 'triage' : 'crm');

/** Connects and opens a session, as an agent does at its start. */
async function begins(options: ConnectOptions): Promise<void> {
  const client = await connect(options);
  stage.closeLater(() => client.close());
  await client.session();
}

async function joinsBy(change: (join: string) => string, more = {}): Promise<SeenError> {
  return sdkErrorOf(begins({ join: change(await fresh()), ...more }));
}

const otherIssuer = 'https://creance.other.internal';
const malformed = {
  code: 'CREANCE_JOIN_STRING_MALFORMED',
  fix: /fix: copy it whole: one line from creance-join:v1: on, no quotes, spaces or line breaks/,
};
const another = { fix: /fix: ask an operator.*join string/ };
const hasty = { clock: machineClock({ haste: 40 }) };

const mistakes: readonly Mistake[] = [
  {
    does: 'nothing configured',
    code: 'CREANCE_NOTHING_CONFIGURED',
    fix: /fix: ask an operator for a join string and give it as CREANCE_JOIN.*CREANCE_KEY_FILE/,
    make: () => sdkErrorOf(fromEnvironment({ HOME: folder })),
  },
  { does: 'half a join string', ...malformed, make: () => joinsBy((join) => join.slice(0, -20)) },
  { does: 'quotes around it', ...malformed, make: () => joinsBy((join) => `"${join}"`) },
  {
    does: 'a line break within it',
    ...malformed,
    make: () => joinsBy((join) => `${join.slice(0, 76)}\n${join.slice(76)}`),
  },
  {
    does: 'a join string that another key has used',
    code: 'CREANCE_JOIN_TOKEN_USED',
    fix: /fix: ask an operator for another join string, and tell them: somebody else may/,
    async make() {
      const join = await fresh();
      await begins({ join });
      const keyFile = pathOf(mkdtempSync(pathOf(folder, 'key-')), 'agent.key.json');
      const seen = await sdkErrorOf(begins({ join, keyFile }));
      expect(existsSync(keyFile)).toBe(false);
      return seen;
    },
  },
  {
    does: 'a join string that was left lying for an hour',
    code: 'CREANCE_JOIN_TOKEN_EXPIRED',
    fix: /fix: .*creance join-token create --seconds N/,
    async make() {
      const join = await here.joinString('triage');
      hours.pass(3_600);
      return sdkErrorOf(begins({ join, clock: hours }));
    },
  },
  {
    does: 'a join token of another broker',
    code: 'CREANCE_JOIN_TOKEN_UNKNOWN',
    ...another,
    make: () => joinsBy((join) => otherwise(join, { joinToken: 'A'.repeat(43) })),
  },
  {
    does: 'a join string of another broker, at the address of this one',
    code: 'CREANCE_EVIDENCE_WRONG_AUDIENCE',
    fix: /fix: .*issuer/,
    make: () => joinsBy((join) => otherwise(join, { issuer: otherIssuer })),
  },
  {
    does: 'the join string of a verifier given to an agent',
    code: 'CREANCE_SESSION_WRONG_KIND',
    fix: /fix: join by a string of the right kind: --workload for agents/,
    also: /presented: the key of verifier crm;/,
    async make() {
      const keyFile = pathOf(mkdtempSync(pathOf(folder, 'key-')), 'agent.key.json');
      const seen = await sdkErrorOf(begins({ join: await fresh('verifier'), keyFile }));
      // The right one is not troubled by it.
      await begins({ join: await fresh(), keyFile });
      return seen;
    },
  },
  {
    does: 'a clock two minutes behind',
    code: 'CREANCE_PROOF_EXPIRED',
    fix: /fix: .*set the clock of this machine, it may be behind/,
    make: () => joinsBy(String, { clock: machineClock({ aheadSeconds: -120 }) }),
  },
  {
    does: 'a clock two minutes ahead',
    code: 'CREANCE_PROOF_FROM_FUTURE',
    fix: /fix: set the clock of this machine: it is ahead/,
    make: () => joinsBy(String, { clock: machineClock({ aheadSeconds: 120 }) }),
  },
  {
    does: 'http to a broker on another machine',
    code: 'CREANCE_ADDRESS_NOT_ALLOWED',
    fix: /fix: use https:\/\/host:port; http:\/\/ only for a loopback host/,
    make: () => joinsBy(String, { address: 'http://creance.example.internal:7420' }),
  },
  {
    does: 'a broker that is not there',
    code: 'CREANCE_BROKER_UNAVAILABLE',
    also: /\(ECONNREFUSED\) — at: http:\/\/127\.0\.0\.1:1;/,
    fix: /fix: start the broker, or correct host and port of its address/,
    make: () => joinsBy(String, { ...hasty, address: 'http://127.0.0.1:1' }),
  },
  {
    does: 'https where there is no TLS',
    code: 'CREANCE_BROKER_UNAVAILABLE',
    also: /\(ERR_SSL_WRONG_VERSION_NUMBER\)/,
    fix: /fix: there is no TLS at this address/,
    make: () => {
      const { port } = plain.address() as AddressInfo;
      return joinsBy(String, { ...hasty, address: `https://localhost:${port}` });
    },
  },
  {
    does: 'an address that is not the public origin of the broker, as behind a proxy',
    code: 'CREANCE_PROOF_WRONG_TARGET',
    fix: /fix: call the broker at its public origin \(creance serve --public-origin\)/,
    make: () =>
      joinsBy(String, { address: `http://localhost:${new URL(stage.broker.address).port}` }),
  },
];

describe('an agent that joins is told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});

describe('an agent that joins is not troubled by', () => {
  it('a line break after its join string, as files have one', async () => {
    await begins({ join: `${await fresh()}\n` });
  });
});

describe('a broker that goes away', () => {
  it('is named with its address and the fix, and a token in hand works on', async () => {
    const client = await connect({ join: await fresh(), ...hasty });
    stage.closeLater(() => client.close());
    const session = await client.session({ report: false });
    const contacts = { audience: audiences.crm, scopes: ['contacts:read'] };
    const token = await session.token(contacts);
    await stage.broker.stop();
    expect(await session.token(contacts)).toBe(token);
    const seen = await sdkErrorOf(session.token({ ...contacts, lifetimeSeconds: 30 }));
    expect(seen.code).toBe('CREANCE_BROKER_UNAVAILABLE');
    expect(seen.text).toContain(`at: ${stage.broker.address};`);
    await stage.broker.start();
    // Whoever tries again later gets on, without another start.
    await vi.waitFor(() => session.token({ ...contacts, lifetimeSeconds: 45 }), soon);
  });
});
