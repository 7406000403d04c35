/** One figure: what simple scores and the prototype reach (detection.md §6), and what the engine does. */
export interface Row {
  readonly task: string;
  readonly figure: string;
  readonly simple?: string;
  readonly prototype?: string;
  readonly engine: string;
  readonly goal?: string;
  readonly isReached?: boolean;
}

const head = ['task', 'figure', 'best simple', 'prototype', 'engine', 'goal', ''] as const;

/** Prints one table, a line between sections. */
export function printTable(sections: readonly (readonly Row[])[]): void {
  const cells = sections.flatMap((rows) => [undefined, ...rows.map(cellsOf)]);
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row?.[column]?.length ?? 0)),
  );
  const text = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  console.log(text(head));
  for (const row of cells) console.log(row === undefined ? rule : text(row));
}

/** A paragraph of what is missed, computed from the rows. */
export function printMisses(rows: readonly Row[]): void {
  const judged = rows.filter(({ goal }) => goal !== undefined);
  const missed = judged.filter(({ isReached }) => isReached !== true);
  console.log(`\n${judged.length - missed.length} of ${judged.length} goals are reached.`);
  if (missed.length === 0) return;
  console.log('Openly missed:');
  for (const { task, figure, engine, goal } of missed)
    console.log(`  ${task}, ${figure}: ${engine}, and ${goal} was the goal`);
}

function cellsOf({ task, figure, simple, prototype, engine, goal, isReached }: Row): string[] {
  const verdict = isReached === true ? 'reached' : 'MISSED';
  return [
    task,
    figure,
    simple ?? '',
    prototype ?? '',
    engine,
    goal ?? '',
    goal === undefined ? '' : verdict,
  ];
}

/** `89.9 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
