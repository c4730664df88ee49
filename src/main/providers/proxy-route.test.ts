import { expect, it } from 'vitest';
import { DIRECT, readRoute, routeTo } from './proxy-route';

const proxy = (host: string, port: number, tls = false) => ({ kind: 'proxy', tls, host, port });

it.each([
  ['DIRECT', DIRECT],
  ['', DIRECT],
  [' ; ', DIRECT],
  ['PROXY proxy.office:3128', [proxy('proxy.office', 3128)]],
  ['proxy proxy.office', [proxy('proxy.office', 80)]],
  ['HTTPS proxy.office:8443; DIRECT', [proxy('proxy.office', 8443, true), ...DIRECT]],
  ['HTTP a:1;PROXY b:2', [proxy('a', 1), proxy('b', 2)]],
  ['PROXY [::1]:3128', [proxy('::1', 3128)]],
  ['SOCKS5 a:1; PROXY b:2', [proxy('b', 2)]],
  ['SOCKS a:1', []],
  ['PROXY', []],
  ['PROXY a:99999', []],
  [Array(9).fill('PROXY a:1').join(';'), Array(5).fill(proxy('a', 1))],
])('%s', (words, route) => expect(readRoute(words)).toEqual(route));

it('is straight where the settings can not be read', async () => {
  expect(await routeTo(new URL('https://tokens.example/'), () => Promise.reject(new Error('no')))).toEqual(DIRECT);
  expect(await routeTo(new URL('https://tokens.example/'), undefined)).toEqual(DIRECT);
});
