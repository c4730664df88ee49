import * as tls from 'node:tls';
import { expect, it } from 'vitest';
import { bundledAuthorities, isIssuedInStore, systemAuthorities } from './authorities';

it("has the bundled authorities and the computer's, and never what a variable of the environment adds", () => {
  const asked: string[] = [];
  const source = { getCACertificates: (which: string) => (asked.push(which), [`${which} 1`, `${which} 2`]) };
  expect(systemAuthorities(source)).toEqual([...bundledAuthorities(), 'system 1', 'system 2']);
  expect(asked).toEqual(['system']);
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

it('tells whether a store holds the issuer of a certificate, by its signature', () => {
  const [one = '', other = ''] = bundledAuthorities();
  // A root has issued itself.
  expect(isIssuedInStore(one, () => [other, one])).toBe(true);
  expect(isIssuedInStore(one, () => [other])).toBe(false);
  expect(isIssuedInStore(one, () => ['no certificate'])).toBe(false);
  expect(isIssuedInStore('no certificate', () => [one])).toBe(false);
});
