import { expect, it, vi } from 'vitest';

const seen = vi.hoisted(() => ({ answers: new Map<string, string>(), set: [] as unknown[] }));
vi.mock('electron', () => ({
  app: { whenReady: () => Promise.resolve() },
  net: {},
  session: {
    fromPartition: () => ({ resolveProxy: (url: string) => Promise.resolve(seen.answers.get(url) ?? 'DIRECT') }),
    defaultSession: { setProxy: (given: unknown) => Promise.resolve(void seen.set.push(given)) },
  },
}));
const { adoptProxy, rulesOf } = await import('./system-proxy');

it.each([
  ['DIRECT', null],
  ['', null],
  ['PROXY a:3128', 'http://a:3128'],
  ['HTTPS a:443; PROXY b:1; DIRECT', 'https://a:443,http://b:1,direct://'],
  ['SOCKS5 a:1080', 'socks5://a:1080'],
  ['NONSENSE a:1', null],
])('%s', (words, rules) => expect(rulesOf(words)).toBe(rules));

it("gives the windows the way to a gateway as a script has it, by the gateway's scheme or else by https, once", async () => {
  seen.answers.set('https://one.example/', 'PROXY a:1');
  seen.answers.set('wss://two.example/', 'PROXY b:2; DIRECT');
  expect(await adoptProxy('wss://none.example/')).toBe(false);
  expect(await adoptProxy('wss://one.example/')).toBe(true);
  expect(await adoptProxy('wss://one.example/')).toBe(false);
  expect(await adoptProxy('wss://two.example/')).toBe(true);
  expect(await adoptProxy('wss://none.example/')).toBe(true);
  expect(seen.set).toEqual([
    { mode: 'fixed_servers', proxyRules: 'http://a:1', proxyBypassRules: '<local>' },
    { mode: 'fixed_servers', proxyRules: 'http://b:2,direct://', proxyBypassRules: '<local>' },
    { mode: 'system' },
  ]);
});
