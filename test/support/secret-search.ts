import { inspect } from 'node:util';

/** Where something may have been written, by name; text is searched as Latin-1, so that no byte is lost. */
export type Sinks = ReadonlyMap<string, string | Buffer>;

/** Characters that a part of a secret must have to be looked for: shorter ones are found by chance. */
const charsMin = 16;

/** The spellings in which a secret may stand somewhere. */
export function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const encoded = encodeURIComponent(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  return [
    ...new Set([secret, hex, hex.toUpperCase(), encoded, escaped, ...inBase64(bytes)]),
  ].filter(({ length }) => length >= charsMin);
}

/** In base64 a text looks otherwise by where it begins: three ways, without what its neighbours decide. */
function inBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const isWhole = (before + bytes.length) % 3 === 0;
    const own = text.slice(before === 0 ? 0 : before + 1, isWhole ? undefined : -1);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** What makes a secret good: of a signed token the signature, of everything else all of it. */
function decisive(secret: string): string {
  return secret.startsWith('eyJ') ? (secret.split('.').at(-1) as string) : secret;
}

/** Every sink that holds a secret in any spelling, as `sink: name of the secret`. */
export function found(sinks: Sinks, secrets: ReadonlyMap<string, string>): readonly string[] {
  const hits: string[] = [];
  for (const [sink, content] of sinks) {
    const text =
      typeof content === 'string'
        ? Buffer.from(content).toString('latin1')
        : content.toString('latin1');
    for (const [name, secret] of secrets) {
      if (spellings(decisive(secret)).some((each) => text.includes(each)))
        hits.push(`${sink}: ${name}`);
    }
  }
  return hits;
}

/** All that an object shows of itself: to a person who inspects it, to JSON, as a text. */
export function shown(value: unknown): string {
  const texts = [
    inspect(value, {
      depth: 12,
      showHidden: true,
      getters: true,
      maxArrayLength: null,
      maxStringLength: null,
    }),
    String(value),
  ];
  try {
    texts.push(JSON.stringify(value) ?? '');
  } catch {
    // A circle, or a bigint: it shows nothing that way.
  }
  return texts.join('\n');
}
