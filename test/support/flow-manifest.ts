/** Audiences of the resources of flows. */
export const audiences = {
  crm: 'https://crm.example.internal',
  mail: 'https://mail.example.internal',
  tickets: 'https://tickets.example.internal',
} as const;

/** Name of a resource of flows. */
export type ResourceName = keyof typeof audiences;

/** What a manifest of flows has otherwise. */
export interface FlowManifestParts {
  /** Scopes of the orchestrator at the crm. */
  readonly orchestratorReads?: readonly string[];
  /** Workloads that are left out. */
  readonly without?: readonly string[];
  /** Lines before the rest, such as the issuer. */
  readonly head?: string;
}

const delegating = 'delegation: { depth: 7, to: [orchestrator, mail-writer] }';

/**
 * Two owners, three resources. The orchestrator delegates to itself and to the mail-writer, who may
 * delegate back; triage, fierce and fiercest differ in what a leaked token of theirs ends.
 */
export function flowManifest(parts: FlowManifestParts = {}): string {
  const { orchestratorReads = ['contacts:read', 'contacts:export'], without = [], head } = parts;
  const workloads: Readonly<Record<string, string>> = {
    orchestrator: `
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [${orchestratorReads.join(', ')}], lifetimeSeconds: 300 }
      - { resource: mail, scopes: [mail:send], lifetimeSeconds: 300 }
      - { resource: tickets, scopes: [tickets:list, tickets:watch], lifetimeSeconds: 300 }
    ${delegating}`,
    'mail-writer': `
    owner: desk
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: mail, scopes: [mail:send], lifetimeSeconds: 300 }
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 300 }
    ${delegating}`,
    triage: onForeignKey('token', '[triage]'),
    fierce: onForeignKey('session', '[fierce]'),
    fiercest: onForeignKey('tree', '[fiercest]'),
  };
  const named = Object.entries(workloads).filter(([name]) => !without.includes(name));
  return `apiVersion: creance/v1
${head ?? ''}
owners:
  team: { contact: team@example.com }
  desk: { contact: desk@example.com }
resources:
  crm:
    audience: ${audiences.crm}
    scopes: { contacts:read: { access: read }, contacts:export: { access: export } }
  mail:
    audience: ${audiences.mail}
    scopes: { mail:send: { access: write } }
  tickets:
    audience: ${audiences.tickets}
    scopes: { tickets:list: { access: read }, tickets:watch: { access: read } }
workloads:
${named.map(([name, rest]) => `  ${name}:${rest}`).join('\n')}
operators:
  oncall: { roles: [viewer, registrar, security, keys, auditor] }
`;
}

function onForeignKey(answer: string, children: string): string {
  return `
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 300 }
      - { resource: mail, scopes: [mail:send], lifetimeSeconds: 300 }
    delegation: { depth: 2, to: ${children} }
    responses: { onForeignKey: ${answer} }`;
}
