/** Whom the proxy lets do what: requests that begin something, and those within a dialog. */
import { describe, expect, it, vi } from 'vitest';
import { DOMAIN, makeRequest, ProxiedPhone, setUpProxy } from '../../test/support/servers/proxy-fixture';
import type { Proxy } from './proxy';
import { headerOf, headersOf, type SipRequest } from './sip-message';
import { replyTo } from './sip-reply';

const fixture = setUpProxy();

describe('what is not let through', () => {
  it.each<[string, SipRequest, number]>([
    ['a From of somebody else', makeRequest('INVITE', 'bob', 'alice'), 403],
    ['a hop too many', makeRequest('INVITE', 'alice', 'bob', { headers: [{ name: 'Max-Forwards', value: '0' }] }), 483],
    [
      'nonsense in Max-Forwards',
      makeRequest('INVITE', 'alice', 'bob', { headers: [{ name: 'Max-Forwards', value: '1e3' }] }),
      483,
    ],
    [
      'an extension the proxy lacks',
      makeRequest('INVITE', 'alice', 'bob', { headers: [{ name: 'Proxy-Require', value: 'teleport' }] }),
      420,
    ],
    ['a dialog without a route', makeRequest('BYE', 'alice', 'bob', { toTag: 'x' }), 481],
    ['a CANCEL of nothing', makeRequest('CANCEL', 'alice', 'bob'), 481],
    ['another domain', makeRequest('INVITE', 'alice', 'bob', { uri: 'sip:bob@elsewhere.test' }), 403],
    ['a REGISTER for somebody else', makeRequest('REGISTER', 'alice', 'bob', { uri: `sip:${DOMAIN}` }), 403],
  ])('%s', (_, request, status) => {
    const { alice, bob, proxy } = fixture();
    proxy.receive(alice, request);
    expect(alice.story()).toEqual([status]);
    expect(bob.story()).toEqual([]);
  });

  it('a call begun after the token has expired', () => {
    const { join, proxy } = fixture();
    const late = join(new ProxiedPhone('carol', 'flow-carol', undefined, Date.now() + 1000));
    vi.advanceTimersByTime(1000);
    proxy.receive(late, makeRequest('INVITE', 'carol', 'bob'));
    expect(late.story()).toEqual([403]);
    proxy.receive(late, makeRequest('OPTIONS', 'carol', 'bob', { uri: `sip:${DOMAIN}`, branch: 'z9hG4bKping' }));
    expect(late.story()).toEqual([403, 200]);
  });

  it('an ACK is never answered', () => {
    const { alice, proxy } = fixture();
    proxy.receive(alice, makeRequest('ACK', 'bob', 'alice', { toTag: 'x' }));
    proxy.receive(alice, makeRequest('ACK', 'alice', 'nobody'));
    expect(alice.story()).toEqual([]);
  });
});

describe('a dialog', () => {
  const begin = (): readonly string[] => {
    const { alice, answer, bob, proxy } = fixture();
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 200);
    const routes = headersOf(bob.request('INVITE'), 'Record-Route');
    proxy.receive(alice, makeRequest('ACK', 'alice', 'bob', { toTag: 'tag-flow-bob', routes, branch: 'z9hG4bKack' }));
    expect(proxy.counts()).toEqual({ calls: 1, transactions: 0 });
    return routes;
  };
  const bye = (routes: readonly string[]): void =>
    fixture().proxy.receive(
      fixture().alice,
      makeRequest('BYE', 'alice', 'bob', { toTag: 'tag-flow-bob', routes, branch: 'z9hG4bKbye' }),
    );

  it('takes the gateway off the route and passes on what is below', () => {
    const { alice, bob, answer, proxy } = fixture();
    const routes = begin();
    bye([...routes, '<sip:further.test;lr>']);
    expect(headersOf(bob.request('BYE'), 'Route')).toEqual(['<sip:further.test;lr>']);
    expect(headerOf(bob.request('BYE'), 'Max-Forwards')).toBe('69');
    answer(bob, 200, 'BYE');
    expect(alice.story()).toEqual([100, 200, 200]);
    expect(proxy.counts()).toEqual({ calls: 0, transactions: 0 });
  });

  it('whose other side stays away is over with its BYE: 408', () => {
    const { alice, bob, leave, proxy } = fixture();
    const routes = begin();
    leave(bob);
    bye(routes);
    vi.advanceTimersByTime(4_000);
    expect(alice.story().at(-1)).toBe(408);
    expect(proxy.counts().calls).toBe(0);
  });

  it('that both sides left is forgotten', () => {
    const { alice, bob, leave, proxy } = fixture();
    begin();
    leave(alice);
    leave(bob);
    expect(proxy.counts().calls).toBe(1);
    vi.advanceTimersByTime(4_000);
    expect(proxy.counts().calls).toBe(0);
  });

  it("is nobody else's: neither by its token nor by a forged one", () => {
    const { alice, bob, join, leave, proxy } = fixture();
    const [route = ''] = begin();
    const mallory = join(new ProxiedPhone('mallory'));
    proxy.receive(mallory, makeRequest('BYE', 'mallory', 'bob', { toTag: 'tag-flow-bob', routes: [route] }));
    proxy.receive(
      mallory,
      makeRequest('BYE', 'mallory', 'bob', {
        fromTag: 'from',
        toTag: 'tag-flow-bob',
        routes: [route.replace(/\.[\w-]{4}/, '.AAAA')],
        branch: 'z9hG4bKx',
      }),
    );
    expect(mallory.story()).toEqual([481, 481]);
    leave(alice);
    leave(bob);
  });

  it('that is over carries nothing, and one that was up before a restart goes on until it ends', () => {
    const { alice, bob, answer, proxy, another } = fixture();
    const routes = begin();
    const within = (to: Proxy, method: string, cseq: number, branch: string): void =>
      to.receive(alice, makeRequest(method, 'alice', 'bob', { toTag: 'tag-flow-bob', routes, branch, cseq }));
    const later = another();
    within(later, 'INFO', 5, 'z9hG4bKinfo');
    later.receive(bob, replyTo(bob.request('INFO'), 200));
    within(later, 'BYE', 5, 'z9hG4bKold');
    within(later, 'BYE', 6, 'z9hG4bKbye');
    later.receive(bob, replyTo(bob.request('BYE'), 200));
    within(later, 'INFO', 7, 'z9hG4bKmore');
    expect(alice.story()).toEqual([100, 200, 200, 500, 200, 481]);
    expect(later.counts().calls).toBe(0);
    later.clear();
    // The first one's own calls are known to it, and no others.
    bye(routes);
    answer(bob, 200, 'BYE');
    within(proxy, 'INFO', 9, 'z9hG4bKlast');
    expect(alice.story().at(-1)).toBe(481);
  });
});
