import { describe, expect, it } from 'vitest';
import { createEventLog, type NewEvent } from './event-log';

const event = (title: string, category: NewEvent['category'] = 'calls'): NewEvent => ({
  category,
  kind: 'problem',
  title,
  detail: '',
});

describe('the event log', () => {
  it('numbers events from 1 upwards and stamps them', () => {
    let clock = 1000;
    const log = createEventLog(() => clock);
    expect(log.append(event('a'))).toMatchObject({ id: 1, at: 1000, title: 'a' });
    clock = 2000;
    expect(log.append(event('b'))).toMatchObject({ id: 2, at: 2000, title: 'b' });
    expect(log.total()).toBe(2);
  });

  it('lists the newest first', () => {
    const log = createEventLog(() => 0);
    for (const title of ['a', 'b', 'c']) log.append(event(title));
    expect(log.newestFirst(null).map((entry) => entry.title)).toEqual(['c', 'b', 'a']);
  });

  it('forgets the oldest when the ring is full, and the numbers go on', () => {
    const log = createEventLog(() => 0, 3);
    for (const title of ['a', 'b', 'c', 'd', 'e']) log.append(event(title));
    expect(log.newestFirst(null).map((entry) => [entry.id, entry.title])).toEqual([
      [5, 'e'],
      [4, 'd'],
      [3, 'c'],
    ]);
    expect(log.total()).toBe(5);
  });

  it('lets an event take the place of the one before with the same word, and keeps its number and time', () => {
    let clock = 0;
    const log = createEventLog(() => (clock += 1), 3);
    log.append(event('a'));
    for (let count = 1; count <= 300; count += 1) log.append({ ...event(`${count} calls`), merge: 'flood' });
    log.append(event('b'));
    log.append({ ...event('301 calls'), merge: 'flood' });
    expect(log.newestFirst(null).map(({ id, at, title }) => [id, at, title])).toEqual([
      [3, 3, 'b'],
      [2, 2, '301 calls'],
      [1, 1, 'a'],
    ]);
    expect([log.total(), log.version()]).toEqual([3, 303]);
    // What the ring forgot begins anew.
    for (const title of ['c', 'd', 'e']) log.append(event(title));
    log.append({ ...event('302 calls'), merge: 'flood' });
    expect(log.newestFirst(null).map(({ title }) => title)).toEqual(['302 calls', 'e', 'd']);
  });

  it('lets events of several words go on beside each other', () => {
    const log = createEventLog(() => 0);
    for (let count = 1; count <= 100; count += 1)
      for (const merge of ['repaired', 'refused', 'dropped']) log.append({ ...event(`${count} ${merge}`), merge });
    expect(log.newestFirst(null).map(({ title }) => title)).toEqual(['100 dropped', '100 refused', '100 repaired']);
  });

  it('a call that failed is an error and of the calls, whichever of the two it was told as', () => {
    const log = createEventLog(() => 0);
    for (const category of ['calls', 'errors'] as const)
      log.append({ ...event(`lost as ${category}`, category), kind: 'call-failed' });
    log.append({ ...event('token', 'errors'), kind: 'token-refused' });
    log.append({ ...event('missed'), kind: 'call-missed' });
    const titles = (category: 'calls' | 'errors') => log.newestFirst(category).map(({ title }) => title);
    expect(titles('errors')).toEqual(['token', 'lost as errors', 'lost as calls']);
    expect(titles('calls')).toEqual(['missed', 'lost as errors', 'lost as calls']);
  });
  it('filters by category', () => {
    const log = createEventLog(() => 0);
    log.append(event('call'));
    log.append(event('token', 'tokens'));
    log.append(event('error', 'errors'));
    expect(log.newestFirst('tokens').map((entry) => entry.title)).toEqual(['token']);
    expect(log.newestFirst('registration')).toEqual([]);
  });

  it('keeps only what an event declares', () => {
    const log = createEventLog(() => 0);
    const withMore = { ...event('a'), token: 'secret' };
    expect(Object.keys(log.append(withMore)).sort()).toEqual(['at', 'category', 'detail', 'id', 'kind', 'title']);
  });
});
