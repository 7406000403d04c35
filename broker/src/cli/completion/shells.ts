import { type CompletionPlace, wordsAt } from './tree.js';

/** Shells that can be told how to complete. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of them. */
export type Shell = (typeof shells)[number];

/** The script of a shell, to be read by it. Behind `--` and for the values of other options, files complete. */
export function completionScript(shell: Shell, places: readonly CompletionPlace[]): string {
  return scripts[shell](places);
}

const scripts: Readonly<Record<Shell, (places: readonly CompletionPlace[]) => string>> = {
  bash: (places) => `# creance: source <(creance completion bash)
_creance() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} at="" word="" words=""
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -- ]] && return
    case "$at $word" in
      ${pathsOf(places)}) at="$at $word" ;;
    esac
  done
${choosing(places)}
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _creance creance`,
  zsh: (places) => `#compdef creance
# creance: source <(creance completion zsh), after compinit
_creance() {
  local before=\${words[CURRENT-1]} at="" word="" said=""
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -- ]] && { _files; return }
    case "$at $word" in
      ${pathsOf(places)}) at="$at $word" ;;
    esac
  done
${choosing(places).replaceAll('words=', 'said=')}
  compadd -- \${=said} || _files
}
compdef _creance creance`,
  fish: (places) =>
    ['# creance: creance completion fish | source', ...places.flatMap(fishLines)].join('\n'),
};

function pathsOf(places: readonly CompletionPlace[]): string {
  return places
    .filter(({ path }) => path !== '')
    .map(({ path }) => `" ${path}"`)
    .join(' | ');
}

/** What may come, by where we are; the value of an option with a choice before all else. */
function choosing(places: readonly CompletionPlace[]): string {
  const byPlace = places.map((place) => `    "${led(place.path)}") words="${wordsAt(place)}" ;;`);
  const byOption = places.flatMap(({ path, choices }) =>
    Object.entries(choices).map(
      ([option, values]) => `    "${led(path)} ${option}") words="${values.join(' ')}" ;;`,
    ),
  );
  return `  case "$at" in\n${byPlace.join('\n')}\n  esac\n  case "$at $before" in\n${byOption.join('\n')}\n  esac`;
}

function led(path: string): string {
  return path === '' ? '' : ` ${path}`;
}

function fishLines(place: CompletionPlace): readonly string[] {
  const { path, commands, options, choices } = place;
  const when = `-n '${fishCondition(place)}'`;
  const named =
    commands.length === 0 ? [] : [`complete -c creance ${when} -f -a '${commands.join(' ')}'`];
  const own = options.map((option) => {
    const name = option.startsWith('--') ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
    const values = choices[option];
    const valued = values === undefined ? '' : ` -x -a '${values.join(' ')}'`;
    return `complete -c creance ${when} ${name}${valued}`;
  });
  return [`# ${path || 'creance'}`, ...named, ...own];
}

/** All commands of the path were given, and none of those below. */
function fishCondition({ path, commands }: CompletionPlace): string {
  const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const below =
    commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${commands.join(' ')}`];
  return [...(path === '' ? [] : seen), ...below].join('; and ');
}
