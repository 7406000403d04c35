import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { creanceCommand } from '../broker-process.js';
import { type Acknowledged, isCut } from './acknowledged.js';

const execFileAsync = promisify(execFile);

interface Row {
  readonly id: string;
  readonly key: string;
  readonly ending: string | null;
  readonly held: number;
}

/** What the store of a stopped broker holds. */
export class Written {
  readonly #database: Database.Database;
  readonly #data: string;

  constructor(data: string) {
    this.#data = data;
    this.#database = new Database(join(data, 'creance.db'), { readonly: true });
  }

  close(): void {
    this.#database.close();
  }

  /** SQLite's own word on its file. */
  integrity(): unknown {
    return this.#database.pragma('integrity_check', { simple: true });
  }

  /** What is wrong with the chain of the audit; undefined when nothing is. */
  async auditFault(): Promise<unknown> {
    const verify = ['audit', 'verify', '--data', this.#data, '-o', 'json'];
    const { stdout } = await execFileAsync(process.execPath, [creanceCommand, ...verify]);
    return JSON.parse(stdout).fault;
  }

  /** Everything that was acknowledged and is not there, or is there otherwise, by kind. */
  lost(acknowledged: Acknowledged): Record<string, readonly string[]> {
    const { tokens, versions } = this.#records();
    const rows = this.#sessions();
    const cuts = this.#cuts();
    const known = [...acknowledged.sessions.values()];
    const rowOf = ({ raw }: { raw: { id: string } }) => rows.get(raw.id);
    const ids = (some: typeof known) => some.map(({ raw }) => raw.id);
    return {
      tokens: [...acknowledged.tokens].filter((id) => !tokens.has(id)),
      versions: [...acknowledged.versions].filter((version) => !versions.has(version)),
      sessions: ids(known.filter((session) => rowOf(session) === undefined)),
      cuts: [...acknowledged.cuts].filter(([id, at]) => !cuts.has(`${id} ${at}`)).map(([id]) => id),
      // What hangs below a cut keeps its row: its path refuses it, and the broker is asked for that.
      alive: ids(known.filter((each) => each.standing === 'cut' && rowOf(each)?.ending === null)),
      holds: ids(
        known.filter((each) => each.standing === 'held' && !isCut(each) && rowOf(each)?.held === 0),
      ),
      heldAgain: ids(
        known.filter((each) => each.standing === 'free' && !isCut(each) && rowOf(each)?.held === 1),
      ),
      keys: ids(
        known.filter((each) => {
          const key = rowOf(each)?.key;
          return key !== each.raw.key.thumbprint && key !== each.maybeKey;
        }),
      ),
    };
  }

  #records(): { readonly tokens: Set<string>; readonly versions: Set<string> } {
    const read = this.#database.prepare<[], { record: string }>('SELECT record FROM audit');
    const tokens = new Set<string>();
    const versions = new Set<string>();
    for (const { record } of read.iterate()) {
      const { kind, facts } = JSON.parse(record);
      if (kind === 'token_issued') tokens.add(facts.token);
      if (kind === 'manifest_applied') versions.add(String(facts.version));
    }
    return { tokens, versions };
  }

  #sessions(): ReadonlyMap<string, Row> {
    const held = 'suspended_at IS NOT NULL AS held';
    const read = this.#database.prepare<[], Row>(`SELECT id, key, ending, ${held} FROM sessions`);
    return new Map(read.all().map((row) => [row.id, row]));
  }

  #cuts(): ReadonlySet<string> {
    const rows = this.#database
      .prepare<[], { handle: string; revision: bigint }>(
        "SELECT handle, revision FROM log WHERE kind = 'handle'",
      )
      .safeIntegers();
    return new Set(rows.all().map(({ handle, revision }) => `${handle} ${revision}`));
  }
}
