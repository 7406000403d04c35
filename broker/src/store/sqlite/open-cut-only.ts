import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import { CutOnlyStore } from '../cut-only/cut-only-store.js';
import { parseRoster, type Roster, rosterName } from '../emergency/roster.js';
import type { StoreIdentity } from '../store.js';
import { takeLock } from './lock.js';
import { type Marks, markOf, openMarks } from './marks.js';
import { refuseOpen, type StoreOpenFault } from './open-fault.js';
import { codeOf, lockIn, marksIn } from './place.js';

/** Where cuts are made without a store. */
export interface OpenCutOnly {
  readonly store: CutOnlyStore;
  readonly roster: Roster;
  /** Where the store has stood, by the marks. */
  readonly mark: Marks['head'];
  /** How many cuts the journal holds. */
  waiting(): number;
  close(): void;
}

/**
 * Opens the journal, the marks and the roster of a data folder, and no database. Refused beside a broker that runs,
 * and where the marks or the roster are missing or broken: then nobody would know who may cut, nor from which
 * revision on. Makes nothing but a journal that is not there yet.
 */
export function openCutOnly(
  directory: string,
  identity: StoreIdentity,
  now: () => Instant,
): Result<OpenCutOnly, StoreOpenFault> {
  const folder = marksIn(directory);
  const roster = readRoster(folder, identity);
  if (!roster.ok) return roster;
  const lock = takeLock(lockIn(directory));
  if (!lock.ok) return lock;
  try {
    const marks = openMarks(folder);
    const { journal, head: mark } = marks;
    const known = { roster: roster.value, journal, mark, evidenceCut: marks.evidence, now };
    return ok({
      store: new CutOnlyStore(known),
      roster: roster.value,
      mark,
      waiting: () => journal.cuts.length,
      close() {
        marks.close();
        lock.value.release();
      },
    });
  } catch (error) {
    lock.value.release();
    return refuseOpen('store_unreachable', `${folder}: ${codeOf(error)}`);
  }
}

function readRoster(folder: string, identity: StoreIdentity): Result<Roster, StoreOpenFault> {
  const file = join(folder, rosterName);
  try {
    const mark = markOf(folder);
    if (mark === undefined || mark === 'broken')
      return refuseOpen('marks_missing', `${folder} does not say where the store has stood`);
    const roster = parseRoster(readFileSync(file, 'utf8'));
    if (roster === undefined) return refuseOpen('roster_missing', `${file} is no roster`);
    const isOurs = roster.issuer === identity.issuer && roster.dev === identity.dev;
    return isOurs ? ok(roster) : refuseOpen('roster_missing', `${file} is of ${roster.issuer}`);
  } catch (error) {
    return refuseOpen('roster_missing', `${file}: ${codeOf(error)}`);
  }
}
