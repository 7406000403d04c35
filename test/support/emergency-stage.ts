import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CutRequest, CutResponse } from '@creance/proto/wire';
import Database from 'better-sqlite3';
import type { BareAgent } from './bare-agent.js';
import { creanceHere } from './creance-here.js';
import type { HttpResource } from './flow-resource.js';
import { FlowStage } from './flow-stage.js';
import { RawClient } from './raw-client.js';
import { TestKey } from './test-key.js';

/** An operator with an evidence key of his own, who opens a session for each cut, as the command does. */
export interface KeyedOperator {
  cut(target: CutRequest['target']): Promise<CutResponse>;
}

/** Joins the operator of flow manifests. */
export async function joinOperator({ broker }: Pick<FlowStage, 'broker'>): Promise<KeyedOperator> {
  const text = await broker.joinString('operator', 'oncall');
  const evidence = new TestKey();
  const first = new RawClient(broker.address);
  await first.open(text, evidence, new TestKey(), true);
  first.close();
  return {
    async cut(target) {
      const client = new RawClient(broker.address);
      try {
        const key = new TestKey();
        const { sessionId } = await client.open(text, evidence, key, false);
        const bytes = CutRequest.encode({ target, reason: 'by key' }).finish();
        const id = sessionId.toString('base64url');
        return CutResponse.decode(await client.call('OperatorService/Cut', bytes, key, id));
      } finally {
        client.close();
      }
    },
  };
}

/** A stage for what goes wrong with a store: a service, an agent that is robbed, and one that is not. */
export interface EmergencyCast {
  readonly stage: FlowStage;
  readonly crm: HttpResource;
  readonly stolen: BareAgent;
  readonly bystander: BareAgent;
}

/** Starts it. */
export async function emergencyCast(): Promise<EmergencyCast> {
  const stage = await FlowStage.start();
  const [crm, stolen, bystander] = await Promise.all([
    stage.resource('crm'),
    stage.bare('triage'),
    stage.bare('mail-writer'),
  ]);
  return { stage, crm, stolen, bystander };
}

/** What the audit of a broker says was cut while its store could not write: kind, by whom, revision. */
export async function auditOf(data: string): Promise<{
  readonly isWhole: boolean;
  readonly cuts: readonly (readonly [string, string, number])[];
}> {
  const file = join(data, 'creance.db');
  const db = new Database(file, { readonly: true });
  const texts = db.prepare('SELECT record FROM audit ORDER BY sequence').pluck().all() as string[];
  db.close();
  const records = texts.map((text) => JSON.parse(text));
  const late = records.filter(({ facts }) => facts.journalledAt !== undefined);
  return {
    isWhole: (await creanceHere('audit', 'verify', '--data', data)).exitCode === 0,
    cuts: late.map(({ kind, actor, facts }) => [kind, facts.operator ?? actor, facts.revision]),
  };
}

/** Whose keys and which workloads the roster of a data folder holds. */
export function inRoster(data: string): {
  readonly keys: readonly string[];
  readonly members: readonly string[];
} {
  const roster = JSON.parse(readFileSync(join(data, 'marks', 'roster.json'), 'utf8'));
  const name = ({ name: own, member }: { name?: string; member?: { name: string } }) =>
    own ?? member?.name ?? '';
  return { keys: roster.keys.map(name), members: roster.members.map(name) };
}
