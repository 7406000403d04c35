/** What a name must not show to whoever reads it: controls, marks that turn or hide text, half characters. */
export const unprintable: RegExp = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What is said of a field that holds such. */
export const printFault = 'must be printable';
