import { refuse } from '@creance/proto';

/** Why a store does not open, by a stable name. */
export type StoreOpenCode =
  | 'store_in_use'
  | 'store_of_other_issuer'
  | 'store_is_dev'
  | 'store_is_not_dev'
  | 'store_not_private'
  | 'store_corrupt'
  | 'store_unreachable'
  | 'sqlite_too_old'
  | 'migration_changed'
  | 'schema_newer'
  | 'store_behind_mark'
  | 'marks_missing'
  | 'roster_missing';

/** Why a store does not open, for people. */
export interface StoreOpenFault {
  readonly code: StoreOpenCode;
  /** What is wrong, with the file or value that is. */
  readonly message: string;
  readonly fix: string;
}

const fixes: Readonly<Record<StoreOpenCode, string>> = {
  store_in_use: 'stop the other broker, or name another folder',
  store_of_other_issuer: 'correct the issuer, or name another folder',
  store_is_dev: 'a development store stays one for ever: name another folder',
  store_is_not_dev: 'a development broker needs a store of its own: name another folder',
  store_not_private: 'let nobody but the owner read the file or write the folder: chmod go-rwx',
  store_corrupt:
    'keep the files for inspection and restore the latest backup; to cut meanwhile: creance serve --cut-only',
  store_unreachable: 'check that the folder exists, can be written and has free space',
  sqlite_too_old:
    'install a better-sqlite3 that brings SQLite 3.53 or later: earlier ones can corrupt a database in WAL mode (the WAL-reset bug)',
  migration_changed: 'run the version that made the store, or restore the latest backup',
  schema_newer: 'run the version that last opened the store, or a later one',
  store_behind_mark:
    'put the newest database back; if this backup is the newest there is, start once with: creance serve --restored (it ends all sessions, voids all join tokens, and everybody joins anew)',
  marks_missing:
    'put the folder marks back as it was: without it nobody knows from which revision on cuts can be told',
  roster_missing:
    'put the file back as it was: without it nobody knows who may cut; it is written by a broker that runs',
};

/** A store that does not open. */
export interface OpenRefused {
  readonly ok: false;
  readonly error: StoreOpenFault;
}

/** Refuses to open, with the fix that belongs to the code. */
export function refuseOpen(code: StoreOpenCode, message: string): OpenRefused {
  return refuse({ code, message, fix: fixes[code] });
}
