import { Document, isScalar, visit } from 'yaml';

/** Characters that could do something to a terminal, but for line ends. */
const doing = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A value in YAML, with the keys of its JSON. Texts with characters that could do something to a terminal
 * are quoted, and these escaped, so that they read as what they are and do nothing.
 */
export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === 'string' && node.value.search(doing) >= 0)
        node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 }).trimEnd().replaceAll(doing, escapeOf);
}

/** As it stands between double quotes (YAML 1.2 §5.7). */
function escapeOf(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`;
}
