import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEvent, parseIncident } from './parse-recorded.js';
import { RecordedFault } from './recorded.js';

const least = { session: 's', actor: 'w', action: 'a', system: 'r' };

function parse(fields: object): ReturnType<typeof parseEvent> {
  return parseEvent('f:1', JSON.stringify({ ...least, ...fields }));
}

describe('parseEvent', () => {
  it('needs a session, an actor, an action and a system, and nothing else', () => {
    expect(parse({})).toMatchObject({ ...least, dataset: '', label: 'unknown' });
    for (const key of Object.keys(least))
      expect(() => parse({ [key]: null })).toThrow(`f:1: ${key}: is missing`);
  });

  it('takes null for absent in every optional field', () => {
    const keys = [
      ...['class', 'key_binding', 'sensitivity', 'src_ip', 'user_agent', 'error', 'dest_declared'],
      ...['t_ms', 'dataset', 'label', 'attack_kind', 'dest'],
    ];
    const nulls = Object.fromEntries(keys.map((key) => [key, null]));
    expect(parse(nulls)).toEqual(parse({}));
  });

  it.each([
    ['t_ms', '1000', 'must be a number'],
    ['dest', 'x', 'must be a list'],
    ['dest', [1], 'must be a list of texts'],
    ['dest_declared', 'yes', 'must be true or false'],
    ['error', 7, 'must be text'],
    ['class', 'root', 'must be agent, batch, human'],
    ['src_ip', {}, 'must be text'],
  ])('refuses %s of another type', (key, value, words) => {
    expect(() => parse({ [key]: value })).toThrow(`f:1: ${key}: ${words}`);
  });

  it('bounds texts and lists, and hides no destination behind the bound', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `d${at}`);
    const event = parse({ system: 'x'.repeat(10_240), dest: many });
    expect(event.system.length).toBeLessThan(1_100);
    expect(event.dest).toHaveLength(65);
    expect(event.dest?.at(-1)).toBe('936 more');
  });

  it('reads nothing through a prototype that a line brings', () => {
    const text = JSON.stringify(least).replace('{', '{"__proto__":{"label":"attack"},');
    expect(parseEvent('f:1', text).label).toBe('unknown');
  });

  it('gives an event or a fault, whatever a line holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((value) => JSON.stringify({ ...least, t_ms: value })),
        ),
        (text) => {
          try {
            expect(parseEvent('f:1', text)).toHaveProperty('session');
          } catch (error) {
            expect(error).toBeInstanceOf(RecordedFault);
            expect((error as Error).message).toMatch(/^f:1: /);
          }
        },
      ),
    );
  });
});

describe('parseIncident', () => {
  const event = { ...least, who: 'owner' };

  it('names the event that is wrong', () => {
    const text = JSON.stringify({
      id: 'i',
      label: 'attack',
      events: [event, { ...event, who: 7 }],
    });
    expect(() => parseIncident('f', text)).toThrow('f events[1]: who: must be text');
  });

  it.each([
    ['no events', { id: 'i', label: 'attack', events: [] }],
    ['events that are no list', { id: 'i', label: 'attack', events: {} }],
    ['no id', { label: 'attack', events: [event] }],
  ])('refuses one with %s', (_name, incident) => {
    expect(() => parseIncident('f', JSON.stringify(incident))).toThrow(RecordedFault);
  });
});
