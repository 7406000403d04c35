// The rooms of docs/architecture.md as import rules. test/laws/rooms.test.ts plants one file against each
// and wants it caught. Packages resolve to their sources (tsconfig.rooms.json), so that no build is needed.
const test = '(\\.test\\.ts$|^(test|bench)/)';

/** Matches a package of somebody else, by its folder under node_modules. */
const vendor = (name) => `node_modules/${name}/`;

/** A vendor library lives in the rooms named, and in no other. */
const oneRoom = (name, rooms, comment) => ({
  name: `${name.replace(/^@|\/.*$/g, '')}-in-its-room`,
  comment,
  severity: 'error',
  from: { pathNot: rooms },
  to: { path: vendor(name) },
});

const forbidden = [
  {
    name: 'no-cycles',
    comment: 'What two files share goes down, to a third.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'nothing-unresolved',
    comment: 'An import that leads nowhere, or past the door of a package.',
    severity: 'error',
    from: {},
    // What `broker/bin` starts is there only after a build.
    to: { couldNotResolve: true, pathNot: '^\\.\\./dist/' },
  },
  {
    name: 'domain-is-pure',
    comment: 'Rules know the token contract and each other: no clock, disk, network or vendor.',
    severity: 'error',
    from: { path: '^broker/src/domain/', pathNot: test },
    to: { pathNot: '^(broker/src/domain/|proto/src/index\\.ts$)' },
  },
  {
    name: 'commands-see-interfaces',
    comment: 'A verb knows the store by store.ts and no transport.',
    severity: 'error',
    from: { path: '^broker/src/commands/', pathNot: test },
    to: {
      path: '^broker/src/(store/(?!store\\.ts$)|rpc/|http/|cli/|main\\.ts$|broker\\.ts$)|^proto/src/wire\\.ts$',
    },
  },
  {
    name: 'rooms-below-know-no-edge',
    comment: 'Transports call the rooms, never the other way round.',
    severity: 'error',
    from: {
      path: '^broker/src/(attest|detect|events|feed|manifest|notify|replay|runtime|settings|store|telemetry|tokens)/',
      pathNot: test,
    },
    to: { path: '^broker/src/(rpc|http|cli)/' },
  },
  {
    name: 'detect-judges-alone',
    comment: 'What makes facts and signals is given its store, clock and keys as interfaces.',
    severity: 'error',
    from: { path: '^broker/src/detect/', pathNot: `${test}|/doubles/` },
    to: {
      pathNot:
        '^(broker/src/(detect|domain)/|broker/src/(store/store|runtime/clock)\\.ts$|proto/src/index\\.ts$)|/node_modules/(@datadog/sketches-js|mmdb-lib)/',
    },
  },
  {
    name: 'store-behind-its-contract',
    comment: 'A store is reached through the door of its room.',
    severity: 'error',
    from: { pathNot: `^broker/src/store/(sqlite/|index\\.ts$)|${test}` },
    to: { path: '^broker/src/store/sqlite/' },
  },
  {
    name: 'one-place-picks-the-store',
    comment:
      'Only the place that joins the parts, and the command that reads a store at rest, open one.',
    severity: 'error',
    from: {
      path: '^broker/src/',
      pathNot: `^broker/src/((broker|cut-only)\\.ts$|index\\.ts$|cli/)|${test}`,
    },
    to: { path: '^broker/src/store/index\\.ts$' },
  },
  {
    name: 'proto-stands-alone',
    comment: 'What crosses a wire depends on nothing of ours.',
    severity: 'error',
    from: { path: '^proto/' },
    to: { path: '^(broker|sdk|agents-examples|test|bench)/' },
  },
  {
    name: 'agent-stands-alone',
    comment: 'The agent package knows neither verifier nor broker.',
    severity: 'error',
    from: { path: '^sdk/agent/' },
    to: { path: '^(sdk/verifier|broker|agents-examples|test|bench)/' },
  },
  {
    name: 'verifier-stands-alone',
    comment: 'The verifier package knows neither agent nor broker.',
    severity: 'error',
    from: { path: '^sdk/verifier/' },
    to: { path: '^(sdk/agent|broker|agents-examples|test|bench)/' },
  },
  {
    name: 'broker-and-sdk',
    comment:
      'Only the command uses the SDK, as any client; the broker never judges with the verifier.',
    severity: 'error',
    from: { path: '^broker/', pathNot: `^broker/src/cli/|${test}` },
    to: { path: '^sdk/' },
  },
  {
    name: 'nothing-imports-test',
    comment: 'What tests share is for tests.',
    severity: 'error',
    from: { pathNot: '^(test|bench)/' },
    to: { path: '^test/|\\.test\\.ts$' },
  },
  {
    name: 'doubles-are-for-tests',
    comment: 'Fakes that stand beside the code are not part of it.',
    severity: 'error',
    from: { pathNot: `${test}|/(doubles|support)/|/(double|fake)-[^/]*$` },
    to: { path: '^(proto|broker|sdk)/.*/((doubles|support)/|double-[^/]*$)' },
  },
  {
    name: 'nothing-imports-examples',
    comment: 'Examples and measurements are read and run, not built upon.',
    severity: 'error',
    from: { pathNot: '^(agents-examples|bench)/' },
    to: { path: '^(agents-examples|bench)/' },
  },
  {
    name: 'packages-through-their-doors',
    comment:
      'Another package is imported by what its package.json exports. Only test/ looks into the broker: laws and contracts that cross its rooms are held there.',
    severity: 'error',
    from: { path: '^(proto|broker|sdk/agent|sdk/verifier|agents-examples|bench)/' },
    to: {
      path: '^(proto|broker|sdk/agent|sdk/verifier)/',
      pathNot:
        '^($1/|proto/src/(index|wire)\\.ts$|broker/src/index\\.ts$|sdk/agent/src/(index|internal|grpc)\\.ts$|sdk/verifier/src/(index|grpc|grpc-server|fastify|express)\\.ts$)',
    },
  },
  {
    name: 'tests-through-the-doors-of-the-sdk',
    comment: 'Users have only the doors of the SDK packages and of proto, so tests have no more.',
    severity: 'error',
    from: { path: '^test/' },
    to: {
      path: '^(proto|sdk/agent|sdk/verifier)/',
      pathNot:
        '^(proto/src/(index|wire)\\.ts$|sdk/agent/src/(index|internal|grpc)\\.ts$|sdk/verifier/src/(index|grpc|grpc-server|fastify|express)\\.ts$)',
    },
  },
  oneRoom(
    'better-sqlite3',
    '^(broker/src/store/sqlite|test)/',
    'SQL and its driver stay behind the store contract.',
  ),
  oneRoom(
    'jose',
    '^(broker/src/(tokens|attest)|sdk/verifier|agents-examples|test|bench)/',
    'JOSE at the edges, in receivers of events and as the judge in tests.',
  ),
  oneRoom(
    '@grpc/grpc-js',
    '^(proto/src/gen|broker/src/(rpc|cli)|sdk/agent/src/(transport|grpc)|sdk/verifier/src/grpc(-server)?|agents-examples|test|bench)[/.]',
    'One transport room a package; generated code names its types.',
  ),
  oneRoom('commander', '^broker/src/cli/', 'Arguments are read in one room.'),
  oneRoom(
    'yaml',
    '^broker/src/(manifest/|cli/yaml-text\\.(test\\.)?ts$)',
    'Files are parsed once, with line and column; results are written in one place.',
  ),
  oneRoom(
    'fastify',
    '^(broker/src/http|sdk/verifier/src/fastify|agents-examples|test)[/.]',
    'HTTP in one room; the verifier and the examples wrap it.',
  ),
];

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '^(proto|broker|sdk/(agent|verifier)|agents-examples(/adapters)?|test|bench)/dist/',
    },
    // Types count: a type from the wrong room is a word from the wrong room.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.rooms.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
    },
  },
};
