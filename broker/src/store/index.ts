export type { CheckpointSigner } from './sqlite/checkpoints.js';
export { StoreFault } from './sqlite/fault.js';
export { lookAtStore, type StoreLook, sqliteInUse } from './sqlite/look.js';
export { openSqliteStore } from './sqlite/open.js';
export { type OpenCutOnly, openCutOnly } from './sqlite/open-cut-only.js';
export type { StoreOpenFault } from './sqlite/open-fault.js';
export { verifyAudit } from './sqlite/verify-audit.js';
