import { type Reason, reasonRow, reasons, type Scope } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { scopesOf, sessionIdOf } from '../doubles/ids.js';
import { grantOf, registryOf, resourceOf, workloadOf } from '../doubles/registries.js';
import { openedAt } from '../doubles/sessions.js';
import type { KeptRefusal, RefusalFacts } from './refusal.js';
import { refusalWords } from './refusal-words.js';

const canary = 'payroll:export';
const registry = registryOf({
  resources: [
    resourceOf({
      scopes: new Map([
        ['contacts:read' as Scope, { access: 'read', canary: false }],
        ['contacts:export' as Scope, { access: 'export', canary: false }],
        [canary as Scope, { access: 'export', canary: true }],
      ]),
    }),
    resourceOf({ name: 'billing' }),
  ],
  workloads: [
    workloadOf({
      grants: [
        grantOf(),
        grantOf({ resource: 'crm', scopes: scopesOf('contacts:export'), approval: 'required' }),
      ],
      delegation: { depth: 2, to: new Set(['mail-writer']) },
    }),
    workloadOf({ name: 'mail-writer', grants: [] }),
  ],
});

const refused = (reason: Reason, facts: RefusalFacts): KeptRefusal => ({
  requestId: 'request-1',
  method: '/m',
  at: openedAt,
  network: '192.0.2.0/24',
  caller: { session: sessionIdOf(1), kind: 'workload', name: 'support-triage' },
  reason,
  facts,
  traceId: undefined,
});

const about = { workload: 'support-triage', resource: 'crm', presented: 'contacts:read x:y' };
const joinToken = { kind: 'workload', name: 'triage', handle: 'h'.repeat(22), key: 'k' };
const day = 1_764_000_000_000_000;

/** Reason, facts, and what the words must say: presented, nearest, missing, fix. */
const rows: [
  Reason,
  RefusalFacts,
  Partial<Record<'presented' | 'nearest' | 'missing' | 'fix', string>>,
][] = [
  [
    'resource_unknown',
    { presented: 'https://crm.exmple.internal' },
    {
      presented: 'https://crm.exmple.internal',
      nearest: 'https://crm.example.internal of the resource crm',
      missing: 'resource',
      fix: 'ask for the audience https://crm.example.internal',
    },
  ],
  [
    'resource_unknown',
    { presented: 'crm' },
    { nearest: 'https://crm.example.internal', fix: 'https://crm.example.internal' },
  ],
  [
    'resource_unknown',
    { presented: 'nothing of ours' },
    { nearest: 'https://billing.example.internal' },
  ],
  [
    'resource_not_granted',
    { workload: 'support-triage', resource: 'billing', presented: 'a:b' },
    {
      presented: 'a:b at billing',
      nearest: 'workloads.support-triage.grants: crm',
      missing: 'grant for billing',
      fix: 'workloads.support-triage.grants',
    },
  ],
  [
    'scope_not_granted',
    { ...about, scope: 'contacts:exprt' },
    {
      presented: 'contacts:read x:y at crm',
      nearest: 'contacts:read',
      missing: 'contacts:exprt',
      fix: 'did you mean contacts:export?',
    },
  ],
  [
    'scope_not_granted',
    { ...about, scope: 'contacts:export' },
    { fix: 'add contacts:export to the grant of crm at workloads.support-triage.grants' },
  ],
  [
    'scope_not_in_task',
    { ...about, scope: 'x:y', task: 'contacts:read' },
    { nearest: 'contacts:read', missing: 'x:y', fix: 'task' },
  ],
  [
    'approval_required',
    { ...about, missingScope: 'contacts:export' },
    { nearest: 'contacts:read', missing: 'contacts:export', fix: 'nobody can approve yet' },
  ],
  [
    'lifetime_not_allowed',
    { presented: 900, most: 300, workload: 'support-triage', resource: 'crm' },
    { presented: '900 s', nearest: '300 s', fix: 'workloads.support-triage.grants' },
  ],
  [
    'task_not_allowed',
    { ...about, scope: 'x:y', because: 'scope_not_granted' },
    { missing: 'x:y (scope_not_granted by the task)', nearest: 'contacts:read' },
  ],
  [
    'destination_not_in_task',
    { resource: 'mail', kind: 'email' },
    { presented: 'the kind email at mail', missing: 'destination' },
  ],
  [
    'delegation_not_granted',
    { parent: 'support-triage', child: 'mail-wrter' },
    { presented: 'mail-wrter', nearest: 'mail-writer', fix: 'did you mean mail-writer?' },
  ],
  [
    'delegation_not_granted',
    { parent: 'mail-writer', child: 'support-triage' },
    { nearest: 'none', fix: 'workloads.mail-writer.delegation.to' },
  ],
  ['delegation_too_deep', { depth: 4, most: 3 }, { presented: '4', nearest: '3' }],
  [
    'operator_role_missing',
    { kind: 'operator', name: 'ann', presented: 'viewer', role: 'security' },
    { presented: 'viewer', missing: 'security', fix: 'operators.ann.roles' },
  ],
  [
    'join_token_used',
    { ...joinToken, used: 1, uses: 1 },
    {
      presented: 'join token hhh',
      nearest: '1 of 1',
      missing: 'use',
      fix: `creance cut --evidence ${'h'.repeat(22)}`,
    },
  ],
  [
    'join_token_expired',
    { ...joinToken, expiresAt: day },
    { nearest: '2025-11-24', missing: 'time', fix: 'creance join-token create --workload triage' },
  ],
  [
    'join_token_wrong_network',
    { ...joinToken, networks: '10.0.0.0/8' },
    { presented: '192.0.2.0/24', nearest: '10.0.0.0/8', fix: '--network' },
  ],
  [
    'evidence_wrong_audience',
    { presented: 'https://a', expected: 'https://b' },
    { presented: 'https://a', nearest: 'https://b', fix: 'join string' },
  ],
  [
    'evidence_expired',
    { presented: 1_764_000_000, until: 1_764_000_060, clock: 1_764_000_500 },
    { presented: '2025-11-24', nearest: "broker's clock", fix: 'NTP' },
  ],
  ['evidence_key_unknown', { key: 'k' }, { presented: 'k', fix: 'creance join-token create' }],
  [
    'evidence_held',
    { ...joinToken, heldUntil: day },
    { nearest: 'held until 2025-11-24', missing: 'time', fix: '--workload triage' },
  ],
  [
    'proof_wrong_target',
    { presented: 'http://localhost/x', expected: 'https://c/x' },
    { presented: 'http://localhost/x', nearest: 'https://c/x', fix: '--public-origin' },
  ],
  [
    'proof_expired',
    { presented: 'https://c/x', madeAt: 1_764_000_000, clock: 1_764_000_500 },
    { presented: '2025-11-24', nearest: "broker's clock", fix: 'NTP' },
  ],
  [
    'workload_not_registered',
    { kind: 'workload', name: 'support_triage' },
    {
      nearest: 'support-triage',
      missing: 'workloads.support_triage',
      fix: 'did you mean support-triage?',
    },
  ],
  [
    'sessions_limit',
    { kind: 'workload', name: 'triage' },
    { nearest: 'sessionsPerMember: 100', fix: 'creance session ls --workload triage' },
  ],
  ['children_limit', {}, { nearest: 'childrenPerSession: 64' }],
  ['rate_limited', { retryAfterMillis: 12 }, { nearest: '1000', missing: '12 ms' }],
  ['session_revoked', { session: 'Z' }, { presented: 'Z', fix: 'creance session show Z' }],
  ['session_narrowed', { level: 'narrow' }, { fix: `creance explain ${sessionIdOf(1)}` }],
  ['internal', {}, { fix: 'request-1' }],
];

describe('the words of a refusal', () => {
  it.each(rows)('of %s %o say what is known', (reason, facts, expected) => {
    const words = refusalWords(registry, refused(reason, facts));
    for (const [name, text] of Object.entries(expected))
      expect(words[name as keyof typeof words], name).toContain(text);
  });

  it.each(Object.keys(reasons) as Reason[])('of %s name a fix, whatever was noted', (reason) => {
    const bare = { ...refused(reason, {}), caller: undefined };
    const { fix } = refusalWords(registry, bare);
    expect(fix.length).toBeGreaterThan(5);
    expect(fix).not.toMatch(/undefined|NaN/);
    if (reason === 'store_full') expect(fix).toBe(reasonRow(reason).fix);
  });

  // Law 10. breaks when: the nearest rule is looked for among all scopes of the resource that are granted or bait
  it('never name bait as what is granted', () => {
    const { nearest, fix } = refusalWords(
      registry,
      refused('scope_not_granted', { ...about, scope: canary }),
    );
    expect(nearest).not.toContain(canary);
    expect(fix).toContain('bait');
  });

  // Law 10. breaks when: what is suggested is looked for among bait too
  it('never suggest bait, which a fix would pass on', () => {
    const bait = registryOf({
      resources: [...registry.resources.values(), resourceOf({ name: 'payroll', canary: true })],
      workloads: [...registry.workloads.values()],
    });
    const said = [
      refused('scope_not_granted', { ...about, scope: 'payroll:exprt' }),
      refused('resource_unknown', { presented: 'https://payrol.example.internal' }),
      refused('resource_unknown', { presented: 'payroll' }),
      refused('resource_unknown', { presented: 'x' }),
      refused('member_unknown', { kind: 'verifier', name: 'payrol' }),
      refused('member_unknown', { kind: 'verifier', name: 'x' }),
    ].map((refusal) => JSON.stringify(refusalWords(bait, refusal)));
    for (const words of said)
      expect(words).not.toMatch(
        /payroll:export|https:\/\/payroll\.|mean payroll\b|nearest":"[^"]*payroll/,
      );
  });

  it('cost no more for a long word or a long list', () => {
    const many = registryOf({
      resources: Array.from({ length: 5_000 }, (_, at) => resourceOf({ name: `r${at}` })),
    });
    const words = refusalWords(many, refused('resource_unknown', { presented: 'x'.repeat(256) }));
    expect(words.nearest?.length).toBeLessThan(500);
  });
});
