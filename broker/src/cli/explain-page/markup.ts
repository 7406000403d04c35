import { printable } from '../output.js';

/** Text that is HTML already: only `html` makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: texts and numbers are escaped, markup is taken as it is. */
export type Value = string | number | Markup | readonly Markup[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text from elsewhere, safe between tags and between the quotes of an attribute. Control and direction
 * characters are shown as escapes: a name must not look like another, nor turn the line around.
 */
export function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (character) => escapes[character] ?? '');
}

/** Makes markup. Every value is escaped unless it is markup itself, so that nothing gets in by its form. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = parts[0] ?? '';
  for (const [at, value] of values.entries()) text += written(value) + (parts[at + 1] ?? '');
  return new Markup(text);
}

/** No markup. */
export const nothing: Markup = new Markup('');

function written(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(Math.round(value * 100) / 100);
  return value.map(({ text }) => text).join('');
}
