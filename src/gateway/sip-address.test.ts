import { describe, expect, it } from 'vitest';
import { parseAddress, parseParameters, parseUri, parseVia } from './sip-address';

describe('URIs', () => {
  it.each([
    [
      'sip:alice@Example.COM:5061;transport=ws;lr?Subject=x',
      { scheme: 'sip', user: 'alice', host: 'example.com', port: 5061 },
    ],
    ['sips:bob:secret@[::1]', { scheme: 'sips', user: 'bob', host: '[::1]', port: null }],
    ['sip:practice.ringfence.local', { scheme: 'sip', user: null, host: 'practice.ringfence.local' }],
    ['tel:+15550100', { scheme: 'tel', user: null, host: '+15550100' }],
  ])('reads %s', (text, expected) => {
    expect(parseUri(text)).toMatchObject(expected);
  });

  it.each(['', 'alice', 'sip:', 'sip:a b@x', 'sip:<a>@x', 'sip:a@', 'sip:a@x:port'])('refuses %j', (text) => {
    expect(parseUri(text)).toBeNull();
  });

  it('reads parameters: any case, quotes, the first of two', () => {
    expect([...parseParameters(';LR;a="x;y\\"z" ; b = 2;a=3')]).toEqual([
      ['lr', ''],
      ['a', 'x;y"z'],
      ['b', '2'],
    ]);
  });
});

describe('addresses', () => {
  it.each([
    ['"A. \\"B\\" <C>" <sip:a@x;lr>;tag=1', { displayName: 'A. "B" <C>', uri: 'sip:a@x;lr' }],
    ['Alice Doe <sip:a@x>;tag=1', { displayName: 'Alice Doe', uri: 'sip:a@x' }],
    ['sip:a@x;tag=1', { displayName: '', uri: 'sip:a@x' }],
  ])('reads %s', (text, expected) => {
    const address = parseAddress(text);
    expect(address).toMatchObject(expected);
    expect(address?.parameters.get('tag')).toBe('1');
  });

  it('is not slow on what is none', () => {
    const began = performance.now();
    for (const text of [
      ' '.repeat(8000),
      `a${' '.repeat(8000)}`,
      '"'.repeat(8000),
      '<'.repeat(8000),
      ';a="'.repeat(2000),
    ]) {
      parseAddress(text);
      parseParameters(text);
    }
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('reads Via, and refuses one without a branch', () => {
    expect(parseVia('SIP/2.0/WSS  Host.invalid;rport;branch=z9hG4bKx')).toEqual({
      transport: 'WSS',
      sentBy: 'host.invalid',
      branch: 'z9hG4bKx',
    });
    expect(parseVia('SIP/2.0/WS host.invalid')).toBeNull();
    expect(parseVia('nonsense')).toBeNull();
  });
});
