import { connect } from '@creance/sdk';
import { BareAgent } from '../lib/bare-agent.js';
import { bareKey, sha256, signed } from '../lib/bare-keys.js';
import { theftAnswer } from '../lib/broker-log.js';
import { told, wordOf } from '../lib/orders.js';
import { enforced, type Stage, services } from '../lib/stage.js';

const ask = { audience: services.crm.audience, scopes: ['contacts:read'] };

/** Steals a token, and then a key. The manifest says `onForeignKey: token`, which is the default. */
export async function play(stage: Stage): Promise<void> {
  const url = `${stage.service('crm').origin}/contacts`;
  await theToken(stage, url);
  await theKey(stage, url);
}

async function theToken(stage: Stage, url: string): Promise<void> {
  console.log('a stolen token');
  const client = await connect({ join: await stage.joinString('support-triage') });
  const session = await client.session();
  console.log(`  the agent reads: ${(await session.fetch(url, ask)).status}`);

  // What the thief has: headers of a request, as a proxy would log them.
  const loot = await session.headers({ url, ...ask });
  await fetch(url, { headers: { ...loot } });
  console.log(`  replayed: ${await told(await fetch(url, { headers: { ...loot } }))}`);
  const kept = { ...(await session.headers({ url, ...ask })) };
  const ath = sha256(loot.authorization.replace(/^DPoP /, ''));
  const dpop = signed(bareKey(), 'dpop+jwt', { htm: 'GET', htu: url, ath });
  const foreign = await fetch(url, { headers: { ...loot, dpop } });
  console.log(`  with a key of the thief's own: ${await told(foreign)}`);
  const { log } = stage.broker;
  const { outcome, sessionsEnded, revision } = await theftAnswer(log, 'foreign_key', session.id);
  console.log(`  the broker: ${outcome}, ${sessionsEnded} sessions ended`);
  await enforced(stage.data, revision);
  console.log(`  the token, with a good proof: ${await told(await fetch(url, { headers: kept }))}`);
  const genuine = await session.fetch(url, ask);
  console.log(`  the agent goes on, with another token: ${genuine.status}`);
  await client.close();
}

async function theKey(stage: Stage, url: string): Promise<void> {
  console.log('a stolen key');
  const agent = await BareAgent.join(await stage.joinString('support-triage'));
  await agent.getToken(ask.audience, ask.scopes);
  console.log(`  the agent reads: ${(await agent.fetch(url, ask)).status}`);
  const clone = new BareAgent(structuredClone(agent.memory));
  console.log(`  its clone reads: ${(await clone.fetch(url, ask)).status}`);
  console.log(`  the agent reads: ${(await agent.fetch(url, ask)).status}`);
  const { sessionId } = agent.memory;
  const { outcome, revision } = await theftAnswer(stage.broker.log, 'cloned_key', sessionId);
  console.log(`  the broker, by one number in two proofs: ${outcome}`);
  await enforced(stage.data, revision);
  console.log(`  the clone reads: ${await told(await clone.fetch(url, ask))}`);
  const another = agent.getToken(ask.audience, ask.scopes).catch(wordOf);
  console.log(`  the agent asks for another token: ${await another}`);
  console.log(`  the clone opens a session: ${await clone.openAgain().catch(wordOf)}`);
  for (const each of [agent, clone]) each.close();
}
