import { expect, it, vi } from 'vitest';
import { createTranscriptStore } from './transcript-store';

it('keeps what was said in each call until the call is forgotten', () => {
  const store = createTranscriptStore();
  const told = vi.fn();
  store.subscribe(told);
  const line = { itemId: 'i', speaker: 'You', text: 'Hello.', completed: true };
  store.put('a', [line]);
  store.put('b', [line, line]);
  const before = store.get();
  store.put('a', []);
  expect([...store.get().keys()]).toEqual(['b']);
  expect([...before.keys()], 'a value that was read stays as it was').toEqual(['a', 'b']);
  // Nothing was known of it: nobody is told.
  store.put('c', []);
  expect(told).toHaveBeenCalledTimes(3);
});
