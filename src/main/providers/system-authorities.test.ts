import * as tls from 'node:tls';
import { expect, it } from 'vitest';
import { systemAuthorities } from './system-authorities';

it("has Node's own authorities and the computer's", () => {
  expect(systemAuthorities({ getCACertificates: (which: string) => [`${which} 1`, `${which} 2`] })).toEqual([
    'default 1',
    'default 2',
    'system 1',
    'system 2',
  ]);
});

it.each<[string, object]>([
  ['Node before 22.15', {}],
  [
    'a store that can not be read',
    {
      getCACertificates: () => {
        throw new Error('no');
      },
    },
  ],
  ['an answer that is none', { getCACertificates: () => null }],
])('%s: nobody else is trusted', (_name, source) => {
  expect(systemAuthorities(source)).toBeNull();
});

it('works with the Node that runs this', () => {
  const found = systemAuthorities();
  expect(found === null).toBe(!('getCACertificates' in tls));
  expect(found?.every((each) => each.startsWith('-----BEGIN CERTIFICATE-----')) ?? true).toBe(true);
});
