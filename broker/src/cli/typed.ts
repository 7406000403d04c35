/** A word as somebody types it into a shell: quoted where the shell would take it apart (POSIX 2.2.2). */
export function typed(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
