import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock';
import { LocationService } from './location-service';
import { Registrar, type RegisteringFlow } from './registrar';
import { headerOf, headersOf, parseSipMessage, type SipRequest, type SipResponse } from './sip-message';

class FakeFlow implements RegisteringFlow {
  instance: string | null = null;
  open = true;
  readonly sent: unknown[] = [];
  constructor(
    readonly id: string,
    readonly user: string,
    readonly expiresAt: number | null,
  ) {}
  isOpen(): boolean {
    return this.open;
  }
  send(message: unknown): void {
    this.sent.push(message);
  }
  learnInstance(instance: string): void {
    this.instance = instance;
  }
}

function registerRequest(contacts: readonly string[], more: readonly string[] = []): SipRequest {
  const lines = [
    'REGISTER sip:x SIP/2.0',
    'Via: SIP/2.0/WS a;branch=z9hG4bK1',
    'From: <sip:1001@x>;tag=1',
    'To: <sip:1001@x>',
    'Call-ID: c',
    'CSeq: 1 REGISTER',
    ...contacts.map((one) => `Contact: ${one}`),
    ...more,
    '',
    '',
  ];
  const message = parseSipMessage(lines.join('\r\n'));
  if (message.kind !== 'request') throw new Error('no request');
  return message;
}

let location: LocationService;
let registrar: Registrar;
let flow: FakeFlow;
const inS = (seconds: number): number => Date.now() + seconds * 1000;
const newFlow = (id: string, lifeS: number | null = 3600): FakeFlow => {
  const made = new FakeFlow(id, '1001', lifeS === null ? null : inS(lifeS));
  location.attach(made);
  return made;
};
const register = (contacts: readonly string[], more: readonly string[] = [], on: FakeFlow = flow): SipResponse =>
  registrar.register(registerRequest(contacts, more), on);
const bindings = (): string[] => location.bindingsOf('1001').map((binding) => binding.uri);
const PHONE = ';+sip.instance="<urn:uuid:1>";reg-id=1';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  location = new LocationService(systemClock);
  registrar = new Registrar(location, systemClock);
  flow = newFlow('flow1');
});
afterEach(() => {
  location.clear();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('expiry', () => {
  it.each([
    ['what was asked', 120, 3600, 120],
    ['600 s at most', 5000, 3600, 600],
    ['what is left of the token', 300, 90, 90],
    ['no limit by token for a flow without one', 300, null, 300],
  ])('is %s', (_, asked, lifeS, granted) => {
    const on = newFlow('f', lifeS);
    const response = register([`<sip:a@i>${PHONE};expires=${asked}`], [], on);
    expect(response.status).toBe(200);
    expect(headerOf(response, 'Contact')).toBe(`<sip:a@i>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=${granted}`);
    expect(headerOf(response, 'Date')).toBe('Fri, 15 Jan 2027 08:00:00 GMT');
    expect(headerOf(response, 'Require')).toBe('outbound');
    vi.advanceTimersByTime(granted * 1000 - 1);
    expect(bindings()).toEqual(['sip:a@i']);
    vi.advanceTimersByTime(1);
    expect(location.counts().bindings).toBe(0);
  });

  it('comes from Expires when the Contact has none, and is 600 s without both', () => {
    expect(headerOf(register(['<sip:a@i>'], ['Expires: 60']), 'Contact')).toBe('<sip:a@i>;expires=60');
    expect(headerOf(register(['<sip:a@i>'], ['Expires: nonsense']), 'Contact')).toBe('<sip:a@i>;expires=600');
  });

  it('refuses to add once the token has expired, but still removes', () => {
    register([`<sip:a@i>${PHONE}`]);
    vi.setSystemTime(inS(3600));
    const refused = register([`<sip:a@i>${PHONE}`]);
    expect([refused.status, refused.reason]).toEqual([403, 'Token expired']);
    expect(register([`<sip:a@i>${PHONE};expires=0`]).status).toBe(200);
  });
});

describe('bindings', () => {
  it('of one phone move to its newest flow', () => {
    register([`<sip:a@i>${PHONE}`]);
    const newer = newFlow('flow2');
    register([`<sip:b@j>${PHONE}`], [], newer);
    expect(location.bindingsOf('1001').map((binding) => [binding.uri, binding.flow.id])).toEqual([
      ['sip:b@j', 'flow2'],
    ]);
    // The old user agent says farewell: the new binding stays.
    register([`<sip:a@i>${PHONE};expires=0`]);
    expect(bindings()).toEqual(['sip:b@j']);
    register([`<sip:b@j>${PHONE};expires=0`], [], newer);
    expect(bindings()).toEqual([]);
  });

  it('of two phones stand side by side, and end with their flow', () => {
    const other = newFlow('flow2');
    register([`<sip:a@i>${PHONE}`]);
    expect(headersOf(register(['<sip:b@j>;+sip.instance="<urn:uuid:2>";reg-id=1'], [], other), 'Contact')).toHaveLength(
      2,
    );
    location.detach(flow);
    expect(bindings()).toEqual(['sip:b@j']);
  });

  it('are listed by a REGISTER without Contact, and removed by the wildcard', () => {
    register([`<sip:a@i>${PHONE}`, '<sip:b@j>']);
    expect(headersOf(register([]), 'Contact')).toHaveLength(2);
    expect(register(['*']).status).toBe(400);
    expect(register(['*', '<sip:b@j>'], ['Expires: 0']).status).toBe(400);
    expect(bindings()).toHaveLength(2);
    expect(headersOf(register(['*'], ['Expires: 0']), 'Contact')).toEqual([]);
    expect(bindings()).toEqual([]);
  });

  it('are limited to ten for a user; a refresh still goes through', () => {
    for (let index = 0; index < 10; index += 1) expect(register([`<sip:${index}@i>`]).status).toBe(200);
    expect(register(['<sip:11@i>']).status).toBe(503);
    expect(register(['<sip:3@i>']).status).toBe(200);
  });

  it('need a readable Contact', () => {
    for (const contact of ['nonsense', '<>', '<mailto:>']) expect(register([contact]).status).toBe(400);
  });
});

describe('a phone that is away', () => {
  it('is handed to who waits for it when it registers, not to another phone of the user', () => {
    register([`<sip:a@i>${PHONE}`]);
    flow.open = false;
    location.detach(flow);
    const back: (string | null)[] = [];
    location.whenBack(flow, 4000, (endpoint) => back.push(endpoint?.id ?? null));
    register(['<sip:b@j>;+sip.instance="<urn:uuid:2>";reg-id=1'], [], newFlow('other'));
    expect(back).toEqual([]);
    register([`<sip:a@i>${PHONE}`], [], newFlow('again'));
    expect(back).toEqual(['again']);
    expect(location.reach(flow)?.id).toBe('again');
  });

  it('is given up after the time', () => {
    const back: unknown[] = [];
    location.whenBack({ user: '1001', instance: 'x' }, 4000, (endpoint) => back.push(endpoint));
    vi.advanceTimersByTime(4000);
    expect(back).toEqual([null]);
  });
});
