/** Every bound of a manifest, by name. A bound that is hit refuses the whole file. */
export const manifestBounds = {
  /** Bytes of the file in UTF-8. */
  bytes: 1_048_576,
  /** Lines of the file: an empty line costs the parser as much as a full one. */
  lines: 100_000,
  /** Maps and lists inside each other. A manifest that says everything needs six. */
  depth: 16,
  /** Keys of the file's own map: far more than it knows, so that several misspelt ones are all named. */
  rootKeys: 64,
  /** Owners, resources, workloads and operators, each. */
  sectionEntries: 10_000,
  /** Entries of any map or list further down. */
  entries: 1_024,
  scopesPerResource: 256,
  /** Actions of a resource that have a sensitivity. */
  actionsPerResource: 256,
  /** Characters of an action's name. */
  actionChars: 128,
  grantsPerWorkload: 256,
  /** Workloads that the children of one may be of. */
  delegatesPerWorkload: 64,
  /** What a pace may allow at most, and entries of its lists. */
  turnsPerMinute: 100_000,
  burst: 1_000,
  fanout: 10_000,
  systemsPerPace: 64,
  transitionsPerPace: 256,
  destinationsPerPace: 256,
  /** Kinds of evidence of a workload, roles of an operator. */
  kinds: 16,
  /** Characters of a contact. */
  contactChars: 254,
  /** Texts, tags and the like in a row without a sign between them: valid YAML has three. */
  valueParts: 16,
  /** Signs in a row without a text between them: deep brackets that close and open again. */
  signParts: 64,
  /** Faults that are reported; how many more there are is said. */
  faults: 200,
  /** Characters of a presented value that a fault repeats. */
  shownChars: 80,
  /** Names that a misspelt one is compared with. */
  namesCompared: 1_000,
} as const;
