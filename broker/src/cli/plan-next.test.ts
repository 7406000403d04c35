import { describe, expect, it } from 'vitest';
import { commandInForce, leaverWords } from './plan-next.js';

const change = { widens: '', before: 'registered', after: undefined, sessions: 1 };

describe('commandInForce', () => {
  it('is the whole command, with what is needed and nothing else', () => {
    expect(
      commandInForce(['apply', './creance.yaml'], { data: './creance-data' }, { prune: false }),
    ).toBe('creance apply ./creance.yaml --reason "…"');
  });

  it('names where the broker is, and quotes what a shell would take apart', () => {
    const line = { data: '/srv/a b', keyFile: 'me.key.json' };
    expect(commandInForce(['rollback', '4'], line, { prune: true, reason: "it's $1" })).toBe(
      String.raw`creance rollback 4 --prune --data '/srv/a b' --key-file me.key.json --reason 'it'\''s $1'`,
    );
  });
});

describe('leaverWords', () => {
  it('names who leaves or changes hands with live sessions, and nobody else', () => {
    const changes = [
      { ...change, path: 'workloads.triage' },
      { ...change, path: 'workloads.other', sessions: 0 },
      { ...change, path: 'workloads.kept.grants.crm.read' },
      { ...change, path: 'owners.team', sessions: 3 },
      { ...change, path: 'workloads.kept.owner', before: 'team', after: 'desk', sessions: 2 },
      { ...change, path: 'workloads.new', before: undefined, after: 'registered' },
    ];
    expect(leaverWords({ changes })).toBe(
      'workloads.triage leaves (1 session), workloads.kept.owner to desk (2 sessions)',
    );
  });

  // breaks when: a manifest of a thousand workloads makes a line of a thousand
  it('names five, and escapes what does something to a terminal', () => {
    const changes = Array.from({ length: 7 }, (_, at) => ({
      ...change,
      path: `workloads.w${at}\u001b`,
    }));
    const words = leaverWords({ changes });
    expect(words).toMatch(/w4\\u\{1b\} leaves \(1 session\), 2 more$/);
    expect(words).not.toContain('\u001b');
  });
});
