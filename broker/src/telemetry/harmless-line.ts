/** What JSON leaves as it is and a terminal acts on: DEL and C1 controls, and what hides or turns text. */
const doing = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A log line that does nothing to the terminal which shows it, whatever names strangers have sent. It stays
 * the same JSON: such characters stand within strings alone, and are escaped there.
 */
export function harmlessLine(line: string): string {
  return line.replaceAll(doing, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
