/** What the broker takes in no name: controls, marks that turn or hide text, halves of a character. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name with what cannot be printed replaced. */
export function printable(name: string): string {
  return name.replace(unprintable, '\ufffd');
}
