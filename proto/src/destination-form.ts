/** What an action may be aimed at. */
export type DestinationKind = 'email' | 'host' | 'table' | 'package' | 'path' | 'account';

/** Why a text is no destination of its kind. */
export type DestinationFault =
  | 'destination_empty'
  | 'destination_too_long'
  | 'destination_character'
  | 'destination_malformed';

/** The canonical form of each kind; undefined when the text has none. Given trimmed text in NFC. */
export const formOfKind: Readonly<Record<DestinationKind, (text: string) => string | undefined>> = {
  email: emailForm,
  host: hostForm,
  table: tableForm,
  package: packageForm,
  path: pathForm,
  account: (text) => text,
};

/** Mail systems may tell letters of a local part by case (RFC 5321 §2.4), so it is kept. */
function emailForm(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  // A display name, a list or a quoted local part could be read as another address.
  if (at < 1 || local.length > 64 || /[\s"(),:;<>@[\\\]]/.test(local)) return undefined;
  if (/[:/?#@]/.test(domain)) return undefined;
  const host = hostForm(domain);
  return host === undefined ? undefined : `${local}@${host}`;
}

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const hostAndPort = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;
const bareIpv6 = /^[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*$/;

/** Ports that say nothing about where something goes. */
const plainPorts: ReadonlySet<number> = new Set([80, 443]);

/** By the host parser of the URL standard, which the clients of hosts use themselves. */
function hostForm(text: string): string | undefined {
  const [authority = ''] = text.replace(scheme, '').split(/[/?#]/, 1);
  // Before an `@` would be a user who looks like a host; a backslash ends a host for some readers only.
  if (/[\s@\\]/.test(authority)) return undefined;
  const match = hostAndPort.exec(bareIpv6.test(authority) ? `[${authority}]` : authority);
  const url = `https://${match?.[1] ?? ''}/`;
  const port = Number(match?.[2] ?? 443);
  if (match === null || port > 65_535 || !URL.canParse(url)) return undefined;
  const host = new URL(url).hostname.replace(/\.$/, '');
  if (host === '' || host.split('.').includes('')) return undefined;
  return plainPorts.has(port) ? host : `${host}:${port}`;
}

/** Names of a database, schema and table: most systems fold their case, and quotes are only quotes. */
function tableForm(text: string): string | undefined {
  const names = text.split('.').map((part) => unquoted(part.trim()).toLowerCase());
  const isNamed = names.every((name) => name !== '' && !/["'`[\]\s]/.test(name));
  return isNamed ? names.join('.').normalize('NFC') : undefined;
}

function unquoted(name: string): string {
  return /^(?:"(.+)"|`(.+)`|\[(.+)\])$/.exec(name)?.slice(1).join('') ?? name;
}

const packageName =
  /^(?:@[a-z0-9~_-][a-z0-9._~-]*\/)?[a-z0-9~_-][a-z0-9._~-]*(?:[/:][a-z0-9~_-][a-z0-9._~-]*)*$/;

/** `@scope/name`, `name`, `group:name`, `host/owner/name`. Hyphen and underscore differ in most registries. */
function packageForm(text: string): string | undefined {
  const name = text.toLowerCase();
  return packageName.test(name) ? name : undefined;
}

/** Backslashes are taken for slashes, as some systems do: the others hardly have them in names. */
function pathForm(text: string): string | undefined {
  const steps: string[] = [];
  const isAbsolute = /^[/\\]/.test(text);
  for (const step of text.split(/[/\\]/)) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined && !isAbsolute) return undefined;
  }
  return isAbsolute ? `/${steps.join('/')}` : steps.join('/') || '.';
}
