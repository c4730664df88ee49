/** The gateway's proxy with alice and bob at it, set up around each test of a file, and nothing left of them after it. */
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { systemClock } from '../../../src/gateway/clock';
import type { Endpoint } from '../../../src/gateway/endpoint';
import { FlowTokens } from '../../../src/gateway/flow-token';
import { LocationService } from '../../../src/gateway/location-service';
import { Proxy } from '../../../src/gateway/proxy';
import { DEFAULT_TIMERS } from '../../../src/gateway/response-context';
import type { HeaderField, SipMessage, SipRequest, SipResponse } from '../../../src/gateway/sip-message';
import { replyTo } from '../../../src/gateway/sip-reply';

export const DOMAIN = 'practice.test';
const KEY = 'a key for the flow tokens, long enough';

/** A phone at the proxy, and what it was sent. */
export class ProxiedPhone implements Endpoint {
  open = true;
  sent: SipMessage[] = [];
  readonly instance: string;
  constructor(
    readonly user: string,
    readonly id = `flow-${user}`,
    instance?: string,
    readonly expiresAt: number | null = null,
  ) {
    this.instance = instance ?? `<${id}>`;
  }
  isOpen(): boolean {
    return this.open;
  }
  send(message: SipMessage): void {
    this.sent.push(message);
  }
  request(method: string): SipRequest {
    const found = this.sent.find(
      (message): message is SipRequest => message.kind === 'request' && message.method === method,
    );
    if (found === undefined) throw new Error(`${this.id} got no ${method} but ${this.story().join(', ')}`);
    return found;
  }
  /** What came in, in order: methods and statuses. */
  story(): (string | number)[] {
    return this.sent.map((message) => (message.kind === 'request' ? message.method : message.status));
  }
}

/** A request as alice or another user writes it. */
export function makeRequest(
  method: string,
  from: string,
  to: string,
  more: Partial<{
    branch: string;
    uri: string;
    toTag: string;
    fromTag: string;
    cseq: number;
    routes: readonly string[];
    headers: readonly HeaderField[];
  }> = {},
): SipRequest {
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
      { name: 'CSeq', value: `${more.cseq ?? (['INVITE', 'ACK', 'CANCEL'].includes(method) ? 1 : 2)} ${method}` },
      ...(more.headers ?? []),
    ],
    body: '',
  };
}

export interface ProxyFixture {
  readonly proxy: Proxy;
  readonly location: LocationService;
  readonly alice: ProxiedPhone;
  readonly bob: ProxiedPhone;
  /** The proxy as it is after a restart, with the same phones. */
  readonly another: () => Proxy;
  /** Registers another phone. */
  readonly join: (phone: ProxiedPhone) => ProxiedPhone;
  /** Its flow breaks. */
  readonly leave: (phone: ProxiedPhone) => void;
  /** The phone answers the first request of this method. */
  readonly answer: (phone: ProxiedPhone, status: number, method?: string) => SipResponse;
}

/** Call once at the top of a test file; time stands still but for what the test lets pass. */
export function setUpProxy(): () => ProxyFixture {
  let fixture: ProxyFixture | null = null;
  const current = (): ProxyFixture => {
    if (fixture === null) throw new Error('there is no proxy between tests');
    return fixture;
  };
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    const location = new LocationService(systemClock);
    const another = (): Proxy =>
      new Proxy({
        domain: DOMAIN,
        clock: systemClock,
        location,
        tokens: new FlowTokens(KEY),
        timers: DEFAULT_TIMERS,
        log: () => undefined,
        service: () => undefined,
        onCall: () => undefined,
        register: (request) => replyTo(request, 200),
      });
    const proxy = another();
    const join = (phone: ProxiedPhone): ProxiedPhone => {
      location.attach(phone);
      location.bind({
        user: phone.user,
        uri: `sip:${phone.id}@contact.invalid`,
        instance: phone.instance,
        regId: '1',
        flow: phone,
        expiresAt: Date.now() + 600_000,
      });
      return phone;
    };
    fixture = {
      proxy,
      another,
      location,
      alice: join(new ProxiedPhone('alice')),
      bob: join(new ProxiedPhone('bob')),
      join,
      leave: (phone) => {
        phone.open = false;
        location.detach(phone);
        proxy.endpointGone(phone);
      },
      answer: (phone, status, method = 'INVITE') => {
        const received = phone.request(method);
        const response = replyTo(received, status, {
          toTag: `tag-${phone.id}`,
          headers: received.headers.filter((field) => field.name === 'Record-Route'),
        });
        proxy.receive(phone, response);
        return response;
      },
    };
  });
  afterEach(() => {
    const { location, proxy } = current();
    location.clear();
    // Whatever happened: nothing is left, no transaction and no timer.
    vi.advanceTimersByTime(120_000);
    expect(proxy.counts()).toEqual({ calls: 0, transactions: 0 });
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    fixture = null;
  });
  return current;
}
