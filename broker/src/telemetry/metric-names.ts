/** A metric of the reference page. */
export interface MetricWords {
  readonly name: string;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** By UCUM, as OpenTelemetry writes units. */
  readonly unit: string;
  readonly words: string;
  /** Attributes and what they hold: bounded words alone, never an id. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Every metric of the broker, in one place: what dashboards and alerts are built upon. */
export const brokerMetrics = {
  requests: {
    name: 'creance.requests',
    kind: 'counter',
    unit: '{call}',
    words: 'calls, and messages of session streams',
    attributes: { method: 'the method', outcome: '`ok`, or the reason of the refusal' },
  },
  tokensIssued: {
    name: 'creance.tokens.issued',
    kind: 'counter',
    unit: '{token}',
    words: 'tokens that were issued',
    attributes: { resource: 'registered name of the resource' },
  },
  tokensRefused: {
    name: 'creance.tokens.refused',
    kind: 'counter',
    unit: '{token}',
    words: 'tokens that were asked for and refused; calls that were not let in are not among them',
    attributes: { reason: 'the reason of the refusal' },
  },
  cuts: {
    name: 'creance.cuts',
    kind: 'counter',
    unit: '{cut}',
    words: 'what was cut or held',
    attributes: {
      handle: 'what: `session`, `workload`, `owner`, `before`, `token_keys` …',
      reason: '`operator`, `theft`, `risk`, `end`, `manifest`, `key_compromised`',
      author: '`operator`, `session`, `broker`',
    },
  },
  logRows: {
    name: 'creance.log.rows',
    kind: 'counter',
    unit: '{row}',
    words: 'rows of the revocation log',
    attributes: { kind: '`handle`, `before`, `token-key`, `key-cut`' },
  },
  feedLag: {
    name: 'creance.feed.lag',
    kind: 'gauge',
    unit: 'ms',
    words:
      'since the first cut that the slowest verifier of a resource has not acknowledged; 0 when all have',
    attributes: { resource: 'registered name of the resource' },
  },
  cutAcknowledged: {
    name: 'creance.cut.acknowledged',
    kind: 'histogram',
    unit: 'ms',
    words: 'from the commit of a cut to the acknowledgement of each verifier',
    attributes: { resource: 'registered name of the resource' },
  },
  cutAcknowledgedByAll: {
    name: 'creance.cut.acknowledged_by_all',
    kind: 'histogram',
    unit: 'ms',
    words:
      'from the commit of a cut to the last acknowledgement of those that were subscribed then',
  },
  deliveries: {
    name: 'creance.deliveries',
    kind: 'counter',
    unit: '{attempt}',
    words: 'attempts to deliver events to receivers of owners',
    attributes: { target: '`contact` or `escalation`', outcome: 'what came of it' },
  },
  subscribersLetGo: {
    name: 'creance.feed.subscribers_let_go',
    kind: 'counter',
    unit: '{subscriber}',
    words: 'subscribers that were too slow',
    attributes: { resource: 'registered name of the resource' },
  },
  queueDepth: {
    name: 'creance.queue.depth',
    kind: 'gauge',
    unit: '{item}',
    words: 'how full each bounded queue or memory is; of `frames` that of the slowest subscriber',
    attributes: { queue: '`writes`, `cuts`, `observations`, `frames` …' },
  },
  queueLimit: {
    name: 'creance.queue.limit',
    kind: 'gauge',
    unit: '{item}',
    words: 'its bound',
    attributes: { queue: '`writes`, `cuts`, `observations`, `frames` …' },
  },
  limitHits: {
    name: 'creance.limit.hits',
    kind: 'counter',
    unit: '{hit}',
    words: 'bounds that were hit',
    attributes: { limit: 'name of the bound' },
  },
  sessionsLive: {
    name: 'creance.sessions.live',
    kind: 'gauge',
    unit: '{session}',
    words: 'live sessions; one that has ended counts until the next sweep',
  },
  streams: {
    name: 'creance.streams.open',
    kind: 'gauge',
    unit: '{stream}',
    words: 'open session streams',
  },
  commitWrites: {
    name: 'creance.store.commit.writes',
    kind: 'histogram',
    unit: '{write}',
    words: 'writes of one group commit',
  },
  commitDuration: {
    name: 'creance.store.commit.duration',
    kind: 'histogram',
    unit: 'ms',
    words: 'how long one group commit took, to the disk',
  },
  clockOff: {
    name: 'creance.clock.off',
    kind: 'gauge',
    unit: 'ms',
    words:
      'by how much the wall clock is off while it is not believed and nothing is issued; 0 while it is believed',
  },
  certificateRemaining: {
    name: 'creance.tls.certificate.remaining',
    kind: 'gauge',
    unit: 's',
    words: 'how long the certificate that serves is good for; negative once it has ended',
  },
  certificateSwaps: {
    name: 'creance.tls.certificate.swaps',
    kind: 'counter',
    unit: '{pair}',
    words: 'certificates and keys that were read again from their files',
    attributes: { outcome: '`taken`, or `refused` while the old one serves on' },
  },
  eventLoopDelay: {
    name: 'creance.event_loop.delay',
    kind: 'gauge',
    unit: 'ms',
    words: 'by how much the event loop was late since the last reading',
    attributes: { quantile: '`0.5`, `0.99` or `1`' },
  },
  signals: {
    name: 'creance.signals',
    kind: 'counter',
    unit: '{signal}',
    words: 'what witnesses say and what makes the broker wonder',
    attributes: { kind: 'kind of the signal' },
  },
  observationsDropped: {
    name: 'creance.observations.dropped',
    kind: 'counter',
    unit: '{observation}',
    words: 'reported actions that were not judged',
    attributes: {
      cause: '`queue_full`, `session_unknown`, `audience_unknown`, `dropped_by_witness`',
    },
  },
  theftsAnswered: {
    name: 'creance.thefts.answered',
    kind: 'counter',
    unit: '{fact}',
    words: 'thefts that were proved',
    attributes: { fact: '`foreign_key`, `cloned_key`', outcome: 'what was done, or why not' },
  },
  watchBounds: {
    name: 'creance.watch.bounds',
    kind: 'counter',
    unit: '{hit}',
    words: 'what did not fit into the memory of the watch',
    attributes: { bound: 'name of the bound' },
  },
  watchDecisions: {
    name: 'creance.watch.decisions',
    kind: 'counter',
    unit: '{decision}',
    words: 'responses to risk',
    attributes: { level: 'the level', done: 'what was done' },
  },
  historyLost: {
    name: 'creance.history.lost',
    kind: 'counter',
    unit: '{line}',
    words: 'judged actions that were not kept',
    attributes: { cause: '`full`, `long`, `disk`' },
  },
} as const;
