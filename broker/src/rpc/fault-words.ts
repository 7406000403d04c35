/** Characters of what a fault says, and of where it came from: a fault may quote what it tripped over. */
const faultCharsMax = 2_048;
const stackCharsMax = 8_192;

/** What the log says of something that was thrown. */
export interface FaultWords {
  readonly fault: string;
  readonly stack: string | undefined;
}

/**
 * Puts whatever was thrown into words. Never throws: what cannot be read, such as an object without a
 * prototype, would otherwise leave its call without an answer and its fault without a line.
 */
export function faultWords(fault: unknown): FaultWords {
  try {
    if (!(fault instanceof Error))
      return { fault: cut(String(fault), faultCharsMax), stack: undefined };
    const { message, stack } = fault;
    return {
      fault: cut(String(message), faultCharsMax),
      stack: stack && cut(String(stack), stackCharsMax),
    };
  } catch {
    return { fault: 'something was thrown that cannot be read', stack: undefined };
  }
}

function cut(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
}
