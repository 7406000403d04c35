import { stringify } from 'yaml';
import { manifestBounds } from './bounds.js';
import { isAction } from './name.js';

/** Characters of all transitions: the whole block goes into one message. */
const stepCharsMax = 24_000;

/** Characters of the scopes that a comment names: it goes into the same message. */
const scopeCharsMax = 2_000;

/** A pace to write, with what it rests on. */
export interface PaceToWrite {
  readonly turnsPerMinute: number;
  readonly burst: number;
  readonly fanout: number;
  readonly systems: readonly string[];
  readonly steps: readonly { readonly from: string; readonly to: string; readonly times: number }[];
  readonly sessions: number;
  readonly actions: number;
  readonly actionNames: number;
  readonly unusedResources: readonly string[];
  readonly unusedScopes: readonly string[];
  readonly untoldScopes: readonly string[];
}

/**
 * Writes the block `pace:` of a workload, which stands below its name in the manifest, with what it rests
 * on in comments. A list that the manifest could not hold whole is left out, and a comment says why: half
 * a list would forbid the other half.
 */
export function writePace(
  workload: string,
  pace: PaceToWrite,
  resources: ReadonlySet<string>,
): string {
  const { turnsPerMinute, burst, fanout } = manifestBounds;
  return [
    `# ${workload}: learned from ${counted(pace.sessions, 'session')} that ended calm, ${counted(pace.actions, 'action')}, ${pace.actionNames} different`,
    'pace:',
    `  turnsPerMinute: ${Math.min(pace.turnsPerMinute, turnsPerMinute)} # one standard deviation faster than its usual turn`,
    `  burst: ${Math.min(pace.burst, burst)} # calls of one turn: 99 % of sessions have no more`,
    `  fanout: ${Math.min(pace.fanout, fanout)} # destinations a minute: 99 % of sessions have no more`,
    ...systemLines(pace.systems, resources),
    ...stepLines(pace.steps, resources),
    ...unusedLines(pace.unusedResources),
    ...scopeLines(pace),
    '',
  ].join('\n');
}

function systemLines(learned: readonly string[], resources: ReadonlySet<string>): string[] {
  const systems = learned.filter((name) => resources.has(name));
  const most = manifestBounds.systemsPerPace;
  if (systems.length === 0) return ['  # systems: none of those learned is in the manifest'];
  if (systems.length > most)
    return [`  # systems: left out, since ${systems.length} were learned and a pace holds ${most}`];
  return [`  systems: [${systems.map(scalar).join(', ')}]`];
}

function stepLines(steps: PaceToWrite['steps'], resources: ReadonlySet<string>): string[] {
  const most = manifestBounds.transitionsPerPace;
  const unspeakable = steps.filter(
    ({ from, to }) => !isStep(from, resources) || !isStep(to, resources),
  ).length;
  if (steps.length === 0) return ['  # transitions: none were learned'];
  if (steps.length > most)
    return [
      `  # transitions: left out, since ${steps.length} were learned and a pace holds ${most}`,
    ];
  if (unspeakable > 0)
    return [
      `  # transitions: left out, since ${unspeakable} of ${steps.length} have an action that the manifest cannot name`,
    ];
  const lines = steps.map(
    ({ from, to, times }) =>
      `    - [${scalar(from)}, ${scalar(to)}] # ${times === 1 ? 'once' : `${times} times`}`,
  );
  if (lines.join('').length > stepCharsMax)
    return [
      `  # transitions: left out, since the ${steps.length} that were learned have too long names`,
    ];
  return [
    '  transitions: # every step that was seen; any other counts against a session',
    ...lines,
  ];
}

function unusedLines(unused: readonly string[]): string[] {
  return unused.length === 0
    ? ['# every resource that is granted was used']
    : [`# granted and never used: ${unused.join(', ')}`];
}

/** Scopes hold no space, so that nothing of a name ends a comment. */
function scopeLines({ unusedScopes, untoldScopes }: PaceToWrite): string[] {
  const lines: string[] = [];
  if (unusedScopes.length > 0)
    lines.push(`# granted and never asked for: ${fitting(unusedScopes)}`);
  if (untoldScopes.length > 0)
    lines.push(`# granted for too few sessions to tell: ${fitting(untoldScopes)}`);
  return lines.length > 0 ? lines : ['# every scope that is granted there was asked for'];
}

/** Names as far as there is room, and how many more there are. */
function fitting(names: readonly string[]): string {
  let room = scopeCharsMax;
  const shown = names.filter((name) => {
    room -= name.length + 2;
    return room >= 0;
  });
  const more = names.length - shown.length;
  return shown.join(', ') + (more === 0 ? '' : ` and ${more} more`);
}

/** Whether a text is `resource.action` of exactly one resource, as a transition wants it. */
function isStep(text: string, resources: ReadonlySet<string>): boolean {
  const ends = [...text.matchAll(/\./g)].map(({ index }) => index);
  const [end, second] = ends.filter((dot) => resources.has(text.slice(0, dot)));
  return end !== undefined && second === undefined && isAction(text.slice(end + 1));
}

/** A text as YAML reads it back, also between brackets. */
function scalar(text: string): string {
  const isPlain = /^[\w.-]+$/.test(text) && stringify(text).trim() === text;
  return isPlain ? text : JSON.stringify(text);
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
