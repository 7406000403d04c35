import { expect, it } from 'vitest';
import type { DocBlock } from './doc-pages.js';
import { type DocReader, patternOf } from './doc-reader.js';

/**
 * One test for each block of a page, in order and as it stands. `file=` writes a file, `output` is what the
 * commands before must have said; `run` runs commands, with `exit=` an exit code and `until=` again until the
 * output says something; `run=background ready=` starts a process, `run=stop` ends it, `run=setup` is not run.
 */
export function stepThrough(blocks: readonly DocBlock[], reader: DocReader): void {
  let last = '';
  for (const block of blocks) {
    const { code, marks, line, language } = block;
    const how = marks.get('run');
    if (how === 'setup' || !['run', 'file', 'output'].some((mark) => marks.has(mark))) continue;
    it(`line ${line}: ${code.trim().split('\n')[0]}`, { timeout: 60_000 }, async () => {
      if (marks.has('file')) return reader.write(marks.get('file') ?? '', code);
      if (marks.has('output')) return expect(last).toMatch(patternOf(code));
      expect(language).toBe('sh');
      if (how === 'background')
        return reader.start(code, new RegExp(marks.get('ready') ?? 'no ready line'));
      const end = await endOf(block, reader);
      expect(end.code, end.output).toBe(Number(marks.get('exit') ?? 0));
      if (marks.has('until')) expect(end.output).toMatch(new RegExp(marks.get('until') ?? ''));
      last = end.output;
    });
  }
}

function endOf(block: DocBlock, reader: DocReader): ReturnType<DocReader['run']> {
  if (block.marks.get('run') === 'stop') return reader.stop(block.code);
  return block.marks.has('until') ? reader.runUntil(block) : reader.run(block.code);
}
