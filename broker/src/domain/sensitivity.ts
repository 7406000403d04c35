/** How much an action can do, from reading to removing the traces of it. */
export type Sensitivity =
  | 'read'
  | 'probe'
  | 'auth'
  | 'write'
  | 'bulk_read'
  | 'write_admin'
  | 'evidence_removal';

/** What a step towards an action weighs: 0.1 for reading to 1. */
export const sensitivityWeights: Readonly<Record<Sensitivity, number>> = {
  read: 0.1,
  probe: 0.3,
  auth: 0.4,
  write: 0.5,
  bulk_read: 0.6,
  write_admin: 1,
  evidence_removal: 1,
};
