import { program } from '../../broker/src/cli/program.js';
import { blocksOf, type DocPage, prose } from './doc-pages.js';

type Command = ReturnType<typeof program>;

/** A line that calls `creance`, and where it stands. */
export interface DocCommand {
  readonly page: string;
  readonly line: number;
  /** What comes after `creance`. */
  readonly words: readonly string[];
  /** Whether it is to be typed as it stands: then what is needed must be there. */
  readonly isWhole: boolean;
}

const creance = program({ result() {}, words() {} });

/** All calls of `creance` on a page: in blocks for a shell, and in text. */
export function commandsOf(page: DocPage): readonly DocCommand[] {
  const typed = blocksOf(page)
    .filter(({ language }) => language === 'sh' || language === '')
    .flatMap(({ code, line }) =>
      code
        .replace(/\\\n/g, ' \0')
        .split('\n')
        .flatMap((text, index) => callsOf(text).map((words) => ({ words, line: line + index }))),
    )
    .map((call) => ({ ...call, page: page.name, isWhole: true }));
  const named = prose(page)
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/`creance ([^`]+)`/g)].map(([, words = '']) => ({
        page: page.name,
        line: index + 1,
        words: wordsOf(words),
        isWhole: false,
      })),
    );
  return [...typed, ...named];
}

function callsOf(text: string): string[][] {
  return [...text.matchAll(/(?:^|\$\(|[ ;&|(])creance ((?:"[^"]*"|'[^']*'|[^#;&|)>])+)/g)]
    .filter(({ index }) => !text.slice(0, index).includes('#'))
    .map(([, words = '']) => wordsOf(words));
}

function wordsOf(text: string): string[] {
  const parts = text.replaceAll('\0', ' ').match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return parts.map((part) => part.replace(/^[[(]+|[\]),.]+$/g, '')).filter((part) => part !== '…');
}

/** What is wrong with a call, by the tree of commands that parses it; undefined when nothing is. */
export function commandFault({ words, isWhole }: DocCommand): string | undefined {
  const { command, rest: all } = commandOf(creance, words);
  // What comes behind is a command of somebody else's.
  const end = all.indexOf('--');
  const rest = end < 0 ? all : all.slice(0, end);
  const [first] = rest;
  if (command.commands.length > 0) {
    const isGroup = first === undefined || first.startsWith('-');
    return isGroup && !isWhole ? undefined : `there is no command "${words.join(' ')}"`;
  }
  const given = new Set<unknown>();
  let places = command.registeredArguments.length;
  for (let at = 0; at < rest.length; at += 1) {
    const word = (rest[at] as string).replace(/=.*/, '');
    if (!word.startsWith('-')) {
      places -= 1;
      if (places < 0) return `"${word}" is one argument too many`;
      continue;
    }
    const option = command.options.find(({ long, short }) => word === long || word === short);
    if (option === undefined) return `${command.name()} has no flag ${word}`;
    given.add(option);
    if (option.required || option.optional) at += 1;
    while (option.variadic && rest[at + 1]?.startsWith('-') === false) at += 1;
  }
  const missing = command.options.find((option) => option.mandatory && !given.has(option));
  return isWhole && missing !== undefined ? `${missing.long} is needed` : undefined;
}

function commandOf(above: Command, words: readonly string[]) {
  let [command, rest] = [above, words];
  for (;;) {
    const below = command.commands.find((each) => each.name() === rest[0]);
    if (below === undefined) return { command, rest };
    [command, rest] = [below as Command, rest.slice(1)];
  }
}
