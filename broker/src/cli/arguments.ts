/** An id (22 characters of base64url) or a thumbprint (43) whose first character is a dash, and no long option. */
const idWithDash = /^-(?!-[a-z-]+$)(?:[A-Za-z0-9_-]{21}|[A-Za-z0-9_-]{42})$/;

/**
 * The arguments with every id that looks like an option put behind `--`: one id in 64 begins with a dash, and
 * whoever copies it from a list shall not have to know that. The value of a long option stays where it is.
 */
export function idsAsOperands(args: readonly string[]): string[] {
  // What follows is somebody else's command line.
  if (args[0] === 'run') return [...args];
  const isOperand = (arg: string, at: number) =>
    idWithDash.test(arg) && args.indexOf('--') === -1 && !(args[at - 1] ?? '').startsWith('--');
  const ids = args.filter(isOperand);
  return ids.length === 0 ? [...args] : [...args.filter((arg) => !ids.includes(arg)), '--', ...ids];
}
