import type { ReceivedSpan } from '../lib/collector.js';

/** A span with what hangs below it. */
interface Branch {
  readonly span: ReceivedSpan;
  readonly below: readonly Branch[];
  /** How many spans like it this row stands for. */
  readonly count: number;
}

const nameColumns = 45;
const serviceColumns = 14;

/**
 * Draws the trace of the agent whose session this is, as text: a row a span, in the order of their
 * beginnings, with what it is linked to; and below it the traces that are linked to it and no part of it.
 * Equal neighbours are one row. `short` leaves out what neither is the first request nor leads to the cut or
 * to a refusal by it.
 */
export function drawTrace(
  spans: readonly ReceivedSpan[],
  session: string,
  { short = false }: { readonly short?: boolean } = {},
): string {
  const top = spans.find(
    ({ name, attributes }) =>
      name.startsWith('invoke_agent') && attributes['creance.session'] === session,
  );
  if (top === undefined) throw new Error('the trace has no beginning');
  const own = spans.filter(({ traceId }) => traceId === top.traceId);
  const ids = new Set(own.map(({ spanId }) => spanId));
  if (own.some(({ spanId, parentSpanId = '' }) => spanId !== top.spanId && !ids.has(parentSpanId)))
    throw new Error('spans of the trace have not come');
  const isLinked = ({ traceId, links, attributes }: ReceivedSpan) =>
    traceId !== top.traceId && links.some(({ spanId }) => ids.has(spanId)) && !isStep(attributes);
  const linked = spans.filter(isLinked).sort(byStart);
  const letters = new Map(linked.map(({ spanId }, nth) => [spanId, String.fromCharCode(97 + nth)]));
  const draw = { startMillis: top.startMillis, letters };
  const whole = treeOf(own);
  const shown = short ? leadingTo(whole, firstRequest(own)) : whole;
  const rows = [`trace ${top.traceId}`, ...rowsOf(shown, '', draw)];
  const strangers = linked.filter((span) => !short || isCause(span, own));
  if (strangers.length === 0) return rows.join('\n');
  const below = strangers.map((span) => {
    const row = rowOf(`(${letters.get(span.spanId)}) ${nameOf(span)}`, { span, count: 1 }, draw);
    return `${row}  in a trace of its own`;
  });
  return [...rows, '', 'linked to it, and no part of it', ...below].join('\n');
}

/** The id of the first request of all. */
function firstRequest(spans: readonly ReceivedSpan[]): string | undefined {
  return spans.filter(({ name }) => name === 'GET').sort(byStart)[0]?.spanId;
}

/** What leads to the cut or to a refusal by it, and one request with all that belongs to it. */
function leadingTo(branches: readonly Branch[], request: string | undefined): readonly Branch[] {
  return branches.flatMap((branch) => {
    if (branch.span.spanId === request) return branch;
    const below = leadingTo(branch.below, request);
    return below.length > 0 || isOfCut(branch.span) ? { ...branch, below } : [];
  });
}

function isOfCut({ name, attributes }: ReceivedSpan): boolean {
  return name === 'creance.cut' || attributes['creance.refusal'] === 'token_cut';
}

/** Whether a signal that has led to a cut names it. */
function isCause({ spanId }: ReceivedSpan, spans: readonly ReceivedSpan[]): boolean {
  const cuts = new Set(
    spans.filter(({ name }) => name === 'creance.cut').map(({ parentSpanId }) => parentSpanId),
  );
  return spans.some(
    (span) => cuts.has(span.spanId) && span.links.some((to) => to.spanId === spanId),
  );
}

interface Drawing {
  readonly startMillis: number;
  /** By span id, the letters of the spans of other traces. */
  readonly letters: ReadonlyMap<string, string>;
}

function treeOf(spans: readonly ReceivedSpan[]): readonly Branch[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const childrenOf = (id: string | undefined): readonly Branch[] => {
    const isBelow = ({ parentSpanId }: ReceivedSpan) =>
      id === undefined ? !ids.has(parentSpanId ?? '') : parentSpanId === id;
    const below = spans.filter(isBelow).sort(byStart);
    return merged(below.map((span) => ({ span, below: childrenOf(span.spanId), count: 1 })));
  };
  return childrenOf(undefined);
}

/** Neighbours that say the same become one, and what hangs below them likewise. */
function merged(branches: readonly Branch[]): readonly Branch[] {
  const alike = new Map<string, Branch[]>();
  for (const branch of branches) {
    const { name, service, links } = branch.span;
    const key = JSON.stringify([name, service, wordsOf(branch.span), links.length]);
    alike.set(key, [...(alike.get(key) ?? []), branch]);
  }
  return [...alike.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const count = all.reduce((sum, each) => sum + each.count, 0);
    return { ...first, count, below: merged(all.flatMap(({ below }) => below)) };
  });
}

function rowsOf(branches: readonly Branch[], indent: string, drawing: Drawing): string[] {
  return branches.flatMap((branch, nth) => {
    const isLast = nth === branches.length - 1;
    const name = `${indent}${isLast ? '└─' : '├─'} ${nameOf(branch.span)}`;
    const deeper = `${indent}${isLast ? '   ' : '│  '}`;
    return [rowOf(name, branch, drawing), ...rowsOf(branch.below, deeper, drawing)];
  });
}

function rowOf(
  name: string,
  { span, count }: Pick<Branch, 'span' | 'count'>,
  { startMillis, letters }: Drawing,
): string {
  const at = `${Math.round(span.startMillis - startMillis)} ms`.padStart(8);
  const words = [wordsOf(span), count > 1 ? `× ${count}` : '', linksOf(span, letters)];
  const said = words.filter((word) => word !== '').join('  ');
  return `${name.padEnd(nameColumns)} ${span.service.padEnd(serviceColumns)} ${at}  ${said}`.trimEnd();
}

/** Methods of the broker by their last parts. */
function nameOf({ name }: ReceivedSpan): string {
  return name.replace(/^creance\.v1\.\w+\//, '');
}

/** A refusal that only asks for a nonce is a step of a normal call. */
function isStep(attributes: ReceivedSpan['attributes']): boolean {
  const said = [attributes['creance.refusal'], attributes['creance.outcome']];
  return said.includes('nonce_required');
}

/** What matters most of a span, in few words. */
function wordsOf({ attributes }: ReceivedSpan): string {
  const keys = [
    'creance.signal.kind',
    'creance.response',
    'creance.cut.reason',
    'creance.refusal',
    'creance.outcome',
    'error.type',
  ];
  const words = keys.flatMap((key) => (attributes[key] === undefined ? [] : [attributes[key]]));
  const isRefusal = attributes['creance.refusal'] !== undefined;
  const said = words.filter((word) => !(isRefusal && word === 'refused')).join(' ');
  const ended = attributes['creance.cut.sessions_ended'];
  return ended === undefined ? said : `${said}: ${ended} sessions ended`;
}

function linksOf({ links }: ReceivedSpan, letters: Drawing['letters']): string {
  const named = links.flatMap(({ spanId }) => letters.get(spanId) ?? []);
  return named.length === 0 ? '' : `linked to (${named.join(', ')})`;
}

function byStart(one: ReceivedSpan, other: ReceivedSpan): number {
  return one.startMillis - other.startMillis;
}
