import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  pivotingPoints,
  shownDecision,
  shownPoint,
  shownSession,
  shownTerm,
  shownTree,
} from '../double-explained.js';
import { drawingOf, having, pageOf, type Tag, tagsOf } from './double-page.js';
import { explainPage } from './page.js';

const names = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style></svg><iframe src="https://evil.example">',
  '&lt;b&gt;',
  '\u202egnp.exe\u0000',
  ']]><!--',
  '{{1+1}}',
];

/** A tree that holds a name in every place where a name can stand. */
const treeOf = (name: string) =>
  shownTree(
    shownSession('root', {
      workload: name,
      owner: name,
      state: name,
      terms: [shownTerm({ kind: name, resource: name, action: name, words: name })],
      silentTerms: [shownTerm({ kind: name, resource: name, action: name, words: name })],
      points: [
        shownPoint({ resource: name, action: name }),
        shownPoint({ resource: name, action: name, outcome: 'refused' }),
      ],
      decisions: [shownDecision({ because: name, kinds: [name, name] })],
    }),
    shownSession('child', { workload: name, points: [shownPoint({ resource: `${name}2` })] }),
  );

const elements = new Set(
  'html head meta title style body main header section h1 h2 p code span strong ul li figure figcaption svg g line polyline path circle rect text table thead tbody tr th td time'.split(
    ' ',
  ),
);
const attributesAllowed = new Set(
  'lang charset http-equiv content name class viewBox width height role aria-label aria-hidden aria-current x y x1 x2 y1 y2 cx cy r rx d points text-anchor title datetime colspan'.split(
    ' ',
  ),
);

/** Text as it is read again. */
const plain = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('a page with hostile names', () => {
  // breaks when: one value of any template is written without `html`, or `escaped` leaves out one character
  it.each(names)('holds nothing but its own elements and attributes: %j', (name) => {
    const tags = pageOf(treeOf(name));
    expect(tags.filter((tag) => !elements.has(tag.name))).toEqual([]);
    const foreign = tags.flatMap(({ attributes }) =>
      [...attributes.keys()].filter((key) => !attributesAllowed.has(key)),
    );
    expect(foreign).toEqual([]);
  });

  it.each(names.slice(0, 5))('shows them as they are: %j', (name) => {
    const tags = pageOf(treeOf(name));
    const [heading] = tags.filter(({ name: element }) => element === 'h1');
    expect(plain(heading?.text ?? '').trim()).toBe(name);
    expect(having(tags, 'kind').map(({ text }) => plain(text))).toContain(name);
  });

  it('asks nobody for anything', () => {
    const page = explainPage(treeOf('https://evil.example/x'));
    expect(page).not.toMatch(/(src|href|url|xlink|@import|<link|<script)\s*[=(:"]/i);
  });
});

describe('the policy of a page', () => {
  const metaOf = (tags: readonly Tag[], key: string) =>
    tags
      .find(
        ({ attributes }) => attributes.get('http-equiv') === key || attributes.get('name') === key,
      )
      ?.attributes.get('content') ?? '';

  // breaks when: the style is written with anything before or behind it, or gets a rule that the hash lacks
  it('allows its own style by hash, and nothing else', () => {
    const page = explainPage(shownTree(shownSession('calm')));
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(plain(metaOf(tagsOf(page), 'Content-Security-Policy'))).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
  });

  it('serves light and dark', () => {
    const page = explainPage(shownTree(shownSession('calm')));
    expect(metaOf(tagsOf(page), 'color-scheme')).toBe('light dark');
    expect(page).toContain('@media (prefers-color-scheme:dark)');
  });
});

describe('what a page shows', () => {
  it('of a calm tree: who is in it, and that there is nothing to see', () => {
    const tags = pageOf(shownTree(shownSession('calm'), shownSession('other')));
    expect(drawingOf(tags, 'wide')).toEqual([]);
    expect(tags.filter(({ name, isEnd }) => name === 'table' && !isEnd)).toEqual([]);
    expect(having(tags, 'badge').map(({ text }) => text)).toEqual(['calm', 'calm', 'calm']);
  });

  it('of one action: one mark in one lane, at one tick', () => {
    const tree = shownTree(shownSession('root', { points: [shownPoint({ risk: 0.6 })] }));
    const drawing = drawingOf(pageOf(tree), 'wide');
    const marks = having(drawing, 'action');
    expect(marks.map(({ attributes }) => attributes.get('class'))).toEqual(['action l-narrow']);
    expect(having(drawing, 'lane')).toHaveLength(1);
    expect(having(drawing, 'tick')).toHaveLength(1);
    expect(having(drawing, 'risk')).toHaveLength(1);
  });

  it('of 128 actions at eight systems: every one of them, at each of the three widths', () => {
    const points = pivotingPoints();
    const tags = pageOf(shownTree(shownSession('root', { points })));
    const refused = points.filter(({ outcome }) => outcome === 'refused').length;
    for (const width of ['wide', 'middle', 'narrow']) {
      const drawing = drawingOf(tags, width);
      expect(having(drawing, 'action')).toHaveLength(128);
      expect(having(drawing, 'refused')).toHaveLength(refused);
      expect(having(drawing, 'lane')).toHaveLength(8);
    }
  });

  it('marks the session that was asked for, and puts children below their parents', () => {
    const root = shownSession('root');
    const child = shownSession('child', { parent: root.session });
    const second = shownSession('second');
    const tree = { ...shownTree(root, second, child), asked: child.session };
    const rows = pageOf(tree).filter(({ name, isEnd }) => name === 'li' && !isEnd);
    expect(rows.map(({ attributes }) => attributes.get('class'))).toEqual(['d0', 'd1', 'd0']);
    expect(rows.map(({ attributes }) => attributes.has('aria-current'))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('shows what would also have counted apart from what counts, and no heading when there is nothing', () => {
    const silentTerms = [shownTerm({ kind: 'chain', words: 'in alert: 9.8 bits of surprise' })];
    const tags = pageOf(shownTree(shownSession('root', { terms: [shownTerm()], silentTerms })));
    const tables = having(tags, 'evidence').filter(({ isEnd }) => !isEnd);
    expect(tables.map(({ attributes }) => attributes.get('class'))).toEqual([
      'evidence',
      'evidence silent',
    ]);
    expect(having(tags, 'words').map(({ text }) => text)).toContain(
      'in alert: 9.8 bits of surprise',
    );
    const headings = (tree: Parameters<typeof pageOf>[0]) =>
      pageOf(tree).filter(({ name, isEnd }) => name === 'h2' && !isEnd).length;
    const calm = shownTree(shownSession('root', { terms: [shownTerm()] }));
    expect(headings(shownTree(shownSession('root', { silentTerms })))).toBe(headings(calm) + 1);
  });

  it('says which kinds of evidence decided, and by how much each term counts', () => {
    const tree = shownTree(
      shownSession('root', {
        terms: [shownTerm()],
        decisions: [shownDecision({ done: 'narrow' })],
      }),
    );
    const tags = pageOf(tree);
    expect(having(tags, 'number').map(({ text }) => text)).toEqual(['0.83', '+0.87']);
    expect(having(tags, 'words')[0]?.text).toBe(
      'suspend: narrow instead, decided by pace and chain',
    );
  });
});
