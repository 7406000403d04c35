import type { Finding } from './finding.js';
import { isAction } from './name.js';
import { entryOf, itemsOf, type Placed, textsOf, textsUnder, textUnder } from './read-tree.js';
import { type Names, unknownName, unknownText } from './unknown-name.js';
import { quoted } from './words.js';

type Step = Placed & { readonly text: string };

/** What the pace of a workload says of resources: each must be there, or nothing would ever match it. */
export function paceFindings(workload: Placed, resources: Names | undefined): Finding[] {
  const pace = entryOf(workload, 'pace');
  if (pace === undefined || resources === undefined) return [];
  const named = [
    ...textsUnder(pace, 'systems'),
    ...itemsOf(pace, 'destinations').flatMap((one) => textUnder(one, 'resource') ?? []),
  ];
  const transitions = itemsOf(pace, 'transitions').map(textsOf);
  return [
    ...named.flatMap((name) => resourceFindings(name, name.text, resources)),
    ...transitions.flat().flatMap((step) => stepFindings(step, resources)),
    ...transitions.filter((steps) => steps.length === 2).flatMap(repeatedIn(new Set())),
  ];
}

function resourceFindings(at: Placed, name: string, resources: Names): Finding[] {
  if (resources.has(name)) return [];
  const text = () => unknownText('resource', name, resources, 'resources:');
  return [unknownName('resource_unknown', at, text)];
}

/** A step is `resource.action`; both may hold dots, so the resources decide where it is split. */
function stepFindings(step: Step, resources: Names): Finding[] {
  const { node, path, text: word } = step;
  const dots = [...word.matchAll(/\./g)].map(({ index }) => index);
  const held = dots.filter((dot) => resources.has(word.slice(0, dot)));
  const [dot] = held.length === 0 ? dots : held;
  if (dot === undefined || !isAction(word.slice(dot + 1))) {
    const problem = `${quoted(word)} is not an action at a resource`;
    const text = () => ({ problem, fix: 'write resource.action, as crm.contacts.read' });
    return [{ code: 'step_malformed', offset: node.offset, path, text }];
  }
  if (held.length < 2) return resourceFindings(step, word.slice(0, dot), resources);
  const names = held.map((end) => quoted(word.slice(0, end)));
  const problem = `${quoted(word)} may be an action at ${names.join(' or ')}`;
  const text = () => ({ problem, fix: 'give one of these resources a name without the dot' });
  return [{ code: 'step_ambiguous', offset: node.offset, path, text }];
}

function repeatedIn(seen: Set<string>): (steps: readonly Step[]) => Finding[] {
  return ([from, to]) => {
    if (from === undefined || to === undefined) return [];
    const key = JSON.stringify([from.text, to.text]);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const problem = 'this transition is in the list already';
    const text = () => ({ problem, fix: 'keep one of the two' });
    return [{ code: 'item_duplicate', offset: from.node.offset, path: from.path, text }];
  };
}
