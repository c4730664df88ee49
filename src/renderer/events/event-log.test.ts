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
