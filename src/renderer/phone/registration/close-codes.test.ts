import { expect, it } from 'vitest';
import { closeMeaning } from './close-codes';

it.each<[number | undefined, string]>([
  [undefined, 'gone'],
  [1000, 'gone'],
  [1001, 'gone'],
  [1005, 'gone'],
  [1006, 'gone'],
  [1008, 'token'],
  [1011, 'gone'],
  [1012, 'gone'],
  [1013, 'later'],
  [3000, 'token'],
  [3003, 'token'],
  [4401, 'token'],
  [4403, 'token'],
  [4429, 'later'],
  [4999, 'gone'],
])('%s means %s', (code, meaning) => expect(closeMeaning(code)).toBe(meaning));
