/** A session id, as it is copied from a list. */
const id = 'ZbfDUHHZuGtw5BT1MWxAbA';

/**
 * Examples below the help of each command, by the words that call it; `creance` alone for the whole. Enough to
 * go from "something is wrong with support-triage" to a confirmed end.
 */
export const examples: Readonly<Record<string, readonly string[]>> = {
  creance: [
    'something is wrong with support-triage:',
    '  creance session ls --workload support-triage',
    `  creance session show ${id}`,
    `  creance cut --session ${id} --reason "looks stolen"   # waits until verifiers confirm`,
    'somebody was refused, and has a code or a request id:',
    '  creance explain scope_not_granted',
  ],
  'session ls': [
    'creance session ls --workload support-triage',
    'creance session ls --owner support-platform --state suspended --watch',
  ],
  'session tree': ['creance session tree', `creance session tree ${id}   # ended ones too`],
  'session show': [`creance session show ${id}`, `creance session show ${id} -o yaml`],
  'workload ls': ['creance workload ls', 'creance workload ls --owner support-platform -o json'],
  'workload show': [
    'creance workload show support-triage',
    'creance workload show support-triage --file ./creance.yaml   # and where it stands in the file',
  ],
  'verifier ls': ['creance verifier ls', 'creance verifier ls --watch   # who enforces a cut yet'],
  explain: [
    'creance explain scope_not_granted   # a code; no broker is asked',
    `creance explain ${id}   # a session, or a request that was refused`,
  ],
  events: [
    'creance events --watch --workload support-triage',
    'creance events --watch --kind cut --kind held -o json   # one a line, for a program',
  ],
  deliveries: ['creance deliveries --owner support-platform'],
  cut: [
    `creance cut --session ${id} --reason "token seen elsewhere"`,
    'creance cut --workload support-triage --reason "bad release"   # all that are open now',
  ],
  suspend: [`creance suspend --session ${id} --reason "looking into it"`],
  resume: [`creance resume --session ${id} --reason "it was the nightly job"`],
  approvals: ['creance approvals', 'creance approvals -o json   # with the digest of each'],
  approve: [`creance approve ${id}   # shows it and asks`],
  deny: [`creance deny ${id} --reason "not before the audit"`],
  'keys ls': ['creance keys ls'],
  'keys compromise': ['creance keys compromise <kid> --reason "the key file was copied"'],
  'join-token create': [
    'creance join-token create --workload support-triage',
    'creance join-token create --verifier crm --uses 3 --network 10.0.0.0/8',
  ],
  init: ['creance init', 'creance init deploy/creance.yaml'],
  plan: ['creance plan', 'creance plan deploy/creance.yaml -o json   # exit 0 same, 2 drift'],
  apply: [
    'creance apply --reason "mail-writer may send"',
    'creance apply deploy/creance.yaml --yes --reason "$CHANGE"   # in a pipeline',
  ],
  rollback: [
    'creance rollback --list',
    'creance rollback --reason "the grant was too wide"   # again: one further back',
  ],
  'envelope suggest': ['creance envelope suggest support-triage'],
  dev: ['creance dev', 'creance dev --manifest deploy/creance.yaml --data ../creance-data'],
  serve: [
    'creance serve --listen 0.0.0.0:7420 --tls-certificate tls.crt --tls-key tls.key --public-origin https://creance.example.com:7420',
  ],
  run: [
    'creance run -- node agent.js',
    'creance run --by fd -- ./nightly.sh   # nothing stands in the environment',
  ],
  demo: ['creance demo   # a broker, a service, an agent and a thief, in this process'],
  'config show': ['creance config show --origin', 'creance config show -o json'],
  doctor: ['creance doctor', 'creance doctor --data /var/lib/creance -o json'],
  whoami: ['creance whoami'],
  completion: ['creance completion bash   # eval "$(…)" in ~/.bashrc'],
  'audit verify': [
    'creance audit verify',
    'creance audit verify --head 1204:<hash>   # against one that a verifier has seen',
  ],
  record: ['creance record --since 2h --workload support-triage --output past.ndjson'],
  backtest: [
    'creance backtest --profile past.ndjson --input today.ndjson --output verdicts.ndjson --summary',
  ],
};
