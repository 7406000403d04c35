import { join } from 'node:path';
import { Durability } from '@creance/proto/wire';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { injectFault, mayInject } from '../support/disk-fault.js';
import {
  auditOf,
  type EmergencyCast,
  emergencyCast,
  joinOperator,
} from '../support/emergency-stage.js';
import { soon } from '../support/flow-operator.js';
import { outcomeOf } from '../support/raw-tree.js';

// Where ptrace is not allowed, `store/sqlite/emergency.test.ts` holds the same without strace.
describe.skipIf(!mayInject())('F-03 a full disk', () => {
  let stage: EmergencyCast['stage'];
  let crm: EmergencyCast['crm'];
  let stolen: EmergencyCast['stolen'];
  let bystander: EmergencyCast['bystander'];

  beforeEach(async () => {
    ({ stage, crm, stolen, bystander } = await emergencyCast());
  });
  afterEach(() => stage.dispose());

  const wal = () => join(stage.broker.data, 'creance.db-wal');

  // breaks when: emergency-store.ts passes the refusal of the group on; emergency.ts does not tell the log's listeners;
  // emergency-parts.ts writes nothing first, or tries nothing by itself
  it('F-03 refuses every issue, every cut works at once, and all goes on by itself when there is room', async () => {
    const loot = await stolen.token(crm);
    expect(await stolen.use(loot, crm.url)).toBe('ok');
    const oncall = await joinOperator(stage);

    const disk = await injectFault(stage.broker.pid as number, {
      file: wal(),
      call: 'pwrite64',
      error: 'ENOSPC',
    });
    expect(await outcomeOf(bystander.token(crm))).toBe('store_full');
    expect(await outcomeOf(bystander.open())).toBe('store_full');

    const cut = await stage.operator.cutSession(stolen.id);
    expect(cut).toMatchObject({
      sessionsEnded: 1,
      verifiersSubscribed: 1,
      durability: Durability.DURABILITY_PENDING,
    });
    await stage.operator.enforced(cut.revision);
    expect(await stolen.use(loot, crm.url)).toBe('token_cut');
    expect((await stage.operator.session(stolen.id)).state).toBe('revoked');

    // With a key of his own, and a session that no table takes.
    const byKey = await oncall.cut({ $case: 'workload', value: 'triage' });
    expect(byKey.durability).toBe(Durability.DURABILITY_PENDING);
    expect(byKey.revision).toBeGreaterThan(cut.revision);
    const keys = await stage.operator.compromiseKey();
    expect(keys.durability).toBe(Durability.DURABILITY_PENDING);
    await stage.operator.enforced(keys.revision);
    expect(await outcomeOf(bystander.token(crm))).toBe('store_full');

    await disk.end();
    await vi.waitFor(async () => expect(await outcomeOf(bystander.token(crm))).toBe('ok'), soon);
    const again = await stage.operator.cutSession(stolen.id);
    expect(again).toMatchObject({
      revision: cut.revision,
      durability: Durability.DURABILITY_STORED,
    });
    const token = await bystander.token(crm);
    expect(await bystander.use(token, crm.url)).toBe('ok');
    expect(await outcomeOf(stolen.token(crm))).toBe('session_revoked');

    const records = await auditOf(stage.broker.data);
    expect(records.isWhole).toBe(true);
    expect(records.cuts).toEqual([
      ['session_cut', 'dev', Number(cut.revision)],
      ['handle_cut', 'oncall', Number(byKey.revision)],
      ['token_keys_cut', 'dev', Number(keys.revision)],
    ]);
  });

  // breaks when: assemble.ts does not merge the journal; marks.ts makes the journal only when it is needed
  it('F-03 what was cut on a full disk is cut after a kill, and the log goes on above it', async () => {
    const loot = await stolen.token(crm);
    expect(await stolen.use(loot, crm.url)).toBe('ok');
    const disk = await injectFault(stage.broker.pid as number, {
      file: wal(),
      call: 'pwrite64',
      error: 'ENOSPC',
    });
    const { revision } = await stage.operator.cutSession(stolen.id);
    await stage.broker.stop('SIGKILL');
    await disk.end();
    await stage.broker.start();
    expect(await outcomeOf(stolen.token(crm))).toBe('session_revoked');
    expect((await stage.operator.cutSession(stolen.id)).revision).toBe(revision);
    await stage.operator.enforced(revision);
    expect(await stolen.use(loot, crm.url)).toBe('token_cut');
    const next = await stage.operator.cut({ $case: 'beforeRevision', value: 0n });
    expect(next.revision).toBeGreaterThan(revision);
    expect((await auditOf(stage.broker.data)).isWhole).toBe(true);
  });
});
