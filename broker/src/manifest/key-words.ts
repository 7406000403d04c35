/** What each key of a manifest is for, by its place: `*` stands for a name, `[]` for an entry of a list. */
export const keyWords: Readonly<Record<string, string>> = {
  apiVersion: 'Always creance/v1.',
  issuer:
    'The address that verifiers know the broker by: the iss of every token. Fixed by the first start; may be left out for development only.',
  owners: 'Whom to call, by name.',
  'owners.*': 'One team or person.',
  'owners.*.contact': 'Where to reach them.',
  'owners.*.escalation': 'Where to reach somebody when they do not answer.',
  'owners.*.notify':
    'Where events of its workloads are pushed to, as signed Security Event Tokens.',
  'owners.*.notify.contact': 'Gets signals from narrow on, holds and cuts.',
  'owners.*.notify.contact.url': 'An https URL; http on loopback in development only.',
  'owners.*.notify.contact.allowPrivate':
    'Whether it may be at a private, local or otherwise special address.',
  'owners.*.notify.escalation':
    'Gets holds and cuts, and what the contact has not taken within 5 minutes.',
  'owners.*.notify.escalation.url': 'As for the contact.',
  'owners.*.notify.escalation.allowPrivate': 'As for the contact.',
  resources: 'The services that sessions call, by name. Each may join as a verifier.',
  'resources.*': 'One protected service.',
  'resources.*.audience':
    'The aud of its tokens: an https URL, or http on loopback. Of one resource only.',
  'resources.*.scopes': 'The words that may be granted at it.',
  'resources.*.scopes.*': 'One scope.',
  'resources.*.scopes.*.access':
    'What it lets do. A session in doubt keeps read at most, unless it declared what for.',
  'resources.*.scopes.*.canary': 'Bait: nobody has business there, so a use says enough.',
  'resources.*.strictness':
    'strict: a verifier whose view is older than maxStaleSeconds refuses. bestEffort: it allows, and tokens live at most 60 s.',
  'resources.*.maxStaleSeconds': 'Seconds that the view of its verifiers may be old.',
  'resources.*.canary': 'Bait, as for one scope.',
  'resources.*.actions': 'How much its actions can do, by name of the action.',
  'resources.*.actions.*': 'From reading to removing evidence.',
  workloads: 'The software that may join, by name.',
  'workloads.*': 'One registered workload.',
  'workloads.*.owner': 'Name of an owner. When it changes, live sessions end.',
  'workloads.*.class': 'agent chooses its own actions; batch and human do not.',
  'workloads.*.evidence': 'What it may join with.',
  'workloads.*.evidence.[]': 'One kind of evidence.',
  'workloads.*.evidence.[].kind': 'join-token: creance join-token create --workload NAME.',
  'workloads.*.grants': 'All that its sessions may ask for. What is not here is refused.',
  'workloads.*.grants.[]': 'Scopes of one resource.',
  'workloads.*.grants.[].resource': 'Name of a resource.',
  'workloads.*.grants.[].scopes': 'Scopes of that resource.',
  'workloads.*.grants.[].scopes.[]': 'One scope.',
  'workloads.*.grants.[].lifetimeSeconds':
    'Seconds that a token lives when nothing is asked, and at most.',
  'workloads.*.grants.[].approval':
    'required: a person has to say yes. Nobody can approve yet, so nothing is granted by it.',
  'workloads.*.delegation': 'What its sessions may have below them; nothing when it is left out.',
  'workloads.*.delegation.depth': 'Levels below one of its sessions.',
  'workloads.*.delegation.to':
    'Workloads that the children may be of; its own name for children in the same process.',
  'workloads.*.delegation.to.[]': 'Name of a workload.',
  'workloads.*.pace':
    'What it does by its own statement: enforced at once. creance envelope suggest NAME writes it from what was seen.',
  'workloads.*.pace.turnsPerMinute': 'Turns a minute at most.',
  'workloads.*.pace.burst': 'Actions of one turn at most.',
  'workloads.*.pace.fanout': 'Different destinations within a minute at most.',
  'workloads.*.pace.systems': 'The only resources that it acts at.',
  'workloads.*.pace.systems.[]': 'Name of a resource.',
  'workloads.*.pace.transitions': 'The only steps that it takes from one action to another.',
  'workloads.*.pace.transitions.[]': 'Two actions: the one before, and the one after.',
  'workloads.*.pace.transitions.[].[]': 'An action as resource.action.',
  'workloads.*.pace.destinations': 'The only destinations at the resources that are named here.',
  'workloads.*.pace.destinations.[]': 'One destination. The broker keeps its hash only.',
  'workloads.*.pace.destinations.[].resource': 'Name of the resource at which it is reached.',
  'workloads.*.pace.destinations.[].kind': 'What sort of thing it is.',
  'workloads.*.pace.destinations.[].value': 'The destination in plain words.',
  'workloads.*.responses': 'What answers a theft or the suspicion of one.',
  'workloads.*.responses.onForeignKey':
    'When another key shows that a token leaked: the session gets other tokens, the session ends, or its whole tree.',
  'workloads.*.responses.mode':
    'shadow says what would have been done, alert tells somebody, enforce acts.',
  'workloads.*.responses.rules': 'Rules of the watch with a mode of their own.',
  'workloads.*.responses.rules.*': 'The mode of this rule.',
  operators: 'People on call, by name.',
  'operators.*': 'One person.',
  'operators.*.roles':
    'What they may do: viewer looks, registrar makes join tokens and applies manifests, policy also what widens, security cuts, keys changes keys, auditor reads the audit.',
  'operators.*.roles.[]': 'One role; none implies another.',
};
