/** Audiences of the resources of the stage. */
export const audiences = {
  crm: 'https://crm.example.internal',
  mail: 'https://mail.example.internal',
} as const;

/** Name of a resource of the stage. */
export type ResourceName = keyof typeof audiences;

interface Need {
  readonly audience: string;
  readonly scopes: string[];
}

/** What tools need to read, to erase and to export contacts. Nobody is granted the second. */
export const reads: Need = { audience: audiences.crm, scopes: ['contacts:read'] };
export const erasing: Need = { audience: audiences.crm, scopes: ['contacts:erase'] };
export const exporting: Need = { audience: audiences.crm, scopes: ['contacts:export'] };

/** Needs as `issued` writes them. */
export function wire({ audience, scopes }: Need): string {
  return `${audience} ${scopes.join(' ')}`;
}

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

/** Seconds of a token of the manifest below: the least there is. */
export const briefTokenSeconds = 15;

/** The same with tokens that end soon, and with resources that outlive a broker that is away for longer than that. */
export const briefManifest: string = stageManifest
  .replaceAll('lifetimeSeconds: 300', `lifetimeSeconds: ${briefTokenSeconds}`)
  .replaceAll('.internal\n', '.internal\n    strictness: bestEffort\n');
