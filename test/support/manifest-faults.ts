import { parseManifest } from '../../broker/src/manifest/index.js';

/** A manifest in which nothing is wrong. */
export const sample: string = `apiVersion: creance/v1
issuer: https://creance.example.internal
owners:
  support-platform: { contact: support-oncall@example.com, escalation: security@example.com }
resources:
  crm:
    audience: https://crm.example.internal
    scopes: { contacts:read: { access: read }, contacts:export: { access: export } }
    strictness: strict
workloads:
  support-triage:
    owner: support-platform
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 60 }
      - { resource: crm, scopes: [contacts:export], approval: required }
operators:
  oncall: { roles: [viewer, security] }
`;

/** Every fault of a manifest of a broker outside development: line, column, code and path. */
export function faultsOf(text: string): string {
  const parsed = parseManifest(text, 'creance.yaml', { dev: false });
  const faults = parsed.ok ? [] : parsed.error;
  return faults
    .map(({ line, column, code, path }) => `${line}:${column} ${code} ${path}`.trim())
    .join(' & ');
}
