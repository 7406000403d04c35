import { destinationCharsMax, nameCharsMax, scopeCharsMax, uriCharsMax } from '@creance/proto';
import { manifestBounds } from './bounds.js';
import type { FaultCode } from './fault.js';
import type { FaultText } from './finding.js';
import { reservedNames } from './name.js';
import { listed, quoted } from './words.js';

/** The words for each check of the schema that carries its fault's code as message. */
const codedWords = {
  action_malformed: (presented) => ({
    problem: `${quoted(presented)} is not the name of an action`,
    fix: `use 1 to ${manifestBounds.actionChars} printable ASCII characters without ">" and without space around them, as verifiers report them`,
  }),
  api_version_unknown: (presented) => ({
    problem: `${quoted(presented)} is not a version that this broker reads`,
    fix: 'write "apiVersion: creance/v1"',
  }),
  audience_insecure: (presented) => ({
    problem: `${quoted(presented)} is plain http to another machine: tokens could be read on the way`,
    fix: 'use https; http is for localhost, 127.0.0.1 and [::1] only',
  }),
  audience_malformed: (presented) => ({
    problem: `${quoted(presented)} is not an absolute URI in its plain form`,
    fix: `write scheme, host in lower case and path, as https://crm.example.com, without user, default port and "#", at most ${uriCharsMax} characters`,
  }),
  contact_malformed: (presented) => ({
    problem: `${quoted(presented)} is not one printable line`,
    fix: 'write an address or a channel, without space around it',
  }),
  destination_malformed: (presented) => ({
    problem: `${quoted(presented)} is no destination of this kind`,
    fix: `write one address, host, table, package, path or account, as kind says, at most ${destinationCharsMax} characters; nothing stands for several`,
  }),
  entries_none: () => ({
    problem: 'there is no entry, so it could never be used',
    fix: 'add at least one entry, or remove what it belongs to',
  }),
  entries_too_many: () => ({
    problem: 'there are more entries than one resource may have',
    fix: `keep at most ${manifestBounds.scopesPerResource} scopes and ${manifestBounds.actionsPerResource} actions, or split the resource in two, with an audience each`,
  }),
  issuer_malformed: (presented) => ({
    problem: `${quoted(presented)} is not an https origin in its plain form`,
    fix: `write https:// and the host in lower case, as https://creance.example.com, without path, query, "#", default port and slash at the end, at most ${uriCharsMax} characters`,
  }),
  name_malformed: (presented) => ({
    problem: `${quoted(presented)} is not a name`,
    fix: `use 1 to ${nameCharsMax} of a-z, 0-9, dot, underscore and hyphen, a letter or digit first`,
  }),
  name_reserved: (presented) => ({
    problem: `${quoted(presented)} is a reserved name`,
    fix: `choose another name; reserved are ${listed([...reservedNames], 'and')}`,
  }),
  receiver_insecure: (presented) => ({
    problem: `${quoted(presented)} is plain http: who was cut and why could be read on the way`,
    fix: 'use https; http is for localhost, 127.0.0.1 and [::1] of a development broker only',
  }),
  receiver_malformed: (presented) => ({
    problem: `${quoted(presented)} is not an http URL in its plain form`,
    fix: `write https://, the host in lower case and the path, as https://hooks.example.com/creance, without user, default port and "#", at most ${uriCharsMax} characters`,
  }),
  scope_malformed: (presented) => ({
    problem: `${quoted(presented)} is not a scope`,
    fix: `use 1 to ${scopeCharsMax} ASCII letters, digits and : . _ / - with a letter or digit first; there are no wildcards`,
  }),
  transition_malformed: () => ({
    problem: 'a transition has two steps, from and to',
    fix: 'write [crm.contacts.read, mail.send]',
  }),
} satisfies Partial<Record<FaultCode, (presented: string) => FaultText>>;

type Coded = keyof typeof codedWords;

/** The fault that a check's message names, in words; undefined when it names none. */
export function codedText(
  message: string,
  presented: string,
): { readonly code: FaultCode; readonly text: FaultText } | undefined {
  if (!Object.hasOwn(codedWords, message)) return undefined;
  const code = message as Coded;
  return { code, text: codedWords[code](presented) };
}
