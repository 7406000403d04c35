import { join } from 'node:path';
import { Durability } from '@creance/proto/wire';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditOf, type EmergencyCast, emergencyCast } from '../support/emergency-stage.js';
import { soon } from '../support/flow-operator.js';
import { outcomeOf } from '../support/raw-tree.js';

describe('F-57 an audit that takes nothing', () => {
  let stage: EmergencyCast['stage'];
  let crm: EmergencyCast['crm'];
  let stolen: EmergencyCast['stolen'];
  let bystander: EmergencyCast['bystander'];

  beforeAll(async () => {
    ({ stage, crm, stolen, bystander } = await emergencyCast());
  });
  afterAll(() => stage.dispose());

  // breaks when: emergency-store.ts leaves `store_busy` out; a token leaves before its record
  it('F-57 issues nothing within a second, cuts, and goes on without a gap once it is free', async () => {
    const loot = await stolen.token(crm);
    expect(await stolen.use(loot, crm.url)).toBe('ok');
    const other = new Database(join(stage.broker.data, 'creance.db'));
    other.exec('BEGIN EXCLUSIVE');
    const askedAt = performance.now();
    expect(await outcomeOf(bystander.token(crm))).toBe('store_busy');
    expect(performance.now() - askedAt).toBeLessThan(1_000);
    const cut = await stage.operator.cutSession(stolen.id);
    expect(cut.durability).toBe(Durability.DURABILITY_PENDING);
    await stage.operator.enforced(cut.revision);
    expect(await stolen.use(loot, crm.url)).toBe('token_cut');
    expect(await outcomeOf(bystander.token(crm))).toBe('store_busy');

    other.exec('ROLLBACK');
    other.close();
    await vi.waitFor(async () => expect(await outcomeOf(bystander.token(crm))).toBe('ok'), soon);
    const { isWhole, cuts } = await auditOf(stage.broker.data);
    expect(isWhole).toBe(true);
    expect(cuts).toEqual([['session_cut', 'dev', Number(cut.revision)]]);
  });
});
