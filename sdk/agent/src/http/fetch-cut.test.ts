import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  answerInTurn,
  good,
  type Resource,
  refusal,
  startResource,
} from '../doubles/resource.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };

let stage: Stage;
let session: InternalSession;
let resource: Resource;
beforeEach(async () => {
  stage = setStage();
  session = await stage.open();
  resource = await startResource();
});
afterEach(async () => {
  expect(resource.faults).toEqual([]);
  await resource.close();
});

const answerWith = (...answers: Answer[]): void => answerInTurn(resource, answers);

describe('session.fetch after a cut', () => {
  // breaks when: the refused token is given again, or the request asks for ever
  it('goes on after its token was cut, by one fresh token, and does not loop when that is cut as well', async () => {
    // As the verifier words it (RFC 9449 §7.1).
    const cut = {
      ...refusal('invalid_token'),
      headers: {
        'www-authenticate':
          'DPoP algs="ES256", error="invalid_token", error_description="the token was cut"',
      },
      body: JSON.stringify({ error: 'invalid_token', reason: 'token_cut' }),
    };
    await session.token(crm);
    answerWith(cut, good);
    expect((await session.fetch(resource.origin, crm)).status).toBe(200);
    expect(stage.broker.seen('IssueToken')).toHaveLength(2);
    answerWith(cut);
    const response = await session.fetch(resource.origin, crm);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ reason: 'token_cut' });
    expect(resource.seen).toHaveLength(4);
    expect(stage.broker.seen('IssueToken')).toHaveLength(3);
    expect(session.signal.aborted).toBe(false);
  });

  it('tells that the session is held, when that is why its token was cut', async () => {
    await session.token(crm);
    stage.broker.suspend();
    answerWith(refusal('invalid_token'));
    await expect(session.fetch(resource.origin, crm)).rejects.toMatchObject({
      code: 'CREANCE_SESSION_SUSPENDED',
      retryable: true,
    });
    expect(session.signal.aborted).toBe(false);
  });
});
