export { formatFaults } from './fault.js';
export { parseManifest } from './parse.js';
export { readManifest } from './read.js';
