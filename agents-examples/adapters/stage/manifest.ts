/** Audiences of the resources of the stage. */
export const audiences = {
  crm: 'https://crm.example.internal',
  mail: 'https://mail.example.internal',
} as const;

/** Name of a resource of the stage. */
export type ResourceName = keyof typeof audiences;

/** One agent, that may delegate to itself, and two resources. */
export const stageManifest: string = `apiVersion: creance/v1
owners:
  team: { contact: team@example.com }
resources:
  crm:
    audience: ${audiences.crm}
    scopes: { contacts:read: { access: read }, contacts:export: { access: export }, contacts:erase: { access: admin } }
  mail:
    audience: ${audiences.mail}
    scopes: { mail:send: { access: write } }
workloads:
  triage:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read, contacts:export], lifetimeSeconds: 300 }
      - { resource: mail, scopes: [mail:send], lifetimeSeconds: 300 }
    delegation: { depth: 3, to: [triage] }
operators:
  oncall: { roles: [viewer, registrar, security, keys, auditor] }
`;
