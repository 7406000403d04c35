import { ActionOutcome } from '@creance/proto/wire';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Stage, setStage } from '../doubles/stage.js';
import { creanceInterceptor } from '../grpc.js';
import type { InternalSession } from '../internal.js';
import { limits } from '../limits.js';
import { type Contacts, connectTo, firstOf, read } from './double-client.js';
import { type GrpcResource, startGrpcResource } from './double-resource.js';

let stage: Stage;
let session: InternalSession;
let resource: GrpcResource;
let client: Contacts;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
  resource = await startGrpcResource();
  const crm = { audience: resource.origin, scopes: ['contacts:read'] };
  client = connectTo(resource, [creanceInterceptor(session, crm)]);
});
afterEach(() => {
  client.close();
  resource.close();
});

const lastIds = () => resource.seen.at(-1)?.actionIds;
const reported = async () => {
  await stage.clock.advance(limits.reportMillis);
  return stage.broker.observations.map(({ actionId, action, outcome, audience }) => ({
    id: actionId.toString('base64url'),
    action,
    audience,
    outcome: outcome === ActionOutcome.ACTION_OUTCOME_ALLOWED ? 'allowed' : 'refused',
  }));
};

describe('a gRPC call', () => {
  it('is reported by its method, under the id that the resource was told', async () => {
    await read(client);
    const [id] = lastIds() ?? [];
    const audience = resource.origin;
    const action = '/crm.v1.Contacts/Read';
    expect(await reported()).toEqual([{ id, action, audience, outcome: 'allowed' }]);
    expect(lastIds()).toHaveLength(1);
  });

  it.each([
    [status.PERMISSION_DENIED, ['refused']],
    [status.UNAUTHENTICATED, ['refused']],
    [status.NOT_FOUND, ['allowed']],
    [status.FAILED_PRECONDITION, ['allowed']],
    // The same as of nobody: whether the resource has heard it is not known.
    [status.UNAVAILABLE, []],
    [status.DEADLINE_EXCEEDED, []],
  ])('that ended with status %d: %j', async (code, outcomes) => {
    resource.refusals.push({ code });
    await read(client).catch(() => {});
    expect((await reported()).map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  it('that is sent again counts once, by the id of its last sending', async () => {
    resource.refusals.push({ reason: 'NONCE_REQUIRED', nonce: 'nonce-1' }, { reason: 'TOKEN_CUT' });
    await read(client);
    expect(resource.seen).toHaveLength(3);
    expect(new Set(resource.seen.flatMap(({ actionIds }) => actionIds)).size).toBe(3);
    expect(await reported()).toMatchObject([{ id: lastIds()?.[0], outcome: 'allowed' }]);
  });

  // breaks when: a stream is reported by its status alone
  it('that streams is reported when it has begun, and not again when it ends', async () => {
    const watched = client.watch('ada');
    await firstOf(watched);
    expect(await reported()).toMatchObject([{ action: '/crm.v1.Contacts/Watch' }]);
    watched.on('error', () => {});
    const ended = new Promise((resolve) => void watched.once('close', resolve));
    watched.cancel();
    await ended;
    expect(await reported()).toHaveLength(1);
  });

  it('that nobody answers is none', async () => {
    resource.close();
    await read(client).catch(() => {});
    expect(await reported()).toEqual([]);
  });
});
