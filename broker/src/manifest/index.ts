export { formatFaults, type ManifestFaults } from './fault.js';
export { type CheckedManifest, parseManifest } from './parse.js';
export { readManifest } from './read.js';
export type { Manifest, ManifestWorkload } from './schema.js';
export { writePace } from './write-pace.js';
