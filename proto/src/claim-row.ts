import { uriCharsMax } from './token.js';

/** One member of something signed or handed over, as its parser reads it. */
export interface ClaimRow {
  /** In the header of a JWS, or in its payload. A join string has a payload alone. */
  readonly place: 'header' | 'payload';
  readonly name: string;
  /** Type and limit, in words. */
  readonly form: string;
  /** Whether the parser refuses the whole without it. */
  readonly isRequired: boolean;
  /** What it says, and who holds it against what. */
  readonly words: string;
  /** The clause that it comes from; ours where there is none. */
  readonly source: string;
}

/** One kind of thing that crosses a wire as text. */
export interface ClaimTable {
  /** What it is for, who makes it and who reads it. */
  readonly words: string;
  /** Characters beyond which nothing is parsed. */
  readonly charsMax: number;
  readonly rows: readonly ClaimRow[];
}

/** The kinds, by the words of the glossary. */
export type ClaimKind = 'token' | 'proof' | 'assertion' | 'feed key statement' | 'join string';

/** A row without its place and need, as tables write it. */
export type Said = readonly [name: string, form: string, words: string, source: string];

/** A row of a member that the parser refuses the whole without. */
export const needed =
  (place: ClaimRow['place']) =>
  ([name, form, words, source]: Said): ClaimRow => ({
    place,
    name,
    form,
    isRequired: true,
    words,
    source,
  });

/** A row of a claim that may be left out. */
export const optional = (said: Said): ClaimRow => ({
  ...needed('payload')(said),
  isRequired: false,
});

/** Form of an issuer, audience or address. */
export const uri: string = `text, 1 to ${uriCharsMax}`;

/** Form of a moment in a claim. */
export const unixSeconds = 'whole number, Unix seconds';

/** Form of a key's thumbprint (RFC 7638). */
export const thumbprint = 'base64url, 43';

/** Form of a public key in a header or claim. */
export const publicKey = 'public JWK: EC, P-256';

/** The algorithm, in the header of every JWS of ours. */
export const alg: Said = [
  'alg',
  '`ES256`',
  'compared, never believed',
  'RFC 7515 §4.1.1, RFC 8725 §3.1',
];

/** The type, in the header of every JWS of ours. */
export const typ = (values: string): Said => [
  'typ',
  values,
  'keeps this kind apart from every other',
  'RFC 8725 §3.11',
];
