export { type FaultCode, formatFaults, type ManifestFault, type ManifestFaults } from './fault.js';
export { parseManifest } from './parse.js';
export { readManifest } from './read.js';
export type { ManifestMode } from './rules.js';
