import { expect, it } from 'vitest';
import { dialPreview } from './dial-preview';

it.each([
  ['', null],
  ['echo', null],
  ['1001', null],
  ['+254 722 000 001', null],
  ['Mr Kamau', null],
  ['+44 (0)20 7946 0018', 'Calls +44 20 7946 0018'],
  ['\u0661\u0661\u0662', 'Calls 112'],
  ['1001@pbx.example.com', 'Calls 1001'],
  ['1001@pbx.example.org', null],
  ['sip:bob@example.org?Replaces=x', 'Calls bob@example.org'],
  ['tel:863-1234;phone-context=+1-914-555', 'Calls +1 9145558631234'],
  ['+12015550123x45', 'Calls +1 201 555 0123, then "Send 45"'],
  ['1001,,123#', 'Calls 1001, then 123# after 4 s'],
])('%j: %s', (typed, words) => {
  expect(dialPreview(typed, 'pbx.example.com')?.replace(/\s/g, ' ') ?? null).toBe(words);
});
