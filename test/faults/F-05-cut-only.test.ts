import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Durability } from '@creance/proto/wire';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  auditOf,
  type EmergencyCast,
  emergencyCast,
  inRoster,
  joinOperator,
  type KeyedOperator,
} from '../support/emergency-stage.js';
import { soon } from '../support/flow-operator.js';
import { outcomeOf } from '../support/raw-tree.js';

const files = ['creance.db', 'creance.db-wal', 'creance.db-shm'];

describe('F-05 a broker whose store cannot be opened', () => {
  let stage: EmergencyCast['stage'];
  let crm: EmergencyCast['crm'];
  let stolen: EmergencyCast['stolen'];
  let bystander: EmergencyCast['bystander'];
  let oncall: KeyedOperator;
  let loot: string;

  beforeAll(async () => {
    ({ stage, crm, stolen, bystander } = await emergencyCast());
    oncall = await joinOperator(stage);
    loot = await stolen.token(crm);
    expect(await stolen.use(loot, crm.url)).toBe('ok');
    await vi.waitFor(() => {
      const { keys, members } = inRoster(stage.broker.data);
      expect(keys).toEqual(expect.arrayContaining(['oncall', 'crm']));
      expect(members).toEqual(expect.arrayContaining(['triage', 'mail-writer']));
    }, soon);
    await stage.broker.stop('SIGKILL');
    move('', '.away');
    writeFileSync(join(stage.broker.data, 'creance.db'), 'no database', { mode: 0o600 });
  });
  afterAll(() => stage.dispose());

  const move = (from: string, to: string) => {
    for (const name of files) {
      try {
        renameSync(join(stage.broker.data, name + from), join(stage.broker.data, name + to));
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
      }
    }
  };

  it('F-05 does not start, and says that cutting does not need it', async () => {
    await expect(stage.broker.start()).rejects.toThrow(/ended with 78.*store_corrupt.*--cut-only/s);
  });

  // breaks when: cut-only-verbs.ts lets a verb through; feed.ts makes a snapshot of half a log; rows-told.ts begins
  // anywhere but above the mark
  it('F-05 --cut-only lets operators of the roster cut, verifiers with a view hear it, and nobody else in', async () => {
    await stage.broker.start('--cut-only');
    expect(await outcomeOf(stolen.token(crm))).toBe('cut_only');
    expect(await outcomeOf(bystander.open())).toBe('cut_only');
    expect(await outcomeOf(stage.operator.sessionsOf('triage'))).toBe('cut_only');

    const cut = await oncall.cut({ $case: 'workload', value: 'triage' });
    expect(cut.durability).toBe(Durability.DURABILITY_PENDING);
    await stage.operator.enforced(cut.revision);
    expect(await stolen.use(loot, crm.url)).toBe('token_cut');
    const next = await stage.operator.cutSession(bystander.id);
    expect(next.revision).toBeGreaterThan(cut.revision);
    expect(await outcomeOf(oncall.cut({ $case: 'workload', value: 'nobody' }))).toBe(
      'target_needs_store',
    );
    await stage.operator.enforced(next.revision);
  });

  it('F-05 goes on from its journal after a kill, above what it has told', async () => {
    await stage.broker.stop('SIGKILL');
    await stage.broker.start('--cut-only');
    const cut = await stage.operator.compromiseKey().catch(() => undefined);
    expect(cut).toBeUndefined();
    const before = await stage.operator.cut({ $case: 'owner', value: 'desk' });
    await stage.operator.enforced(before.revision);
  });

  // breaks when: merge-journal.ts merges nothing, or gives what was told another revision though nothing lies between
  it('F-05 takes over all that was cut once the store is back, and no verifier needs a snapshot for it', async () => {
    await stage.broker.stop('SIGTERM');
    move('.away', '');
    await stage.broker.start();
    expect(await outcomeOf(stolen.token(crm))).toBe('session_revoked');
    expect(await outcomeOf(bystander.token(crm))).toBe('session_revoked');
    const { isWhole, cuts } = await auditOf(stage.broker.data);
    expect(isWhole).toBe(true);
    expect(cuts.map(([kind, by]) => [kind, by])).toEqual([
      ['handle_cut', 'oncall'],
      ['session_cut', 'dev'],
      ['handle_cut', 'dev'],
    ]);
    await stage.operator.enforced(cuts.at(-1)?.[2] as number);
    expect(await stolen.use(loot, crm.url)).toBe('token_cut');
    expect(crm.events.map(({ kind }) => kind)).not.toContain('feed_refused');
    await bystander.open();
    const token = await bystander.token(crm);
    expect(await bystander.use(token, crm.url)).toBe('ok');
  });
});
