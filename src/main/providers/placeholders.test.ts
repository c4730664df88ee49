import { expect, it } from 'vitest';
import { fillPlaceholders } from './placeholders';

const line = { id: 'line-1', identity: '1001@pbx.example.com', displayName: 'Asha {user} $& {life}' };

it.each([
  ['{user}@{domain}/{profile}', '1001@pbx.example.com/line-1'],
  ['{life} s', '300 s'],
  ['{other} {user', '{other} {user'],
  ['{constructor}', '{constructor}'],
])('%s', (template, filled) => {
  expect(fillPlaceholders(template, line, { life: '300' })).toBe(filled);
});

it('never looks again at what was filled in', () => {
  expect(fillPlaceholders('{agent}', line, { life: '300' })).toBe('Asha {user} $& {life}');
});

it('fills in nothing where there is no identity', () => {
  expect(fillPlaceholders('[{user}@{domain}]', { ...line, identity: '' })).toBe('[@]');
});
