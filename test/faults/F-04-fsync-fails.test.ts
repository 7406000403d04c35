import { join } from 'node:path';
import { Durability } from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { injectFault, mayInject } from '../support/disk-fault.js';
import {
  auditOf,
  type EmergencyCast,
  emergencyCast,
  joinOperator,
  type KeyedOperator,
} from '../support/emergency-stage.js';
import { outcomeOf } from '../support/raw-tree.js';

// Where ptrace is not allowed, `store/sqlite/emergency.test.ts` holds the same without strace.
describe.skipIf(!mayInject())('F-04 an fsync that fails', () => {
  let stage: EmergencyCast['stage'];
  let crm: EmergencyCast['crm'];
  let stolen: EmergencyCast['stolen'];
  let bystander: EmergencyCast['bystander'];
  let oncall: KeyedOperator;

  beforeAll(async () => {
    ({ stage, crm, stolen, bystander } = await emergencyCast());
    oncall = await joinOperator(stage);
  });
  afterAll(() => stage.dispose());

  // breaks when: fault.ts takes SQLITE_IOERR for anything milder than the disk's; queue.ts goes on after it;
  // serve.ts ends the process at once, or never
  it('F-04 latches the store for good, cuts all the same, ends with 75, and is whole after it', async () => {
    const loot = await stolen.token(crm);
    expect(await stolen.use(loot, crm.url)).toBe('ok');
    const disk = await injectFault(stage.broker.pid as number, {
      file: join(stage.broker.data, 'creance.db-wal'),
      call: 'fsync',
      error: 'EIO',
    });
    expect(await outcomeOf(bystander.token(crm))).toBe('store_failed');
    await disk.end();
    // The disk is well again, and nobody can tell what of the file is: no write is believed any more.
    expect(await outcomeOf(bystander.token(crm))).toBe('store_failed');
    const cut = await stage.operator.cutSession(stolen.id);
    expect(cut.durability).toBe(Durability.DURABILITY_PENDING);
    await stage.operator.enforced(cut.revision);
    expect(await stolen.use(loot, crm.url)).toBe('token_cut');
    const second = await oncall.cut({ $case: 'owner', value: 'desk' });
    expect(second.durability).toBe(Durability.DURABILITY_PENDING);

    expect(await stage.broker.ended()).toBe(75);
    await stage.broker.start();
    expect(await outcomeOf(stolen.token(crm))).toBe('session_revoked');
    expect(await outcomeOf(bystander.token(crm))).toBe('session_revoked');
    await bystander.open();
    expect(await outcomeOf(bystander.token(crm))).toBe('ok');
    const { isWhole, cuts } = await auditOf(stage.broker.data);
    expect(isWhole).toBe(true);
    expect(cuts.map(([kind, by]) => [kind, by])).toEqual([
      ['session_cut', 'dev'],
      ['handle_cut', 'oncall'],
    ]);
    await stage.operator.enforced(cut.revision);
  });
});
