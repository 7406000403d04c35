import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { refusalReply } from '../doubles/replies.js';
import * as door from '../index.js';
import { errorFromReply } from './refusal.js';

const facts = {
  code: 'CREANCE_SCOPE_NOT_GRANTED',
  what: 'a scope is not granted',
  hint: 'ask for less',
  retryable: false,
  missingScope: 'contacts:export',
};

const classes = Object.entries(door).filter(([name]) => name.endsWith('Error'));

describe('CreanceError', () => {
  it('names what is missing and the fix where only a message is shown', () => {
    const { message } = new door.CreanceError(facts);
    expect(message).toBe(
      'CREANCE_SCOPE_NOT_GRANTED a scope is not granted — missing: contacts:export; fix: ask for less',
    );
  });

  it.each(classes)('%s is a CreanceError under its own name', (name, kind) => {
    const error = new (kind as typeof door.CreanceError)(facts);
    expect(error).toBeInstanceOf(door.CreanceError);
    expect(error.name).toBe(name);
    expect(error.stack).toContain(`${name}: CREANCE_SCOPE_NOT_GRANTED a scope`);
  });

  it('gives every field and no stack as JSON', () => {
    const error = errorFromReply(refusalReply('rate_limited', { retryAfterMillis: 10 }));
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'CreanceError',
      message: error.message,
      code: 'CREANCE_RATE_LIMITED',
      reason: 'rate_limited',
      retryable: true,
      hint: 'wait as long as the reply says',
      docsUrl: 'https://creance.dev/docs/reference/reasons.md#rate_limited',
      requestId: 'request-1',
      retryAfterMillis: 10,
    });
  });

  it('has no cause that could carry a call along', () => {
    const error = errorFromReply(refusalReply('store_failed'));
    expect(error.cause).toBeUndefined();
    expect(inspect(error)).toContain('CREANCE_STORE_FAILED');
  });
});
