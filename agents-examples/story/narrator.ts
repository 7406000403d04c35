import { styleText } from 'node:util';

/** Tells the story line by line, each with how long it took. */
export interface Narrator {
  chapter(title: string): void;
  /** A line with milliseconds; `good` when what should happen did. */
  line(text: string, outcome: string, millis: number, good: boolean): void;
  say(text: string): void;
  /** Whether every line was good. */
  readonly allGood: boolean;
}

const textColumns = 54;

/** Tells it to the terminal. */
export function openNarrator(): Narrator {
  let allGood = true;
  return {
    get allGood() {
      return allGood;
    },
    chapter: (title) => console.log(`\n${styleText('bold', title)}`),
    line(text, outcome, millis, good) {
      allGood &&= good;
      const time = `${Math.max(1, Math.round(millis))} ms`.padStart(8);
      const mark = good ? styleText('green', '✓') : styleText('red', '✗');
      console.log(`  ${mark} ${text.padEnd(textColumns)} ${styleText('dim', time)}  ${outcome}`);
    },
    say: (text) => console.log(`    ${text}`),
  };
}
