export { formatFaults, type ManifestFaults } from './fault.js';
export { type FlatFile, readFlat } from './flat.js';
export { didYouMean, nearest } from './nearest.js';
export { type CheckedManifest, parseManifest } from './parse.js';
export { readManifest } from './read.js';
export type { Manifest, ManifestWorkload } from './schema.js';
export { writePace } from './write-pace.js';
