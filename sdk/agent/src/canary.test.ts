import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Reason, reasons } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from './doubles/fake-clock.js';
import { lostReply } from './doubles/replies.js';
import { type Resource, startResource } from './doubles/resource.js';
import { type Stage, setStage } from './doubles/stage.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let folder: string;
let resource: Resource;
beforeEach(async () => {
  stage = setStage();
  folder = await mkdtemp(join(tmpdir(), 'creance-canary-'));
  resource = await startResource();
});
afterEach(async () => {
  await resource.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every way in which an object shows itself: to a log, to JSON, to a template, to a debugger. */
function shownBy(thing: unknown): string {
  const deep = { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true } as const;
  const shown = [
    inspect(thing, deep),
    inspect(thing, { ...deep, customInspect: false }),
    String(thing),
    JSON.stringify(thing) ?? '',
    ...enumerated(thing),
  ];
  if (thing instanceof Error)
    shown.push(thing.message, thing.stack ?? '', inspect(thing.cause, deep));
  return shown.join('\n');
}

function enumerated(thing: unknown): string[] {
  if (typeof thing !== 'object' || thing === null) return [];
  return Object.values(thing).map((value) => inspect(value));
}

/** Secrets of a run: all that went over the wire, and the private half of the evidence key. */
async function secretsOf(keyFile: string): Promise<string[]> {
  const { key } = JSON.parse(await readFile(keyFile, 'utf8')) as { key: { d: string } };
  const proofs = resource.seen.map(({ headers }) => String(headers['dpop']));
  return [key.d, ...proofs, ...stage.broker.secrets];
}

const caught = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('the canary', () => {
  // breaks when: the text of a child join token becomes a property, or an event names it
  it('is seen in nothing of delegation, rekey and streams', async () => {
    const staged = setStage({ streams: true });
    const client = await staged.connect();
    const parent = await client.session({ task: { lifetimeSeconds: 600 } });
    const [child, made] = [await parent.delegate(), await parent.childJoinToken({ workload: 'b' })];
    const shown: unknown[] = [parent, child, made, { made }, [child]];
    const childJoinToken = made.reveal();
    const other = await (await staged.connect()).session({ childJoinToken });
    shown.push(other, await other.token(crm), await child.token(crm));
    shown.push(await caught((await staged.connect()).session({ childJoinToken })));
    shown.push(await caught(client.session({ childJoinToken: `${childJoinToken} ` })));
    await settle();
    for (const stream of staged.broker.streams)
      stream.say({ $case: 'challenge', value: { nonce: 'challenge-1' } });
    await settle();
    await parent.rekey();
    shown.push(await parent.token(crm), await caught(child.rekey()));
    staged.broker.losses.set('RekeySession', lostReply(4));
    const lost = parent.rekey();
    await staged.clock.advance(5_000);
    shown.push(await caught(lost));
    staged.broker.suspend();
    await settle();
    shown.push(await caught(other.token({ ...crm, scopes: ['more'] })));
    staged.broker.cut('ancestor_ended');
    await settle();
    shown.push(parent, child, child.signal.reason, other.signal.reason, ...staged.events);

    const { secrets } = staged.broker;
    expect(secrets.has(childJoinToken)).toBe(true);
    expect(secrets.size).toBeGreaterThan(20);
    const text = shown.map(shownBy).join('\n');
    for (const secret of secrets) expect(text.includes(secret), secret.slice(0, 12)).toBe(false);
  });

  // breaks when: a private field becomes a property, an error keeps a cause, or a message quotes its input
  it('is seen in no object, event or error of the SDK', async () => {
    const keyFile = join(folder, 'agent.key.json');
    const client = await stage.connect({ join: stage.broker.joinString(), keyFile });
    const session = await client.session();
    const token = await session.token(crm);
    const shown: unknown[] = [client, session, token, session.signal, { client, session, token }];

    shown.push(await session.fetch(`${resource.origin}/contacts`, crm));
    for (const reason of Object.keys(reasons) as Reason[]) {
      if (stage.broker.over === undefined && !endsSession(reason)) {
        stage.broker.refuseNext('IssueToken', reason, { retryAfterMillis: 60_000 });
        shown.push(await caught(session.token({ ...crm, scopes: [reason.replaceAll('_', '-')] })));
      }
    }
    stage.transport.away = true;
    const lost = caught(session.token({ ...crm, scopes: ['lost'] }));
    await stage.clock.advance(5_000);
    shown.push(await lost);
    stage.transport.away = false;
    shown.push(await caught(session.fetch('http://crm.example/', crm)));
    shown.push(await caught(session.fetch(resource.origin, { ...crm, redirect: 'follow' })));
    const authorization = `DPoP ${token.reveal()}`;
    const headers = { authorization };
    shown.push(await caught(session.fetch(resource.origin, { ...crm, headers })));
    shown.push(await caught(session.fetch(`${resource.origin}0/`, crm)));
    shown.push(await caught(session.fetch('http://127.0.0.1:1/', crm)));
    stage.broker.over = 'session_revoked';
    shown.push(await caught(session.token({ ...crm, scopes: ['more'] })), session, client);
    shown.push(session.signal.reason, ...stage.events);
    shown.push(await caught(stage.connect({ join: 'creance-join:v1:canary' })));
    await client.close();

    const secrets = await secretsOf(keyFile);
    expect(secrets.length).toBeGreaterThan(10);
    const text = shown.map(shownBy).join('\n');
    for (const secret of secrets) expect(text.includes(secret), secret.slice(0, 12)).toBe(false);
  });

  it('would be seen if it were there', async () => {
    const token = await (await stage.open()).token(crm);
    expect(shownBy({ kept: token.reveal() })).toContain(token.reveal());
    expect(shownBy(new Error('a', { cause: token.reveal() }))).toContain(token.reveal());
  });

  it('shows what is fit for a log', async () => {
    const client = await stage.connect();
    const session = await client.session();
    expect(inspect(client)).toBe(
      '[creance client of https://creance.example.internal at http://127.0.0.1:7420]',
    );
    expect(`${session}`).toBe(`[creance session ${session.id} of support-triage]`);
    expect(JSON.parse(JSON.stringify({ client, session }))).toEqual({
      client: { issuer: client.issuer, address: client.address },
      session: {
        id: session.id,
        name: session.name,
        absoluteEndAt: session.absoluteEndAt.toISOString(),
      },
    });
  });
});

function endsSession(reason: Reason): boolean {
  return reason.startsWith('session_') || reason === 'ancestor_ended';
}
