/** Digest over requests whose addresses the repair room wrote: the proof is of the URI that goes on the wire (RFC 3261 section 22.4). */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installFakeWebRtc } from '../../../../../test/support/phones/fake-peer-connection';
import {
  createRepairedStack,
  microphone,
  requestTo,
  responseTo,
  SDP,
  type Lines,
  type RepairedStack,
} from '../../../../../test/support/phones/repaired-stack';
import { bodyOf } from '../sip-body';
import { peek } from '../sip-wire';

const CREDENTIALS = { realm: 'practice.invalid', username: '1001', password: 'secret' };
const CHALLENGES = {
  '401 Unauthorized': ['WWW-Authenticate', 'authorization'],
  '407 Proxy Authentication Required': ['Proxy-Authenticate', 'proxy-authorization'],
} as const;
type Challenged = keyof typeof CHALLENGES;

let phone: RepairedStack;
let uninstall: () => void = () => undefined;

beforeEach(() => {
  uninstall = installFakeWebRtc();
  phone = createRepairedStack();
  phone.useCredentials(CREDENTIALS);
});
afterEach(() => {
  phone.stop();
  uninstall();
});

const first = (text: string, name: string): string => peek(text)?.headers(name)[0] ?? '';
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The far end's view of a request with credentials: whether it names its own URI and proves the password for it. */
function proofIn(
  text: string,
  header: string,
): { readonly uri: string; readonly named: string; readonly right: boolean } {
  const value = first(text, header);
  const part = (name: string): string => new RegExp(`[\\s,]${name}="?((?<=")[^"]*|[^",]*)`).exec(value)?.[1] ?? '';
  const [, method = '', uri = ''] = /^(\S+) (\S+) SIP/.exec(text) ?? [];
  const qop = part('qop');
  const a1 = md5(`${part('username')}:${CREDENTIALS.realm}:${CREDENTIALS.password}`);
  const a2 = md5(`${method}:${uri}${qop === 'auth-int' ? `:${md5(bodyOf(text))}` : ''}`);
  const between = qop === '' ? '' : `${part('nc')}:${part('cnonce')}:${qop}:`;
  return { uri, named: part('uri'), right: part('response') === md5(`${a1}:${part('nonce')}:${between}${a2}`) };
}

/** The newest request of `method` is challenged; gives what follows it. */
async function challenged(method: string, how: Challenged, qop: string): Promise<string> {
  const start = new RegExp(`^${method} `);
  await expect.poll(() => phone.last(start)).not.toBe('');
  const before = phone.last(start);
  const value = `Digest realm="${CREDENTIALS.realm}", nonce="n1"${qop === '' ? '' : `, qop="${qop}"`}`;
  phone.receive(responseTo(before, how, { [CHALLENGES[how][0]]: value }));
  await expect.poll(() => phone.last(start)).not.toBe(before);
  return phone.last(start);
}

/** A call of the far end's, answered. */
async function inCall(lines: Lines): Promise<void> {
  const invite = requestTo(phone, 'INVITE', lines);
  phone.receive(invite);
  phone.rings[0]?.session.answer(microphone());
  await expect.poll(() => phone.last(/^SIP\/2\.0 200/)).not.toBe('');
  const to = first(phone.last(/^SIP\/2\.0 200/), 'to');
  phone.receive(
    requestTo(phone, 'ACK', {
      From: first(invite, 'from'),
      To: to,
      'Call-ID': first(invite, 'call-id'),
      CSeq: '1 ACK',
    }),
  );
}

/** What the far end says of itself, and the Request-URI that follows from it. */
const DIALOGS: readonly (readonly [name: string, lines: Lines, uri: string])[] = [
  ['a plain address', {}, 'sip:bob@192.0.2.7:5060'],
  ['a host of digits', { Contact: '<sip:asterisk@019f9ae299f5:5060>' }, 'sip:asterisk@019f9ae299f5:5060'],
  ['a number sign', { Contact: '<sip:*#9240@192.0.2.9;transport=udp>' }, 'sip:*#9240@192.0.2.9;transport=udp'],
  ['escapes', { Contact: '<sip:a%40b%2Fc@192.0.2.9>' }, 'sip:a%40b%2Fc@192.0.2.9'],
  ['capitals in the host', { Contact: '<sip:Bob@PBX.Example.COM>' }, 'sip:Bob@PBX.Example.COM'],
  ['a parameter twice', { Contact: '<sip:bob@192.0.2.9;x=1;x=2>' }, 'sip:bob@192.0.2.9;x=1;x=2'],
  ['a gruu', { Contact: '<sip:bob@h.example;gr=urn:uuid:f81d-4fae>' }, 'sip:bob@h.example;gr=urn:uuid:f81d-4fae'],
  ['an IPv6 address', { Contact: '<sip:bob@[2001:db8::9]:5070>' }, 'sip:bob@[2001:db8::9]:5070'],
  ['what a stand-in looks like', { Contact: '<sip:rfx-6162@192.0.2.9>' }, 'sip:rfx-6162@192.0.2.9'],
  ['a loose route', { 'Record-Route': '<sip:pbx_1;lr>', Contact: '<sip:bob@019f>' }, 'sip:bob@019f'],
  ['a strict route', { 'Record-Route': '<sip:10.0.0.1>, <sip:10.0.0.2;lr>' }, 'sip:10.0.0.1'],
  ['a strict route that is odd', { 'Record-Route': '<sip:p#1@019f;maddr=ss1>' }, 'sip:p#1@019f;maddr=ss1'],
];

describe.each<readonly [Challenged, string]>([
  ['401 Unauthorized', ''],
  ['401 Unauthorized', 'auth'],
  ['407 Proxy Authentication Required', 'auth'],
  ['407 Proxy Authentication Required', 'auth-int'],
])('%s with qop=%j', (how, qop) => {
  const header = CHALLENGES[how][1];

  it.each(DIALOGS)('in a call: %s', async (_name, lines, uri) => {
    await inCall(lines);
    phone.rings[0]?.session.reoffer({ hold: 'sendonly', iceRestart: false });
    const again = await challenged('INVITE', how, qop);
    expect(proofIn(again, header)).toEqual({ uri, named: uri, right: true });
    // The next request in the call is another proof, where the gateway asks again.
    phone.receive(responseTo(again, '200 OK', {}, SDP));
    phone.rings[0]?.session.end(480);
    const bye = await challenged('BYE', how, qop);
    expect(proofIn(bye, header)).toEqual({ uri, named: uri, right: true });
  });

  it.each(['sip:1002@practice.invalid', 'sip:*21#@192.0.2.9', 'sip:1002@019f9ae299f5', 'sip:a%2Fb@h.example;x=1;x=2'])(
    'a call to %s',
    async (target) => {
      phone.call(target);
      const again = await challenged('INVITE', how, qop);
      expect(proofIn(again, header)).toEqual({ uri: target, named: target, right: true });
    },
  );

  it('a call that is sent on to a number', async () => {
    phone.call('sip:1002@practice.invalid');
    await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
    phone.receive(responseTo(phone.last(/^INVITE /), '302 Moved', { Contact: '<tel:+254722000001;ext=45>' }));
    await expect.poll(() => phone.last(/^INVITE sip:\+254/)).not.toBe('');
    const again = await challenged('INVITE', how, qop);
    const uri = 'sip:+254722000001@practice.invalid';
    expect(proofIn(again, header)).toEqual({ uri, named: uri, right: true });
  });
});

describe('an address with a quotation mark', () => {
  it('stays inside of the quotes', async () => {
    await inCall({ Contact: '<sip:a"b@019f>' });
    phone.rings[0]?.session.reoffer({ hold: 'sendonly', iceRestart: false });
    const again = await challenged('INVITE', '401 Unauthorized', 'auth');
    expect(first(again, 'authorization')).toContain('uri="sip:a\\"b@019f"');
  });
});

describe('a challenge whose values look like parts of the answer', () => {
  const LOOKS = '\\", realm=\\"a\\", nonce=\\"b\\", uri=\\"c\\", response=\\"';
  it.each([
    ['opaque', 1, 'nonce="n1"', ''],
    ['opaque', 500, 'nonce="n1"', ''],
    ['nonce', 1, 'nonce="', '"'],
    ['nonce', 500, 'nonce="', '"'],
  ])(
    'in %s, %i times: it is answered at once, and the proof is of the Request-URI',
    async (name, times, before, after) => {
      const odd = LOOKS.repeat(times);
      const values = name === 'opaque' ? `${before}, opaque="${odd}"` : `${before}${odd}${after}`;
      phone.call('sip:*21#@192.0.2.9');
      await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
      const invite = phone.last(/^INVITE /);
      phone.receive(
        responseTo(invite, '401 Unauthorized', {
          'WWW-Authenticate': `Digest realm="${CREDENTIALS.realm}", ${values}`,
        }),
      );
      await expect.poll(() => phone.last(/^INVITE /)).not.toBe(invite);
      const nonce = name === 'opaque' ? 'n1' : odd.replaceAll('\\', '');
      const a1 = md5(`${CREDENTIALS.username}:${CREDENTIALS.realm}:${CREDENTIALS.password}`);
      const proof = md5(`${a1}:${nonce}:${md5('INVITE:sip:*21#@192.0.2.9')}`);
      expect(first(phone.last(/^INVITE /), 'authorization')).toContain(`uri="sip:*21#@192.0.2.9", response="${proof}"`);
    },
  );
});
