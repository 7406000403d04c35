import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keysAt } from './descend.js';
import { manifestSchema } from './schema.js';

describe('manifestSchema', () => {
  it('can be given to editors as JSON Schema', () => {
    const schema = z.toJSONSchema(manifestSchema, { io: 'input' });
    expect(schema).toMatchObject({ required: ['apiVersion'], additionalProperties: false });
    expect(JSON.stringify(schema)).toContain('"maximum":900');
  });

  it('names the keys of every place', () => {
    expect(keysAt(['workloads', 'any', 'grants', 3])).toEqual([
      'resource',
      'scopes',
      'lifetimeSeconds',
      'approval',
    ]);
    expect(keysAt(['workloads', 'any', 'delegation'])).toEqual(['depth', 'to']);
    const responses = ['workloads', 'any', 'responses'];
    expect(keysAt(responses)).toEqual(['onForeignKey', 'mode', 'rules']);
    expect(keysAt([...responses, 'rules'])).toHaveLength(11);
    const destination = ['workloads', 'any', 'pace', 'destinations', 0];
    expect(keysAt(destination)).toEqual(['resource', 'kind', 'value']);
    expect(keysAt(['resources', 'any', 'scopes', 'any'])).toEqual(['access', 'canary']);
    expect(keysAt(['owners'])).toEqual([]);
    expect(keysAt(['__proto__', 'constructor'])).toEqual([]);
  });
});
