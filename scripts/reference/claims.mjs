import { page, table } from './page.mjs';

/** The page of every member of everything signed. */
export function claimsPage({ claimTables }) {
  const parts = Object.entries(claimTables).flatMap(([kind, { words, charsMax, rows }]) => {
    const hasHeader = rows.some(({ place }) => place === 'header');
    const cells = ({ place, name, form, isRequired, words: said, source }) => [
      `\`${name}\``,
      ...(hasHeader ? [place === 'header' ? 'header' : 'claim'] : []),
      form,
      isRequired ? 'needed' : '',
      said,
      source,
    ];
    const heads = ['name', ...(hasHeader ? ['place'] : []), 'form', '', 'what it says', 'source'];
    return [
      `## ${kind[0].toUpperCase()}${kind.slice(1)}`,
      `${words} At most ${charsMax} characters.`,
      table(heads, rows.map(cells)),
    ];
  });
  return page(
    'proto/src/claim-table.ts',
    'Claims: what is signed, member by member',
    `All are compact JWS (RFC 7515) with ES256 and canonical base64url, but for the join string. A header member that is
not named here is refused, also \`crit\`, \`jku\`, \`x5u\` and \`x5c\`; a claim that is not named here is not looked at.`,
    ...parts,
  );
}
