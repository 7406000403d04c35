/** Audience of the demo's service: nobody else has it. */
export const demoAudience = 'https://contacts.demo.invalid';

/** The scope of its one route. */
export const demoScope = 'contacts:read';

/** One service, one agent that may start others of its kind; a stolen token ends the tree. */
export const demoManifest: string = `apiVersion: creance/v1
owners:
  demo: { contact: demo@example.com }
resources:
  contacts:
    audience: ${demoAudience}
    scopes: { ${demoScope}: { access: read } }
workloads:
  agent:
    owner: demo
    class: agent
    evidence: [{ kind: join-token }]
    grants: [{ resource: contacts, scopes: [${demoScope}], lifetimeSeconds: 60 }]
    delegation: { depth: 1, to: [agent] }
    responses: { onForeignKey: tree }
`;
