import { areaUnderCurve, truePositivesAt } from './figures.js';
import type { Verdict } from './verdict.js';

/** What a summary reads of a session's line. */
export type Scored = Pick<Verdict, 'dataset' | 'label' | 'attackKind' | 'maxRisk'> & {
  readonly isSuspended: boolean;
};

/** Figures of one dataset, of all its attacks or of one kind; undefined where a kind of session is missing. */
export interface Figures {
  readonly dataset: string;
  /** Undefined for all attacks together. */
  readonly attackKind: string | undefined;
  readonly benign: number;
  readonly attacks: number;
  readonly areaUnderCurve: number | undefined;
  readonly truePositivesAt1: number | undefined;
  readonly truePositivesAt5: number | undefined;
  /** Attacks that came to be suspended. */
  readonly attacksSuspended: number;
  /** Benign sessions that did, in 1,000. */
  readonly falseSuspensionsPer1000: number | undefined;
}

/** A summary: rows of figures, and what has to be said in words. */
export interface Summary {
  readonly rows: readonly Figures[];
  readonly remarks: readonly string[];
}

/** What a summary needs of a session's line. */
export function scoredOf({ dataset, label, attackKind, maxRisk, at }: Verdict): Scored {
  return { dataset, label, attackKind, maxRisk, isSuspended: at.suspend !== null };
}

/** Sums up by dataset and kind of attack, and over all datasets when there are several. */
export function summaryOf(scored: readonly Scored[]): Summary {
  const datasets = [...Map.groupBy(scored, ({ dataset }) => dataset)];
  const rows = datasets.flatMap(([dataset, sessions]) => rowsOf(dataset, sessions));
  const all = datasets.length > 1 ? [figuresOf('all', undefined, scored)] : [];
  return {
    rows: [...rows, ...all],
    remarks: datasets.flatMap(([dataset, sessions]) => remarksOf(dataset, sessions)),
  };
}

function rowsOf(dataset: string, sessions: readonly Scored[]): readonly Figures[] {
  const attacks = sessions.filter(({ label }) => label === 'attack');
  const kinds = [...Map.groupBy(attacks, ({ attackKind }) => attackKind ?? 'unnamed')];
  const benign = sessions.filter(({ label }) => label === 'benign');
  const byKind = kinds.length > 1 ? kinds : [];
  return [
    figuresOf(dataset, undefined, sessions),
    ...byKind
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([kind, ofKind]) => figuresOf(dataset, kind, [...benign, ...ofKind])),
  ];
}

function figuresOf(
  dataset: string,
  attackKind: string | undefined,
  sessions: readonly Scored[],
): Figures {
  const benign = sessions.filter(({ label }) => label === 'benign');
  const attacks = sessions.filter(({ label }) => label === 'attack');
  const [calm, hostile] = [benign, attacks].map((each) => each.map(({ maxRisk }) => maxRisk));
  const scores = [calm ?? [], hostile ?? []] as const;
  const suspended = (each: readonly Scored[]) => each.filter((one) => one.isSuspended).length;
  return {
    dataset,
    attackKind,
    benign: benign.length,
    attacks: attacks.length,
    areaUnderCurve: areaUnderCurve(...scores),
    truePositivesAt1: truePositivesAt(0.01, ...scores),
    truePositivesAt5: truePositivesAt(0.05, ...scores),
    attacksSuspended: suspended(attacks),
    falseSuspensionsPer1000:
      benign.length === 0 ? undefined : (1_000 * suspended(benign)) / benign.length,
  };
}

/** What a dataset cannot say. */
function remarksOf(dataset: string, sessions: readonly Scored[]): readonly string[] {
  const count = (label: Scored['label']) => sessions.filter((one) => one.label === label).length;
  const [benign, attacks, unknown] = [count('benign'), count('attack'), count('unknown')];
  const remarks: string[] = [];
  const name = dataset === '' ? 'a dataset without a name' : dataset;
  if (attacks === 0 && benign > 0)
    remarks.push(
      `${name} holds no attack: it says how often the watch is wrong, and not what it sees`,
    );
  if (benign === 0 && attacks > 0)
    remarks.push(
      `${name} holds no benign session: it says what the watch sees, and not how often it is wrong`,
    );
  if (benign === 0 && attacks === 0) remarks.push(`${name} holds no session with a label`);
  if (benign > 0 && benign < 100 && attacks > 0)
    remarks.push(
      `${name} holds ${benign} benign sessions: 1 % of them is less than one, so no false positive is allowed`,
    );
  if (unknown > 0) remarks.push(`${name}: ${unknown} sessions without a label are in no figure`);
  return remarks;
}
