import { spine } from './0001-spine.js';
import { tree } from './0002-tree.js';
import { watch } from './0003-watch.js';
import { asked } from './0004-asked.js';
import { manifests } from './0005-manifests.js';
import { deliveries } from './0006-deliveries.js';
import { floor } from './0007-floor.js';
import { secondPerson } from './0008-second-person.js';

/** One step of the schema. Once released its text never changes: the checksum would tell. */
export interface Migration {
  /** From 1, without gaps. */
  readonly number: number;
  readonly sql: string;
}

/** Every step, in order. Text and not `.sql` files: the compiler carries only TypeScript along. */
export const migrations: readonly Migration[] = [
  { number: 1, sql: spine },
  { number: 2, sql: tree },
  { number: 3, sql: watch },
  { number: 4, sql: asked },
  { number: 5, sql: manifests },
  { number: 6, sql: deliveries },
  { number: 7, sql: floor },
  { number: 8, sql: secondPerson },
];
