import { destinationUnreadable, type SessionId } from '@creance/proto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contacts, ObservedStage, recipients } from '../support/observed-stage.js';

let stage: ObservedStage;
beforeAll(async () => {
  stage = await ObservedStage.start();
});
beforeEach(() => stage.renew());
afterAll(() => stage.dispose());

const aimedAt = async (...values: string[]) => {
  stage.seen = [];
  return (await stage.use(`/contacts?${recipients(...values)}`))?.destinations ?? [];
};

describe('a requester who hides', () => {
  // breaks when: a destination without canonical form is passed over
  it('a recipient behind a mark that nobody sees, is told with something unreadable', async () => {
    const honest = await aimedAt('ann@example.com');
    const hidden = await aimedAt(
      'ann@example.com',
      'mal\u200blory@evil.example',
      destinationUnreadable,
    );
    expect(hidden).toHaveLength(2);
    expect(hidden[0]).toBe(honest[0]);
  });

  // breaks when: LateHashing leaves out what comes after sixteen
  it('a recipient behind sixteen declared ones is told with something that nobody has declared', async () => {
    const declared = Array.from({ length: 16 }, (_, at) => `declared-${at}@example.com`);
    const task = {
      grants: [
        { ...contacts, destinations: declared.map((value) => ({ kind: 'email' as const, value })) },
      ],
    };
    const root = await stage.client.session({ task });
    const [grant] = stage.parts.store.session(root.id as SessionId)?.task?.grants ?? [];
    const allowed: readonly string[] = grant?.destinations ?? [];
    expect(allowed).toHaveLength(16);
    expect(new Set(await aimedAt(...declared))).toEqual(new Set(allowed));
    for (const behind of [['mallory@evil.example'], Array(80).fill('mallory@evil.example')]) {
      const told = await aimedAt(...declared, ...behind);
      expect(told).toHaveLength(16);
      const undeclared = told.filter((hash) => !allowed.includes(hash));
      const [unreadable] = await aimedAt(destinationUnreadable);
      expect(undeclared).toEqual([unreadable]);
    }
    await root.close();
  });

  // breaks when: what cannot be read can be declared
  it('nothing by declaring what cannot be read', async () => {
    const destinations = [{ kind: 'email' as const, value: destinationUnreadable }];
    const asked = stage.client.session({ task: { grants: [{ ...contacts, destinations }] } });
    await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/^CREANCE_/) });
  });
});

describe('what an agent says that it is for', () => {
  const ann = { kind: 'email' as const, value: 'Ann@EXAMPLE.com' };
  const grants = [{ ...contacts, destinations: [ann] }];

  it('is kept by the hashes that its resource tells, of a root and of a child', async () => {
    const root = await stage.client.session({ task: { grants } });
    const child = await root.delegate({ task: { grants } });
    for (const { id } of [root, child]) {
      const [grant] = stage.parts.store.session(id as SessionId)?.task?.grants ?? [];
      expect(grant?.destinations).toEqual([stage.hashOf('Ann@example.com')]);
    }
    await root.close();
  });

  it('cannot be widened by a child', async () => {
    const root = await stage.client.session({ task: { grants } });
    const mallory = { kind: 'email' as const, value: 'm@evil.example' };
    const wider = [{ ...contacts, destinations: [mallory] }];
    const asked = root.delegate({ task: { grants: wider } });
    await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/^CREANCE_/) });
    await root.close();
  });
});
