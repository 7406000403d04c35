import { ok, type Result, refuse } from '@creance/proto';
import { didYouMean } from '../manifest/index.js';
import { logLevels, type Setting, type SettingValue } from './table.js';

/** Reads what a flag or a variable says; the fault says what was expected, in words. */
export function readValue({ kind }: Setting, text: string): Result<SettingValue, string> {
  switch (kind) {
    case 'text':
    case 'path':
      return ok(text);
    case 'switch':
      return text === 'true' || text === 'false' ? ok(text === 'true') : refuse('true or false');
    case 'megabytes':
      return /^\d{1,9}$/.test(text) ? ok(Number(text)) : refuse('a whole number of megabytes');
    case 'level':
      return logLevels.some((level) => level === text)
        ? ok(text)
        : refuse(`${didYouMean(text, logLevels)}one of ${logLevels.join(', ')}`);
    case 'asns':
      return readAsns(text);
  }
}

function readAsns(text: string): Result<readonly number[], string> {
  const numbers = text.split(',').map((each) => each.trim());
  const isGood = numbers.every((each) => /^[1-9]\d{0,9}$/.test(each));
  return isGood
    ? ok(numbers.map(Number))
    : refuse('numbers of autonomous systems, separated by commas');
}
