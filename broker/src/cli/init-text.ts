/** Where an editor finds the schema of a manifest, from beside the file. */
export const schemaPath = './node_modules/@creance/broker/creance.schema.json';

/** The manifest that a newcomer starts from: one of each, every line explained. */
export const initText: string = `# yaml-language-server: $schema=${schemaPath}
#
# Who may do what, and how it is watched. What would change: creance plan. Put it in force: creance apply.
apiVersion: creance/v1

# The address that verifiers know the broker by. It never changes once a broker has started with it;
# a development broker has one of its own, whatever is written here.
issuer: https://creance.example.internal

# Whom to call about what is below.
owners:
  support-platform:
    contact: support-oncall@example.com
    escalation: security@example.com

# The services that agents call. Each has one audience: the \`aud\` of its tokens.
resources:
  crm:
    audience: https://crm.example.internal
    scopes:
      contacts:read: { access: read }
      contacts:export: { access: export }
    # strict: a verifier that has not heard from the broker for maxStaleSeconds refuses.
    strictness: strict
    maxStaleSeconds: 10

# The software that joins: creance join-token create --workload NAME
workloads:
  support-triage:
    owner: support-platform
    # agent: chooses its own actions. batch, human: does not.
    class: agent
    evidence: [{ kind: join-token }]
    # All that its sessions may ask for. What is not here is refused.
    grants:
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 60 }
      # A person would have to say yes to each of these. Nobody can approve yet: it is refused until approval is taken out.
      - { resource: crm, scopes: [contacts:export], approval: required }
    # Its sessions may start others, up to three levels below, of these workloads.
    delegation: { depth: 3, to: [support-triage] }
    # What it does by its own statement. creance envelope suggest writes it from what was seen.
    pace: { turnsPerMinute: 30, systems: [crm], fanout: 5 }
    # shadow says what would have been done, alert tells somebody, enforce acts.
    responses: { onForeignKey: token, mode: enforce }

# People on call: viewer, registrar, policy, security, keys, auditor. Outside development the first
# registrar is invited at the first start; what widens needs the role policy.
operators:
  first-operator: { roles: [viewer, registrar, policy, security] }
`;
