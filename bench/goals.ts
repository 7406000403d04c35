/** One thing that is promised of the speed. */
export interface Goal {
  readonly words: string;
  readonly better: 'higher' | 'lower';
  /** What the design should reach, and the limit. */
  readonly target: number;
  readonly gate: number;
  readonly unit: '×' | 'ms' | 's' | 'bytes' | 'a CPU-second';
}

const atLeast = (words: string, target: number, gate: number, unit: Goal['unit'] = '×'): Goal => ({
  words,
  better: 'higher',
  target,
  gate,
  unit,
});
const atMost = (words: string, target: number, gate: number, unit: Goal['unit'] = '×'): Goal => ({
  words,
  better: 'lower',
  target,
  gate,
  unit,
});

/** Name of a row: the goal, or the goal and which part of it. */
export type RowName =
  | 'G1'
  | 'G2'
  | 'G2.connections'
  | 'G3'
  | 'G3.stream'
  | 'G4'
  | 'G4.bare'
  | 'G4.jose'
  | 'G5'
  | 'G6'
  | 'G6.growth'
  | 'G6.millis'
  | 'G7'
  | 'G7.p50'
  | 'G7.p99'
  | 'G7.hundred'
  | 'G8'
  | 'G8.cpu'
  | 'G9'
  | 'G9.engine'
  | 'G10'
  | 'G10.profile'
  | 'G10.stored'
  | 'G11'
  | 'G11.verify'
  | 'G12'
  | 'G12.restart'
  | 'G13'
  | 'G13.all'
  | 'G14'
  | 'G14.millis'
  | 'G15';

/** The table of goals. The printed table, the JSON line and docs/performance.md are made from it. */
export const goals: Readonly<Record<RowName, Goal>> = {
  G1: atLeast(
    'CPU of a raw unary echo ÷ a unary IssueToken, proof checked, audit durable',
    0.5,
    0.4,
  ),
  G2: atMost('IssueToken on a session stream ÷ a raw unary echo over one connection', 1.25, 1.5),
  'G2.connections': atMost('the same ÷ an echo over as many connections as sessions', 1.25, 1.5),
  G3: atLeast('client_credentials grant of oidc-provider ÷ a unary IssueToken', 2, 1.6),
  'G3.stream': atLeast('the same ÷ an IssueToken on a session stream', 3, 2.4),
  G4: atLeast('verify with its look-up in no view ÷ with the revocation check', 0.98, 0.95),
  'G4.bare': atLeast('two bare signature checks ÷ verify of token and proof', 0.93, 0.88),
  'G4.jose': atLeast(
    'jose on token and proof ÷ verify of both with the revocation check',
    1.5,
    1.3,
  ),
  G5: atLeast('first verify ÷ verify of a token seen before, a fresh proof each', 30, 15),
  G6: atLeast('marking every session of a tree of 100,000 ÷ the cut of its root', 50, 20),
  'G6.growth': atMost('cut of a tree of 100,000 ÷ cut of one of 100', 1.5, 3),
  'G6.millis': atMost('cut of a tree of 100,000, durable', 5, 25, 'ms'),
  G7: atMost('cut → the last of 1,000 verifiers ends its call ÷ a bare broadcast', 1.5, 2.5),
  'G7.p50': atMost('the same, median of the cuts', 60, 150, 'ms'),
  'G7.p99': atMost('cut → a verifier of 1,000 ends its call, p99', 120, 300, 'ms'),
  'G7.hundred': atMost(
    'cut → the last of 100 verifiers ends its call ÷ a bare broadcast',
    1.5,
    2.5,
  ),
  G8: atMost('100 cuts at once → 1,000 verifiers ÷ a broadcast of one message each', 0.25, 0.5),
  'G8.cpu': atMost('CPU of the broker for them ÷ of that broadcast', 0.15, 0.5),
  G9: atLeast(
    'reported actions through the watch, in batches of 64',
    250_000,
    120_000,
    'a CPU-second',
  ),
  'G9.engine': atLeast('the profile alone, sessions in turn', 250_000, 120_000, 'a CPU-second'),
  G10: atMost('memory of a live session in the registry', 600, 1_024, 'bytes'),
  'G10.profile': atMost('memory of the profile of a live session', 1_024, 3_072, 'bytes'),
  'G10.stored': atMost('stored bytes a token beyond its audit row', 0, 0, 'bytes'),
  G11: atMost('IssueToken with 1,000,000 live sessions ÷ with 1,000', 1.3, 1.6),
  'G11.verify': atMost('verify at 1,000,000 cuts ÷ at none', 1.05, 1.15),
  G12: atMost('cold start of a broker ÷ of a hello server of grpc-js', 2, 2.5),
  'G12.restart': atMost('restart with 1,000,000 live sessions', 6, 12, 's'),
  G13: atMost('IssueToken, 1 % of traces sampled and exported ÷ not traced', 1.03, 1.08),
  'G13.all': atMost('IssueToken, every call traced and exported ÷ not traced', 1.12, 1.25),
  G14: atMost('p99 of 1,000 tokens a second on streams ÷ of a stream echo', 2, 4),
  'G14.millis': atMost('p99 of 1,000 tokens a second on streams', 10, 40, 'ms'),
  G15: atLeast('two processes ÷ one', 1.4, 1.2),
};

/** Every row in order. */
export const rowNames = Object.keys(goals) as readonly RowName[];

/** Which goal a row belongs to: `G4.jose` to `G4`. */
export function goalOf(row: string): string {
  return row.split('.')[0] as string;
}

/** How a row came out. */
export type Verdict = 'met' | 'within the gate' | 'missed';

/** A gate is missed only when the medians and the best rounds are both over it. */
export function verdictOf(row: RowName, value: number, best: number): Verdict {
  const goal = goals[row];
  const reaches = (number: number, limit: number) =>
    goal.better === 'higher' ? number >= limit : number <= limit;
  if (reaches(value, goal.target)) return 'met';
  return reaches(value, goal.gate) || reaches(best, goal.gate) ? 'within the gate' : 'missed';
}
