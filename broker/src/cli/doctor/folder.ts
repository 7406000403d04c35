import type { StoreLook } from '../../store/index.js';
import { type Finding, failure, fine, warning } from './verdict.js';

/** A file or folder as the system has it. */
export interface PathFacts {
  readonly path: string;
  /** The system's code when it cannot be read; ENOENT when it is not there. */
  readonly code: string | undefined;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
}

/** The data folder, and what lies in it. */
export interface FolderFacts extends PathFacts {
  readonly isFolder: boolean;
  /** Who runs this. */
  readonly ownUid: number | undefined;
  readonly kind: 'none' | 'dev' | 'production' | 'broken';
  readonly keys: readonly PathFacts[];
}

const othersWrite = 0o022;
const othersAny = 0o077;
const rootUid = 0;

/** Whether the broker could work in the data folder. */
export function folderFinding(facts: FolderFacts): Finding {
  const { path, code, mode, uid, ownUid, isFolder, kind } = facts;
  const check = 'data folder';
  if (code === 'ENOENT') {
    const fix = 'nothing, if this is the first start; else name the folder with --data';
    return warning(check, `${path} is not there: the first start makes it`, fix);
  }
  if (code !== undefined)
    return failure(check, `${path} cannot be read: ${code}`, 'run this as the user of the broker');
  if (!isFolder) return failure(check, `${path} is no folder`, 'name another one with --data');
  if (kind === 'broken')
    return failure(check, `${path}/identity.json is no identity`, 'restore it from a backup');
  if ((mode & othersWrite) !== 0)
    return failure(check, `others can write ${path}`, `chmod 700 ${path}`);
  const isForeign = ownUid !== undefined && ownUid !== rootUid && uid !== ownUid;
  if (isForeign) {
    const found = `${path} belongs to user ${uid}, and this is ${ownUid}`;
    return failure(check, found, 'run the broker, and this, as the owner of the folder');
  }
  if ((mode & othersAny) !== 0)
    return warning(check, `others can look into ${path}`, `chmod 700 ${path}; a start does it too`);
  return fine(check, `${path}, ${kind === 'none' ? 'empty' : `of a ${kind} broker`}`);
}

/** Whether the keys are the broker's alone. */
export function keysFinding({ keys, uid }: Pick<FolderFacts, 'keys' | 'uid'>): Finding {
  const check = 'key files';
  if (keys.length === 0) return fine(check, 'none yet: the first start makes them');
  const unread = keys.find(({ code }) => code !== undefined);
  if (unread !== undefined) {
    const found = `${unread.path} cannot be read: ${unread.code}`;
    return failure(check, found, `chown it to the user of the broker, chmod 600 ${unread.path}`);
  }
  const open = keys.filter(({ mode }) => (mode & othersAny) !== 0).map(({ path }) => path);
  if (open.length > 0) {
    const fix = `chmod 600 ${open.join(' ')}; if others had access, cut the token keys (creance keys compromise); of the others docs/operations.md, "A key is compromised"`;
    return failure(check, `others can read ${open.join(', ')}`, fix);
  }
  const foreign = keys.find((key) => key.uid !== uid);
  if (foreign !== undefined) {
    const found = `${foreign.path} belongs to user ${foreign.uid}, the folder to ${uid}`;
    return failure(check, found, `chown it to user ${uid}`);
  }
  return fine(check, `${keys.length}, readable by their owner alone`);
}

/** Whether cuts wait for the store, which could not take them. */
export function journalFinding({ cutsWaiting }: StoreLook, isRunning: boolean): Finding {
  const check = 'cut journal';
  if (cutsWaiting === 0) return fine(check, 'empty: the store has every cut');
  const found = `${cutsWaiting} wait for the store`;
  return isRunning
    ? warning(
        check,
        `${found}: the broker cannot write to it, or runs without it`,
        'they are in force, and nothing is issued: docs/operations.md, "The store is broken"',
      )
    : warning(check, found, 'nothing, if the store opens: its next start takes them first of all');
}

/** Whether the store has seen all that was committed here. */
export function storeFinding({ head, mark, fault }: StoreLook): Finding {
  const check = 'store';
  if (fault !== undefined) {
    const fix = 'run this as the user of the broker; if it is corrupt, restore a backup';
    return failure(check, `it cannot be read: ${fault}`, fix);
  }
  if (head === undefined && mark === undefined) return fine(check, 'none yet');
  const restore = 'put the newest backup back and start once with --restored';
  if (mark === 'broken')
    return failure(check, 'the marks do not say where the store has stood', restore);
  if (head === undefined)
    return failure(check, `there is no database, and it has stood at ${mark}`, restore);
  if (mark !== undefined && head < mark)
    return failure(check, `it stands at ${head} and has stood at ${mark}`, restore);
  return fine(check, `at revision ${head}, in step with its marks`);
}
