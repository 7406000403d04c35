// Mutation testing: each small change of verifier, tree, scope and feed must make a test fail.
// `npm run mutation`; a part of it: `npm run mutation -- --mutate proto/src/scope.ts`.
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: true },
  mutate: [
    'proto/src/{token,lineage,scope,proof,jws,jwk,base64url,handle,revision,der}.ts',
    'broker/src/domain/{session,policy,policy-delegation,policy-reach,policy-risk,policy-task,task,access,instant}.ts',
    'sdk/verifier/src/{judge,cuts,tokens,proofs,replay,nonces,live-identities,network-prefix,recent,clock-steps}.ts',
  ],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 5_000,
  tempDirName: '.mutation',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  jsonReporter: { fileName: 'mutation-report/mutation.json' },
};
