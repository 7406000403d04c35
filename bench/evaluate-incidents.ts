import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NoData } from './evaluate-data.js';
import { playIncidents } from './evaluate-play.js';
import type { Row } from './evaluate-table.js';

/** Index of the event by which each incident must be raised, as the page of the data gives it. */
const mustFireBy: Readonly<Record<string, number>> = {
  aws_ai_assisted_8min_2025: 25,
  circleci_2023: 27,
  okta_har_session_2023: 19,
  salesloft_drift_2025: 31,
  tanstack_mini_shai_hulud_2026: 14,
  tj_actions_2025: 13,
};

/** Rows of the incidents and controls. */
export async function incidentRows(folder: string): Promise<readonly Row[]> {
  const incidents = join(folder, 'incidents');
  if (!existsSync(incidents)) throw new NoData(`${incidents} is not there: name it with --data`);
  const files = readdirSync(incidents)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(incidents, name));
  const lines = await playIncidents(files);
  return files.map((file, at) => {
    const line = lines[at];
    if (line === undefined) throw new Error(`no line for ${file}`);
    const name = basename(file, '.json');
    const levels = `narrow at ${line.at.narrow?.event ?? '–'}, suspend at ${line.at.suspend?.event ?? '–'}, highest ${line.maxRisk.toFixed(2)}`;
    const by = mustFireBy[name];
    if (by === undefined) return controlRow(name, file, levels, line.at.suspend === null);
    const raised = line.at.narrow?.event;
    return {
      task: `incident ${name}`,
      figure: 'event of narrow',
      engine: levels,
      goal: `≤ ${by}`,
      isReached: raised !== undefined && raised <= by,
    };
  });
}

/** A file without a due event must be a control, so that no incident escapes its goal by a new name. */
function controlRow(name: string, file: string, engine: string, isReached: boolean): Row {
  const { label } = JSON.parse(readFileSync(file, 'utf8')) as { readonly label: string };
  if (label === 'attack') throw new Error(`${name} has no event by which it must be raised`);
  return { task: `control ${name}`, figure: 'suspended', engine, goal: 'never', isReached };
}
