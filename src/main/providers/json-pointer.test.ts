import { expect, it } from 'vitest';
import { readPointer } from './json-pointer';

// The document and most of the pointers of RFC 6901 section 5.
const document: unknown = JSON.parse(
  '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\\\j":5,"k\\"l":6," ":7,"m~n":8,"nothing":null}',
);

it.each([
  ['', document],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
  ['/nothing', null],
  ['/foo/2', undefined],
  ['/foo/-', undefined],
  ['/foo/01', undefined],
  ['/foo/length', undefined],
  ['/constructor', undefined],
  ['/__proto__', undefined],
  ['/nothing/at/all', undefined],
  ['/foo/0/0', undefined],
])('%j', (pointer, found) => {
  expect(readPointer(document, pointer)).toEqual(found);
});

it('unescapes ~01 to ~1 and no further', () => {
  expect(readPointer({ '~1': 1, '/': 2 }, '/~01')).toBe(1);
});
