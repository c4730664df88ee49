import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock';
import type { Endpoint } from './endpoint';
import { FlowTokens } from './flow-token';
import { LocationService } from './location-service';
import { Proxy } from './proxy';
import { DEFAULT_TIMERS } from './response-context';
import { headerOf, headersOf, type HeaderField, type SipMessage, type SipRequest, type SipResponse } from './sip-message';
import { replyTo } from './sip-reply';

const DOMAIN = 'practice.test';
const KEY = 'a key for the flow tokens, long enough';

class Phone implements Endpoint {
  open = true;
  sent: SipMessage[] = [];
  readonly instance: string;
  constructor(readonly user: string, readonly id = `flow-${user}`, instance?: string, readonly expiresAt: number | null = null) {
    this.instance = instance ?? `<${id}>`;
  }
  isOpen(): boolean {
    return this.open;
  }
  send(message: SipMessage): void {
    this.sent.push(message);
  }
  request(method: string): SipRequest {
    const found = this.sent.find((message): message is SipRequest => message.kind === 'request' && message.method === method);
    if (found === undefined) throw new Error(`${this.id} got no ${method} but ${this.story().join(', ')}`);
    return found;
  }
  /** What came in, in order: methods and statuses. */
  story(): (string | number)[] {
    return this.sent.map((message) => (message.kind === 'request' ? message.method : message.status));
  }
}

let location: LocationService;
let proxy: Proxy;
let alice: Phone;
let bob: Phone;

function join(phone: Phone): Phone {
  location.attach(phone);
  location.bind({ user: phone.user, uri: `sip:${phone.id}@contact.invalid`, instance: phone.instance, regId: '1', flow: phone, expiresAt: Date.now() + 600_000 });
  return phone;
}

function leave(phone: Phone): void {
  phone.open = false;
  location.detach(phone);
  proxy.endpointGone(phone);
}

function makeRequest(method: string, from: string, to: string, more: Partial<{ branch: string; uri: string; toTag: string; fromTag: string; routes: readonly string[]; headers: readonly HeaderField[] }> = {}): SipRequest {
  return {
    kind: 'request',
    method,
    uri: more.uri ?? `sip:${to}@${DOMAIN}`,
    headers: [
      { name: 'Via', value: `SIP/2.0/WS ${from}.invalid;branch=${more.branch ?? 'z9hG4bKone'}` },
      ...(more.routes ?? []).map((value) => ({ name: 'Route', value })),
      { name: 'From', value: `<sip:${from}@${DOMAIN}>;tag=${more.fromTag ?? 'from'}` },
      { name: 'To', value: `<sip:${to}@${DOMAIN}>${more.toTag === undefined ? '' : `;tag=${more.toTag}`}` },
      { name: 'Call-ID', value: 'call' },
      { name: 'CSeq', value: `1 ${method}` },
      ...(more.headers ?? []),
    ],
    body: '',
  };
}

const answer = (phone: Phone, status: number, method = 'INVITE'): SipResponse => {
  const received = phone.request(method);
  const response = replyTo(received, status, { toTag: `tag-${phone.id}`, headers: received.headers.filter((field) => field.name === 'Record-Route') });
  proxy.receive(phone, response);
  return response;
};
const ack = (): void => proxy.receive(alice, makeRequest('ACK', 'alice', 'bob', { toTag: 'x' }));

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  location = new LocationService(systemClock);
  proxy = new Proxy({ domain: DOMAIN, clock: systemClock, location, tokens: new FlowTokens(KEY), timers: DEFAULT_TIMERS, log: () => undefined, service: () => undefined, onCall: () => undefined, register: (request) => replyTo(request, 200) });
  alice = join(new Phone('alice'));
  bob = join(new Phone('bob'));
});
afterEach(() => {
  location.clear();
  // Whatever happened: nothing is left, no transaction and no timer.
  vi.advanceTimersByTime(120_000);
  expect(proxy.counts()).toEqual({ calls: 0, transactions: 0 });
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('an INVITE', () => {
  it('that nobody answers ends with 408 and CANCEL after 60 s', () => {
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 180);
    vi.advanceTimersByTime(59_999);
    expect(alice.story()).toEqual([100, 180]);
    vi.advanceTimersByTime(1);
    expect(alice.story()).toEqual([100, 180, 408]);
    expect(bob.story()).toEqual(['INVITE', 'CANCEL']);
    answer(bob, 487);
    expect(bob.story()).toEqual(['INVITE', 'CANCEL', 'ACK']);
    ack();
    expect(proxy.counts().transactions).toBe(0);
  });

  it('that never reaches anybody ends with 408, without a CANCEL', () => {
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    vi.advanceTimersByTime(60_000);
    expect(alice.story()).toEqual([100, 408]);
    expect(bob.story()).toEqual(['INVITE']);
    // The late first sign of life is answered with the CANCEL that waited (RFC 3261 section 9.1).
    answer(bob, 180);
    expect(bob.story()).toEqual(['INVITE', 'CANCEL']);
    answer(bob, 487);
    ack();
  });

  it('that was cancelled waits for 487, or for 32 s', () => {
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 180);
    proxy.receive(alice, makeRequest('CANCEL', 'alice', 'bob'));
    expect(alice.story()).toEqual([100, 180, 200]);
    vi.advanceTimersByTime(32_000);
    expect(alice.story()).toEqual([100, 180, 200, 487]);
    expect(proxy.counts().calls).toBe(0);
  });

  it('that is answered while it is being cancelled is still answered', () => {
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 180);
    proxy.receive(alice, makeRequest('CANCEL', 'alice', 'bob'));
    answer(bob, 200);
    expect(alice.story()).toEqual([100, 180, 200, 200]);
    const received = bob.request('INVITE');
    const routes = headersOf(received, 'Record-Route');
    proxy.receive(bob, makeRequest('BYE', 'bob', 'alice', { fromTag: 'tag-flow-bob', toTag: 'from', routes, branch: 'z9hG4bKbye' }));
    answer(alice, 200, 'BYE');
    expect(proxy.counts().calls).toBe(0);
  });

  it('that comes twice is forwarded once', () => {
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 486);
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    expect(bob.story()).toEqual(['INVITE', 'ACK']);
    expect(alice.story()).toEqual([100, 486, 486]);
    ack();
  });

  it.each([
    [[486, 603], 603],
    [[480, 486], 486],
    [[408, 480], 480],
    [[404, 408], 404],
    [[500, 486], 486],
    [[487, 480], 480],
  ])('forked to answers %j shows the caller %i', (statuses, shown) => {
    const phones = [bob, join(new Phone('bob', 'flow-bob2'))];
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    phones.forEach((phone, index) => answer(phone, statuses[index] ?? 500));
    expect(alice.story()).toEqual([100, shown]);
    ack();
    expect(proxy.counts().transactions).toBe(0);
  });

  it('declined with 6xx stops ringing everywhere', () => {
    const second = join(new Phone('bob', 'flow-bob2'));
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(second, 180);
    answer(bob, 603);
    expect(second.story()).toEqual(['INVITE', 'CANCEL']);
    expect(alice.story()).toEqual([100, 180]);
    answer(second, 487);
    expect(alice.story()).toEqual([100, 180, 603]);
    ack();
  });

  it('answered by two phones at once hands both answers on', () => {
    const second = join(new Phone('bob', 'flow-bob2'));
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 200);
    answer(second, 200);
    expect(alice.story()).toEqual([100, 200, 200]);
    leave(alice);
    leave(bob);
    leave(second);
  });

  it('takes an answer only from the user that was asked', () => {
    const mallory = join(new Phone('mallory'));
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    proxy.receive(mallory, replyTo(bob.request('INVITE'), 200, { toTag: 'm' }));
    proxy.receive(bob, { ...replyTo(bob.request('INVITE'), 200), headers: [{ name: 'Via', value: 'SIP/2.0/WS x;branch=z9hG4bKunknown' }, { name: 'CSeq', value: '1 INVITE' }] });
    expect(alice.story()).toEqual([100]);
  });

  it('whose callee vanishes for good is over after 4 s; one that comes back may still answer', () => {
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    leave(bob);
    vi.advanceTimersByTime(3_999);
    expect(alice.story()).toEqual([100]);
    vi.advanceTimersByTime(1);
    expect(alice.story()).toEqual([100, 480]);
    ack();
    const back = join(new Phone('bob', 'flow-back', bob.instance));
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob', { branch: 'z9hG4bKtwo' }));
    leave(back);
    const again = new Phone('bob', 'flow-again', bob.instance);
    location.attach(again);
    proxy.receive(again, replyTo(back.request('INVITE'), 486, { toTag: 't' }));
    expect(alice.story()).toEqual([100, 480, 100, 486]);
  });
});

describe('what is not let through', () => {
  it.each<[string, SipRequest, number]>([
    ['a From of somebody else', makeRequest('INVITE', 'bob', 'alice'), 403],
    ['a hop too many', makeRequest('INVITE', 'alice', 'bob', { headers: [{ name: 'Max-Forwards', value: '0' }] }), 483],
    ['nonsense in Max-Forwards', makeRequest('INVITE', 'alice', 'bob', { headers: [{ name: 'Max-Forwards', value: '1e3' }] }), 483],
    ['an extension the proxy lacks', makeRequest('INVITE', 'alice', 'bob', { headers: [{ name: 'Proxy-Require', value: 'teleport' }] }), 420],
    ['a dialog without a route', makeRequest('BYE', 'alice', 'bob', { toTag: 'x' }), 481],
    ['a CANCEL of nothing', makeRequest('CANCEL', 'alice', 'bob'), 481],
    ['another domain', makeRequest('INVITE', 'alice', 'bob', { uri: 'sip:bob@elsewhere.test' }), 403],
    ['a REGISTER for somebody else', makeRequest('REGISTER', 'alice', 'bob', { uri: `sip:${DOMAIN}` }), 403],
  ])('%s', (_, request, status) => {
    proxy.receive(alice, request);
    expect(alice.story()).toEqual([status]);
    expect(bob.story()).toEqual([]);
  });

  it('a call begun after the token has expired', () => {
    const late = join(new Phone('carol', 'flow-carol', undefined, Date.now() + 1000));
    vi.advanceTimersByTime(1000);
    proxy.receive(late, makeRequest('INVITE', 'carol', 'bob'));
    expect(late.story()).toEqual([403]);
    proxy.receive(late, makeRequest('OPTIONS', 'carol', 'bob', { uri: `sip:${DOMAIN}`, branch: 'z9hG4bKping' }));
    expect(late.story()).toEqual([403, 200]);
  });

  it('an ACK is never answered', () => {
    proxy.receive(alice, makeRequest('ACK', 'bob', 'alice', { toTag: 'x' }));
    proxy.receive(alice, makeRequest('ACK', 'alice', 'nobody'));
    expect(alice.story()).toEqual([]);
  });
});

describe('a dialog', () => {
  const begin = (): readonly string[] => {
    proxy.receive(alice, makeRequest('INVITE', 'alice', 'bob'));
    answer(bob, 200);
    const routes = headersOf(bob.request('INVITE'), 'Record-Route');
    proxy.receive(alice, makeRequest('ACK', 'alice', 'bob', { toTag: 'tag-flow-bob', routes, branch: 'z9hG4bKack' }));
    expect(proxy.counts()).toEqual({ calls: 1, transactions: 0 });
    return routes;
  };
  const bye = (routes: readonly string[]): void => proxy.receive(alice, makeRequest('BYE', 'alice', 'bob', { toTag: 'tag-flow-bob', routes, branch: 'z9hG4bKbye' }));

  it('takes the gateway off the route and passes on what is below', () => {
    const routes = begin();
    bye([...routes, '<sip:further.test;lr>']);
    expect(headersOf(bob.request('BYE'), 'Route')).toEqual(['<sip:further.test;lr>']);
    expect(headerOf(bob.request('BYE'), 'Max-Forwards')).toBe('69');
    answer(bob, 200, 'BYE');
    expect(alice.story()).toEqual([100, 200, 200]);
    expect(proxy.counts()).toEqual({ calls: 0, transactions: 0 });
  });

  it('whose other side stays away gets 480, and is over with its BYE', () => {
    const routes = begin();
    leave(bob);
    bye(routes);
    vi.advanceTimersByTime(4_000);
    expect(alice.story().at(-1)).toBe(480);
    expect(proxy.counts().calls).toBe(0);
  });

  it('that both sides left is forgotten', () => {
    begin();
    leave(alice);
    leave(bob);
    expect(proxy.counts().calls).toBe(1);
    vi.advanceTimersByTime(4_000);
    expect(proxy.counts().calls).toBe(0);
  });

  it('is nobody else\'s: neither by its token nor by a forged one', () => {
    const [route = ''] = begin();
    const mallory = join(new Phone('mallory'));
    proxy.receive(mallory, makeRequest('BYE', 'mallory', 'bob', { toTag: 'tag-flow-bob', routes: [route] }));
    proxy.receive(mallory, makeRequest('BYE', 'mallory', 'bob', { fromTag: 'from', toTag: 'tag-flow-bob', routes: [route.replace(/\.[\w-]{4}/, '.AAAA')], branch: 'z9hG4bKx' }));
    expect(mallory.story()).toEqual([403, 481]);
    leave(alice);
    leave(bob);
  });
});
