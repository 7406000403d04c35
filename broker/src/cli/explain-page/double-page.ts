import type { ShownTree } from '../explained.js';
import { explainPage } from './page.js';

/** For tests: a tag of a page, with the text between it and the next. */
export interface Tag {
  readonly name: string;
  readonly isEnd: boolean;
  /** Whether it is its own end. */
  readonly isWhole: boolean;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
}

const tagForm = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][\w:-]*(?:="[^"<>]*")?)*)\s*(\/?)>([^<]*)/gi;

/**
 * For tests: the tags of a page. Whatever is not a whole tag with quoted attributes, or text without a bare
 * bracket, is a fault of the page.
 */
export function tagsOf(page: string): readonly Tag[] {
  const body = page.replace(/^<!doctype html>\s*/, '');
  const tags: Tag[] = [];
  let read = 0;
  for (const [whole, end, name = '', attributes = '', slash, text = ''] of body.matchAll(tagForm)) {
    read += whole.length;
    const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)];
    tags.push({
      name,
      isEnd: end === '/',
      isWhole: slash === '/' || name === 'meta',
      attributes: new Map(pairs.map(([, key = '', value = '']) => [key, value])),
      text,
    });
  }
  if (read !== body.length)
    throw new Error(`${body.length - read} characters are neither tag nor text`);
  return tags;
}

/** For tests: a page by its tags; every one is closed in its order. */
export function pageOf(tree: ShownTree): readonly Tag[] {
  const tags = tagsOf(explainPage(tree));
  const open: string[] = [];
  for (const { name, isEnd, isWhole } of tags) {
    if (isEnd) {
      if (open.pop() !== name) throw new Error(`</${name}> closes another`);
    } else if (!isWhole) open.push(name);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return tags;
}

/** For tests: the part of a page inside one of its drawings. */
export function drawingOf(tags: readonly Tag[], name: string): readonly Tag[] {
  const start = tags.findIndex((tag) => tag.name === 'svg' && tag.attributes.get('class') === name);
  const end = tags.findIndex((tag, at) => at > start && tag.name === 'svg' && tag.isEnd);
  return start < 0 ? [] : tags.slice(start, end);
}

/** For tests: the tags that have a word among their classes. */
export function having(tags: readonly Tag[], word: string): readonly Tag[] {
  return tags.filter(({ attributes }) => attributes.get('class')?.split(' ').includes(word));
}
