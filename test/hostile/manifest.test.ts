import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf, sample } from '../support/manifest-faults.js';

/**
 * One attack or slip a line: what of the sample is replaced (`*`: all of it) => by what @ every fault as
 * `line:column code path`. Escapes as in JSON.
 */
const table = String.raw`
apiVersion: creance/v1 => apiVersion: creance/v2 @ 1:13 api_version_unknown apiVersion
apiVersion: creance/v1 => apiVersion: 1 @ 1:13 type_wrong apiVersion
apiVersion: creance/v1\n =>  @ 1:1 key_missing apiVersion
apiVersion: => apiversion: @ 1:1 key_missing apiVersion & 1:1 key_unknown apiversion
apiVersion: creance/v1 => apiVersion: creance/v1\u0020\nnotes: hello @ 2:1 key_unknown notes
issuer: https://creance.example.internal\n =>  @ 1:1 key_missing issuer
https://creance.example.internal => http://creance.example.internal @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://creance.example.internal/ @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://creance.example.internal/a @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://creance.example.internal?a=1 @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://creance.example.internal#a @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://Creance.example.internal @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://creance.example.internal:443 @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://a:b@creance.example.internal @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://creance.example.internal. @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://*.example.internal @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://cr\u0435ance.example.internal @ 2:9 issuer_malformed issuer
https://creance.example.internal => https://dev.a1b2.invalid @ 2:9 issuer_invalid_outside_dev issuer
https://creance.example.internal => https://invalid @ 2:9 issuer_invalid_outside_dev issuer
issuer: https://creance.example.internal => issuer: @ 2:8 value_missing issuer
support-oncall@example.com => 42 @ 4:32 type_wrong owners.support-platform.contact
support-oncall@example.com => true @ 4:32 type_wrong owners.support-platform.contact
support-oncall@example.com => "a\\e[2Jb" @ 4:32 contact_malformed owners.support-platform.contact
support-oncall@example.com => " a" @ 4:32 contact_malformed owners.support-platform.contact
support-oncall@example.com => "" @ 4:32 contact_malformed owners.support-platform.contact
support-oncall@example.com => "e\u0301" @ 4:32 contact_malformed owners.support-platform.contact
escalation: security@example.com } => notify: { contact: { url: http://hooks.example.com/ } } } @ 4:86 receiver_insecure owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: http://10.0.0.1/ } } } @ 4:86 receiver_insecure owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: http://127.0.0.1.evil.example/ } } } @ 4:86 receiver_insecure owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: http://127.0.0.1:8080/ } } } @ 4:86 receiver_insecure owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: ftp://hooks.example.com/ } } } @ 4:86 receiver_malformed owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: urn:hooks } } } @ 4:86 receiver_malformed owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: https://a:b@hooks.example.com/ } } } @ 4:86 receiver_malformed owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: https://Hooks.example.com/ } } } @ 4:86 receiver_malformed owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: https://hooks.example.com/x#y } } } @ 4:86 receiver_malformed owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: https://hooks.example.com:443/ } } } @ 4:86 receiver_malformed owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: https://*.example.com/ } } } @ 4:86 receiver_malformed owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: { url: true } } } @ 4:86 type_wrong owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { contact: https://hooks.example.com/ } } @ 4:79 type_wrong owners.support-platform.notify.contact
escalation: security@example.com } => notify: { contact: { allowPrivate: true } } } @ 4:70 key_missing owners.support-platform.notify.contact.url
escalation: security@example.com } => notify: { pager: { url: https://hooks.example.com/ } } } @ 4:70 key_unknown owners.support-platform.notify.pager
escalation: => escalaton: @ 4:60 key_unknown owners.support-platform.escalaton
{ contact: support-oncall@example.com, escalation: security@example.com } => {} @ 4:3 key_missing owners.support-platform.contact
{ contact: support-oncall@example.com, escalation: security@example.com } => on-call @ 4:21 type_wrong owners.support-platform
  support-platform: { => \u0020 ops: { contact: a }\n  support-platform: { contact: b, @ 5:35 key_duplicate owners.support-platform.contact
owners:\n => owners:\n  Ops: { contact: 1 }\n @ 4:3 name_malformed owners.Ops & 4:19 type_wrong owners.Ops.contact
owners:\n => owners:\n  op\u0455: { contact: a }\n @ 4:3 name_malformed owners["op\u0455"]
owners:\n => owners:\n  -ops: { contact: a }\n @ 4:3 name_malformed owners.-ops
owners:\n => owners:\n  creance: { contact: a }\n @ 4:3 name_reserved owners.creance
owners:\n => owners:\n  dev: { contact: a }\n @ 4:3 name_reserved owners.dev
owners:\n => owners:\n  broker: { contact: a }\n @ 4:3 name_reserved owners.broker
owners:\n => owners:\n  constructor: { contact: a }\n @ 4:3 name_reserved owners.constructor
owners:\n => owners:\n  __proto__: { contact: a }\n @ 4:3 name_reserved owners.__proto__
owners:\n => owners:\n  "\\u001b[31mred": { contact: a }\n @ 4:3 name_malformed owners["\u001b[31mred"]
owners:\n => owners:\n  1: { contact: a }\n @ 4:3 key_not_text owners
owners:\n => owners:\n  ~: { contact: a }\n @ 4:3 key_not_text owners
owners:\n => owners:\n  ? [a]\n  : { contact: a }\n @ 4:5 key_not_text owners
owners:\n => owners:\n  <<: { a: { contact: a } }\n @ 4:3 merge_key_refused owners["<<"]
https://crm.example.internal => https://crm.example.internal#a @ 7:15 audience_malformed resources.crm.audience
https://crm.example.internal => /crm @ 7:15 audience_malformed resources.crm.audience
https://crm.example.internal => crm.example.internal:443 @ 7:15 audience_malformed resources.crm.audience
https://crm.example.internal => https://crm.example.internal/a/../b @ 7:15 audience_malformed resources.crm.audience
https://crm.example.internal => https://me@crm.example.internal @ 7:15 audience_malformed resources.crm.audience
https://crm.example.internal => http://crm.example.internal @ 7:15 audience_insecure resources.crm.audience
https://crm.example.internal => http://127.0.0.1.example.com @ 7:15 audience_insecure resources.crm.audience
https://crm.example.internal => [https://crm.example.internal] @ 7:15 type_wrong resources.crm.audience
resources:\n => resources:\n  mail: { audience: https://crm.example.internal/, scopes: { a: { access: read } } }\n @ 8:15 audience_duplicate resources.crm.audience
contacts:read: { => "contacts:*": { access: read }, contacts:read: { @ 8:15 scope_malformed resources.crm.scopes["contacts:*"]
contacts:read: { => "con tacts": { access: read }, contacts:read: { @ 8:15 scope_malformed resources.crm.scopes["con tacts"]
access: read => access: reed @ 8:40 value_unknown resources.crm.scopes.contacts:read.access
{ access: read } => { access: read, role: a } @ 8:46 key_unknown resources.crm.scopes.contacts:read.role
{ contacts:read: { access: read }, contacts:export: { access: export } } => {} @ 8:13 entries_none resources.crm.scopes & 16:35 scope_unknown workloads.support-triage.grants[0].scopes[0] & 17:35 scope_unknown workloads.support-triage.grants[1].scopes[0]
strictness: strict => strictness: Strict @ 9:17 value_unknown resources.crm.strictness
strictness: strict => strictness: no @ 9:17 value_unknown resources.crm.strictness
strictness: strict => maxStaleSeconds: 3 @ 9:22 number_out_of_range resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: 61 @ 9:22 number_out_of_range resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: 10.5 @ 9:22 number_malformed resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: 1e1 @ 9:22 number_malformed resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: 0x10 @ 9:22 number_malformed resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: 010 @ 9:22 number_malformed resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: 0o10 @ 9:22 number_malformed resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: "10" @ 9:22 type_wrong resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: 99999999999999999999 @ 9:22 number_malformed resources.crm.maxStaleSeconds
strictness: strict => maxStaleSeconds: .inf @ 9:22 number_malformed resources.crm.maxStaleSeconds
owner: support-platform => owner: suport-platform @ 12:12 owner_unknown workloads.support-triage.owner
owner: support-platform\n => reports: none\n @ 11:3 key_missing workloads.support-triage.owner & 12:5 key_unknown workloads.support-triage.reports
class: agent => class: Agent @ 13:12 value_unknown workloads.support-triage.class
class: agent => class: @ 13:11 value_missing workloads.support-triage.class
[{ kind: join-token }] => [] @ 14:15 entries_none workloads.support-triage.evidence
[{ kind: join-token }] => join-token @ 14:15 type_wrong workloads.support-triage.evidence
kind: join-token => kind: k8s @ 14:24 value_unknown workloads.support-triage.evidence[0].kind
[{ kind: join-token }] => [{ kind: join-token }, { kind: join-token }] @ 14:46 item_duplicate workloads.support-triage.evidence[1].kind
    evidence: [{ kind: join-token }]\n =>  @ 11:3 key_missing workloads.support-triage.evidence
{ resource: crm, scopes: [contacts:read] => { resource: crn, scopes: [contacts:read] @ 16:21 resource_unknown workloads.support-triage.grants[0].resource
{ resource: crm, scopes: [contacts:read] => { resource: __proto__, scopes: [contacts:read] @ 16:21 name_reserved workloads.support-triage.grants[0].resource
[contacts:read] => [contacts:raed] @ 16:35 scope_unknown workloads.support-triage.grants[0].scopes[0]
    strictness: strict => \u0020   canary: "no" @ 9:13 type_wrong resources.crm.canary
    strictness: strict => \u0020   canary: 1 @ 9:13 type_wrong resources.crm.canary
    strictness: strict => \u0020   canarie: true @ 9:5 key_unknown resources.crm.canarie
    strictness: strict => \u0020   actions: { contacts.read: reads } @ 9:31 value_unknown resources.crm.actions["contacts.read"]
    strictness: strict => \u0020   actions: { "a>b": read } @ 9:16 action_malformed resources.crm.actions["a>b"]
    strictness: strict => \u0020   actions: [contacts.read] @ 9:14 type_wrong resources.crm.actions
[contacts:read] => [contacts:read, contacts:read] @ 16:50 item_duplicate workloads.support-triage.grants[0].scopes[1]
{ access: export } => { access: export, canary: true } @ 17:35 canary_granted workloads.support-triage.grants[1].scopes[0]
[contacts:read] => [] @ 16:34 entries_none workloads.support-triage.grants[0].scopes
[contacts:read] => contacts:read @ 16:34 type_wrong workloads.support-triage.grants[0].scopes
lifetimeSeconds: 60 => lifetimeSeconds: 14 @ 16:68 number_out_of_range workloads.support-triage.grants[0].lifetimeSeconds
lifetimeSeconds: 60 => lifetimeSeconds: 901 @ 16:68 number_out_of_range workloads.support-triage.grants[0].lifetimeSeconds
lifetimeSeconds: 60 => lifetime: 60 @ 16:51 key_unknown workloads.support-triage.grants[0].lifetime
approval: required => approval: yes @ 17:63 value_unknown workloads.support-triage.grants[1].approval
scopes: [contacts:export], approval: required => scopes: [contacts:read, contacts:export], approval: required @ 17:35 approval_ambiguous workloads.support-triage.grants[1].scopes[0]
scopes: [contacts:export], approval: required => scopes: [contacts:read] @ 17:9 grant_duplicate workloads.support-triage.grants[1]
    class: agent => \u0020   delegation: { depth: 3 }\n    class: agent @ 13:5 key_missing workloads.support-triage.delegation.to
    class: agent => \u0020   delegation: { to: [support-triage] }\n    class: agent @ 13:5 key_missing workloads.support-triage.delegation.depth
    class: agent => \u0020   delegation: {}\n    class: agent @ 13:5 key_missing workloads.support-triage.delegation.depth & 13:5 key_missing workloads.support-triage.delegation.to
    class: agent => \u0020   delegation: 3\n    class: agent @ 13:17 type_wrong workloads.support-triage.delegation
    class: agent => \u0020   delegation: { depth: 0, to: [support-triage] }\n    class: agent @ 13:26 number_out_of_range workloads.support-triage.delegation.depth
    class: agent => \u0020   delegation: { depth: 8, to: [support-triage] }\n    class: agent @ 13:26 number_out_of_range workloads.support-triage.delegation.depth
    class: agent => \u0020   delegation: { depth: 1.5, to: [support-triage] }\n    class: agent @ 13:26 number_malformed workloads.support-triage.delegation.depth
    class: agent => \u0020   delegation: { depth: 1, to: [] }\n    class: agent @ 13:33 entries_none workloads.support-triage.delegation.to
    class: agent => \u0020   delegation: { depth: 1, to: support-triage }\n    class: agent @ 13:33 type_wrong workloads.support-triage.delegation.to
    class: agent => \u0020   delegation: { depth: 1, to: [suport-triage] }\n    class: agent @ 13:34 workload_unknown workloads.support-triage.delegation.to[0]
    class: agent => \u0020   delegation: { depth: 1, to: ["*"] }\n    class: agent @ 13:34 name_malformed workloads.support-triage.delegation.to[0]
    class: agent => \u0020   delegation: { depth: 1, to: [crm] }\n    class: agent @ 13:34 workload_unknown workloads.support-triage.delegation.to[0]
    class: agent => \u0020   delegation: { depth: 1, to: [__proto__] }\n    class: agent @ 13:34 name_reserved workloads.support-triage.delegation.to[0]
    class: agent => \u0020   delegation: { depth: 1, to: [support-triage, support-triage] }\n    class: agent @ 13:50 item_duplicate workloads.support-triage.delegation.to[1]
    class: agent => \u0020   delegation: { depth: 1, to: [support-triage], all: true }\n    class: agent @ 13:51 key_unknown workloads.support-triage.delegation.all
    class: agent => \u0020   pace: {}\n    class: agent @ 13:11 entries_none workloads.support-triage.pace
    class: agent => \u0020   pace: 30\n    class: agent @ 13:11 type_wrong workloads.support-triage.pace
    class: agent => \u0020   pace: { turnsPerMinute: 0 }\n    class: agent @ 13:29 number_out_of_range workloads.support-triage.pace.turnsPerMinute
    class: agent => \u0020   pace: { turnsPerMinute: 100001 }\n    class: agent @ 13:29 number_out_of_range workloads.support-triage.pace.turnsPerMinute
    class: agent => \u0020   pace: { burst: 1001 }\n    class: agent @ 13:20 number_out_of_range workloads.support-triage.pace.burst
    class: agent => \u0020   pace: { fanout: 10001 }\n    class: agent @ 13:21 number_out_of_range workloads.support-triage.pace.fanout
    class: agent => \u0020   pace: { perMinute: 3 }\n    class: agent @ 13:13 key_unknown workloads.support-triage.pace.perMinute
    class: agent => \u0020   pace: { systems: [] }\n    class: agent @ 13:22 entries_none workloads.support-triage.pace.systems
    class: agent => \u0020   pace: { systems: [crn] }\n    class: agent @ 13:23 resource_unknown workloads.support-triage.pace.systems[0]
    class: agent => \u0020   pace: { systems: ["*"] }\n    class: agent @ 13:23 name_malformed workloads.support-triage.pace.systems[0]
    class: agent => \u0020   pace: { systems: [crm, crm] }\n    class: agent @ 13:28 item_duplicate workloads.support-triage.pace.systems[1]
    class: agent => \u0020   pace: { transitions: [] }\n    class: agent @ 13:26 entries_none workloads.support-triage.pace.transitions
    class: agent => \u0020   pace: { transitions: [[crm.a]] }\n    class: agent @ 13:27 transition_malformed workloads.support-triage.pace.transitions[0]
    class: agent => \u0020   pace: { transitions: [[crm.a, crm.b, crm.c]] }\n    class: agent @ 13:27 transition_malformed workloads.support-triage.pace.transitions[0]
    class: agent => \u0020   pace: { transitions: [[crm.a, crn.b]] }\n    class: agent @ 13:35 resource_unknown workloads.support-triage.pace.transitions[0][1]
    class: agent => \u0020   pace: { transitions: [[crm.a, crm]] }\n    class: agent @ 13:35 step_malformed workloads.support-triage.pace.transitions[0][1]
    class: agent => \u0020   pace: { transitions: [[crm.a, crm.]] }\n    class: agent @ 13:35 step_malformed workloads.support-triage.pace.transitions[0][1]
    class: agent => \u0020   pace: { transitions: [["crm.a>crm.b", crm.c]] }\n    class: agent @ 13:28 step_malformed workloads.support-triage.pace.transitions[0][0]
    class: agent => \u0020   pace: { transitions: [[crm.a, 3]] }\n    class: agent @ 13:35 type_wrong workloads.support-triage.pace.transitions[0][1]
    class: agent => \u0020   pace: { transitions: [[crm.a, crm.b], [crm.a, crm.b]] }\n    class: agent @ 13:44 item_duplicate workloads.support-triage.pace.transitions[1][0]
    class: agent => \u0020   pace: { destinations: [] }\n    class: agent @ 13:27 entries_none workloads.support-triage.pace.destinations
    class: agent => \u0020   pace: { destinations: [{ resource: crn, kind: host, value: a.example }] }\n    class: agent @ 13:40 resource_unknown workloads.support-triage.pace.destinations[0].resource
    class: agent => \u0020   pace: { destinations: [{ resource: crm, kind: phone, value: a.example }] }\n    class: agent @ 13:51 value_unknown workloads.support-triage.pace.destinations[0].kind
    class: agent => \u0020   pace: { destinations: [{ resource: crm, kind: email, value: a.example }] }\n    class: agent @ 13:65 destination_malformed workloads.support-triage.pace.destinations[0].value
    class: agent => \u0020   pace: { destinations: [{ resource: crm, kind: host, value: "*.a b" }] }\n    class: agent @ 13:64 destination_malformed workloads.support-triage.pace.destinations[0].value
    class: agent => \u0020   pace: { destinations: [{ resource: crm, kind: host }] }\n    class: agent @ 13:27 key_missing workloads.support-triage.pace.destinations[0].value
    class: agent => \u0020   responses: { mode: off }\n    class: agent @ 13:24 value_unknown workloads.support-triage.responses.mode
    class: agent => \u0020   responses: { rules: { chains: shadow } }\n    class: agent @ 13:27 key_unknown workloads.support-triage.responses.rules.chains
    class: agent => \u0020   responses: { rules: { chain: enforced } }\n    class: agent @ 13:34 value_unknown workloads.support-triage.responses.rules.chain
    class: agent => \u0020   responses: { rules: [chain] }\n    class: agent @ 13:25 type_wrong workloads.support-triage.responses.rules
    class: agent => \u0020   responses: { revokeAtTop: true }\n    class: agent @ 13:18 key_unknown workloads.support-triage.responses.revokeAtTop
    class: agent => \u0020   responses: { onForeignKey: none }\n    class: agent @ 13:32 value_unknown workloads.support-triage.responses.onForeignKey
    class: agent => \u0020   responses: { onForeignkey: tree }\n    class: agent @ 13:18 key_unknown workloads.support-triage.responses.onForeignkey
    class: agent => \u0020   responses: tree\n    class: agent @ 13:16 type_wrong workloads.support-triage.responses
  support-triage: => \u0020 support-triage: {}\n  support-triage: @ 11:3 key_missing workloads.support-triage.owner & 11:3 key_missing workloads.support-triage.class & 11:3 key_missing workloads.support-triage.evidence & 12:3 key_duplicate workloads.support-triage
[viewer, security] => [viewer, root] @ 19:29 value_unknown operators.oncall.roles[1]
[viewer, security] => [] @ 19:20 entries_none operators.oncall.roles
[viewer, security] => [viewer, viewer] @ 19:29 item_duplicate operators.oncall.roles[1]
owners:\n  support-platform: { contact: support-oncall@example.com, escalation: security@example.com } => owners: [] @ 3:9 type_wrong owners
class: agent => class: &a agent @ 13:12 anchor_refused workloads.support-triage.class
owner: support-platform => owner: *a @ 12:12 alias_refused workloads.support-triage.owner
class: agent => class: !!js/function "agent" @ 13:12 tag_refused workloads.support-triage.class
class: agent => class: !!binary YWdlbnQ= @ 13:12 tag_refused workloads.support-triage.class
class: agent => class: !!str agent @ 13:12 tag_refused workloads.support-triage.class
apiVersion: => %YAML 1.1\n---\napiVersion: @ 1:1 directive_refused
apiVersion: => \ufeffapiVersion: @ 1:1 byte_order_mark
    class: agent => \t class: agent @ 13:1 indent_by_tab & 13:10 syntax & 15:1 syntax
    class: agent => \u0020   class: agent\rclass: human @ 13:17 character_refused
class: agent => class: agent # \u202e @ 13:20 character_refused
class: agent => class: agent # \u0000 @ 13:20 character_refused
class: agent => class: ag\u200bent @ 13:14 character_refused
class: agent => class: agent # \ud800 @ 13:20 character_refused
class: agent => class: "agent @ 20:1 syntax
[viewer, security] => [viewer, security @ 19:38 syntax & 19:39 syntax
class: agent => class: "\\z" @ 13:13 syntax
    class: agent => \u0020     class: agent @ 12:12 syntax
operators: => ---\noperators: @ 18:1 documents_several
operators: => ...\noperators: @ 19:1 documents_several
* =>  @ 1:1 file_empty
* => # nothing @ 1:1 file_empty
* => --- @ 1:1 file_empty
* => creance @ 1:1 type_wrong
* => [] @ 1:1 type_wrong
* => \u0000\u0001\u0002 @ 1:1 character_refused & 1:2 character_refused & 1:3 character_refused
`;

function unescaped(text: string): string {
  return JSON.parse(`"${text.replaceAll('"', '\\"')}"`);
}

function changed(from: string, to: string): string {
  if (from === '*') return to;
  expect(sample).toContain(from);
  return sample.replace(from, () => to);
}

let prototypeBefore: PropertyDescriptorMap;

beforeAll(() => {
  prototypeBefore = Object.getOwnPropertyDescriptors(Object.prototype);
});

// Whatever the tables hold, no object of the process gains a property by it.
afterAll(() => {
  expect(Object.getOwnPropertyDescriptors(Object.prototype)).toEqual(prototypeBefore);
  expect(Reflect.get({}, 'contact')).toBeUndefined();
});

describe('a faulty manifest', () => {
  // breaks when: any one check of schema.ts, references.ts, rules.ts, grants.ts or scan.ts is taken out
  it.each(table.trim().split('\n'))('%s', (row) => {
    const [change = '', faults] = row.split(' @ ');
    const [from = '', to = ''] = change.split(' => ').map(unescaped);
    expect(faultsOf(changed(from, to))).toBe(faults);
    expect(faultsOf(sample)).toBe('');
  });

  it('refuses a long-lived grant of a bestEffort resource, and lets it live a minute', () => {
    const bestEffort = changed('strictness: strict', 'strictness: bestEffort');
    expect(faultsOf(bestEffort)).toBe('');
    const path = 'workloads.support-triage.grants[0].lifetimeSeconds';
    const longer = bestEffort.replace('lifetimeSeconds: 60', 'lifetimeSeconds: 61');
    expect(faultsOf(longer)).toBe(`16:68 lifetime_best_effort ${path}`);
  });
});
