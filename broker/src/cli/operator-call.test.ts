import type { Reason } from '@creance/proto';
import { ExplainRefusalResponse } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { DoubleLine } from './double-line.js';
import { call } from './operator-call.js';

const path = '/creance.v1.OperatorService/Asked';
const requestId = 'r'.repeat(22);
const refuses = (reason: Reason) => () => {
  throw Object.assign(new Error('refused'), { reason, requestId });
};
const explained = () =>
  ExplainRefusalResponse.encode(
    ExplainRefusalResponse.fromPartial({
      presented: 'workload triagge\u001b[2J',
      nearestRule: 'triage',
      fix: 'did you mean triage?',
    }),
  ).finish();
const saidBy = (line: DoubleLine) =>
  call(line, path, new Uint8Array()).catch((error: Error) => error.message);

describe('a refusal of a name', () => {
  it('names what was presented and the nearest, as the broker tells operators, and nothing that moves a cursor', async () => {
    const line = new DoubleLine({ Asked: refuses('member_unknown'), ExplainRefusal: explained });
    expect(await saidBy(line)).toMatch(
      /presented: workload triagge\\u\{1b\}\[2J; nearest rule: triage; fix: did you mean triage\?; request: r+;/,
    );
  });

  // breaks when: the refusal of the second call takes the place of the first
  it('is said by the table to those who may not ask', async () => {
    const refused = refuses('operator_role_missing');
    const line = new DoubleLine({ Asked: refuses('member_unknown'), ExplainRefusal: refused });
    expect(await saidBy(line)).toMatch(/^member_unknown .* — fix: register it in the manifest;/);
  });

  it('is the only one that is asked about', async () => {
    const line = new DoubleLine({ Asked: refuses('reason_missing'), ExplainRefusal: explained });
    await saidBy(line);
    expect(line.asked.map(({ method }) => method)).toEqual(['Asked']);
  });
});
