/** Workloads of the bench: many, each with an owner of its own, so that no rate of one is what counts. */
export const workloads: readonly string[] = Array.from({ length: 8 }, (_, nth) => `bench-${nth}`);

/** The workload of sessions that are planted in a store, and its owner. They ask for nothing. */
export const plantedWorkload = 'planted';
export const plantedOwner = 'owner-planted';

/** Resources of the bench: a resource has at most a hundred verifiers. */
export const resourceCount = 10;

/** Registered name of a resource of the bench. */
export function resourceOf(nth: number): string {
  return `crm-${nth}`;
}

/** Audience of a resource of the bench. */
export function audienceOf(nth: number): string {
  return `https://crm-${nth}.example.internal`;
}

/** Audience of the first. */
export const audience: string = audienceOf(0);

/** The one scope of every resource of the bench. */
export const scope = 'contacts:read';

/** What a broker of the bench knows, as JSON, which is YAML. */
export function manifestOf(): string {
  const each = <T>(count: number, make: (nth: number) => readonly [string, T]) =>
    Object.fromEntries(Array.from({ length: count }, (_, nth) => make(nth)));
  const grants = Array.from({ length: resourceCount }, (_, nth) => ({
    resource: resourceOf(nth),
    scopes: [scope],
    lifetimeSeconds: 300,
  }));
  const contact = { contact: 'bench@example.com' };
  // What the bench does is strange, and must not be held for it.
  const responses = { mode: 'shadow' };
  const agent = { class: 'agent', evidence: [{ kind: 'join-token' }], grants, responses };
  return JSON.stringify({
    apiVersion: 'creance/v1',
    owners: {
      ...each(workloads.length, (nth) => [`owner-${nth}`, contact]),
      [plantedOwner]: contact,
    },
    resources: each(resourceCount, (nth) => [
      resourceOf(nth),
      { audience: audienceOf(nth), scopes: { [scope]: { access: 'read' } } },
    ]),
    workloads: {
      ...each(workloads.length, (nth) => [
        workloads[nth] as string,
        { owner: `owner-${nth}`, ...agent },
      ]),
      [plantedWorkload]: { owner: plantedOwner, ...agent },
    },
  });
}
