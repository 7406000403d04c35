import type { Sensitivity } from '../../domain/sensitivity.js';

/**
 * What an action's name alone says of what it can do, where nobody has registered it: the verb, and a few
 * nouns of access and of evidence. No product's actions are listed, so that nothing is known by heart.
 */
const reading = new Set(
  'get list describe head read search find view check count query show lookup fetch select scan open browse look inspect verify validate ls cat pwd'.split(
    ' ',
  ),
);
const removing = new Set(
  'delete stop disable remove deregister terminate purge detach revoke'.split(' '),
);
const evidence = new Set(
  'trail trails log logs logging audit detector flow recorder monitoring alarm'.split(' '),
);
const secrets = new Set(
  'secret secrets password passwords credential credentials token tokens parameter parameters caller assume'.split(
    ' ',
  ),
);
const access = new Set(
  'policy policies role roles user users group groups permission permissions member members admin key keys login profile password trust organization account identity owner attribute provider snapshot image'.split(
    ' ',
  ),
);

/** Guesses the sensitivity of an action from the words of its name. */
export function guessSensitivity(name: string): Sensitivity {
  const words = wordsOf(name);
  const verb = words[0] ?? '';
  const names = (set: ReadonlySet<string>) => words.some((word) => set.has(word));
  if (removing.has(verb) && names(evidence)) return 'evidence_removal';
  if (names(secrets)) return 'auth';
  if (reading.has(verb)) return 'read';
  return names(access) ? 'write_admin' : 'write';
}

function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z]+/g, ' ')
    .toLowerCase()
    .trim()
    .split(' ');
}
