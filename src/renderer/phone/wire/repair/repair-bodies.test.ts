/** Bodies as others write them, and the limits of a message, through the room and JsSIP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakePeerConnection, installFakeWebRtc } from '../../../../../test/support/phones/fake-peer-connection';
import {
  createRepairedStack,
  microphone,
  requestTo,
  responseTo,
  SDP,
  type Lines,
  type RepairedStack,
} from '../../../../../test/support/phones/repaired-stack';

let phone: RepairedStack;
let uninstall: () => void = () => undefined;

beforeEach(() => {
  uninstall = installFakeWebRtc();
  phone = createRepairedStack();
});
afterEach(() => {
  phone.stop();
  uninstall();
});

const statuses = (): string[] => phone.sent.map((text) => text.split('\r\n')[0] ?? '');
const part = (headers: readonly string[], content: string): string => ['--b', ...headers, '', content].join('\r\n');
const SDP_PART = part(['Content-Type: application/sdp'], SDP);
const TEXT_PART = part(['Content-Type: text/plain'], 'x');
const whole = (...parts: readonly string[]): string => [...parts, '--b--', ''].join('\r\n');
const mixed = (more = ''): Lines => ({ 'Content-Type': `multipart/mixed;boundary=b${more}` });

describe('an INVITE whose description is found', () => {
  it.each<readonly [string, Lines, string]>([
    ['Content-Type with a parameter', { 'Content-Type': 'application/sdp;charset=utf-8' }, SDP],
    ['Content-Type with a semicolon', { 'Content-Type': 'application/sdp;' }, SDP],
    ['Content-Type in capitals with blanks', { 'Content-Type': ' Application / SDP ' }, SDP],
    ['Content-Type in short', { 'Content-Type': null, c: 'application/sdp' }, SDP],
    ['no Content-Type', { 'Content-Type': null }, SDP],
    ['no Content-Length', { 'Content-Length': null }, SDP],
    ['a Content-Length that is shorter', { 'Content-Length': String(SDP.length) }, `${SDP}INVITE sip:x SIP/2.0\r\n`],
    ['Content-Disposition: session', { 'Content-Disposition': 'session;handling=required' }, SDP],
    ['Content-Encoding: identity', { 'Content-Encoding': 'identity' }, SDP],
    ['Accept with parameters', { Accept: 'application/sdp;level=1, text/html' }, SDP],
    ['two parts', mixed(), whole(SDP_PART, TEXT_PART)],
    ['the description as second part', mixed(), whole(TEXT_PART, SDP_PART)],
    ['the boundary in quotes', { 'Content-Type': 'multipart/mixed; boundary="b"' }, whole(SDP_PART)],
    ['no boundary named', { 'Content-Type': 'multipart/mixed' }, whole(SDP_PART)],
    ['no end', mixed(), `${SDP_PART}\r\n--b`],
    ['text in front and behind', mixed(), `preamble\r\n${whole(SDP_PART)}epilogue`],
    ['lines that end with LF', mixed(), whole(SDP_PART, TEXT_PART).replaceAll('\r\n', '\n')],
    ['a part in short headers', mixed(), whole(part(['c: application/sdp'], SDP))],
    [
      'a part in base64',
      mixed(),
      whole(part(['Content-Type: application/sdp', 'Content-Transfer-Encoding: base64'], btoa(SDP))),
    ],
    [
      'parts within a part',
      mixed(),
      whole(
        part(
          ['Content-Type: multipart/alternative;boundary=c'],
          `--c\r\nContent-Type: text/plain\r\n\r\nx\r\n--c\r\nContent-Type: application/sdp\r\n\r\n${SDP}\r\n--c--`,
        ),
        TEXT_PART,
      ),
    ],
    [
      'an optional part that nobody knows',
      mixed(),
      whole(SDP_PART, part(['Content-Type: a/b', 'Content-Disposition: x;handling=optional'], 'y')),
    ],
    [
      'related parts',
      { 'Content-Type': 'multipart/related;boundary=b;type="application/sdp"' },
      whole(SDP_PART, TEXT_PART),
    ],
  ])('%s', async (_name, lines, body) => {
    phone.receive(requestTo(phone, 'INVITE', lines, body));
    expect(statuses()).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 180 Ringing']);
    phone.rings[0]?.session.answer(microphone());
    await expect.poll(() => phone.last(/^SIP\/2\.0 200/)).not.toBe('');
    expect(FakePeerConnection.all[0]?.remoteDescription?.sdp).toContain('m=audio 40000');
  });
});

const candidates = (count: number): string =>
  `${SDP}${Array.from({ length: count }, (_one, at) => `a=candidate:${at} 1 udp 1 127.0.0.1 ${40_000 + at} typ host\r\n`).join('')}`;

describe('an INVITE whose body is refused', () => {
  it.each<readonly [string, Lines, string, number]>([
    [
      'a part that is required and unknown',
      mixed(),
      whole(SDP_PART, part(['Content-Type: a/b', 'Content-Disposition: x;handling=required'], 'y')),
      415,
    ],
    ['no description among the parts', mixed(), whole(TEXT_PART, part(['Content-Type: application/isup'], 'z')), 415],
    ['no parts', mixed(), 'nothing', 400],
    [
      'a part in an unknown encoding alone',
      mixed(),
      whole(part(['Content-Type: application/sdp', 'Content-Transfer-Encoding: x'], SDP)),
      415,
    ],
    ['another type', { 'Content-Type': 'text/plain' }, 'x', 415],
    ['no type, and no description', { 'Content-Type': null }, '<xml/>', 415],
    ['deflated', { 'Content-Encoding': 'deflate' }, SDP, 415],
    ['two encodings', { 'Content-Encoding': ['identity', 'gzip'] }, SDP, 415],
    ['65 candidates', {}, candidates(64), 488],
    ['1,000 candidates', {}, candidates(1_000), 488],
    ['a description of more than 64 kB', {}, `${SDP}a=x:${'y'.repeat(65_536)}\r\n`, 488],
    ['more than 256 kB', {}, `${SDP}${'a=z\r\n'.repeat(60_000)}`, 413],
    ['more than 256 kB of letters of two bytes', {}, `${SDP}a=${'\u00fc'.repeat(135_000)}\r\n`, 413],
    ['a head of more than 256 kB', { 'X-Long': 'z'.repeat(270_000) }, SDP, 413],
    [
      'a first line of 100 kB before all others',
      { start: `INVITE sip:${'z'.repeat(100_000)}@practice.invalid SIP/2.0`, 'X-Long': 'z'.repeat(270_000) },
      SDP,
      413,
    ],
  ])('%s', (_name, lines, body, status) => {
    phone.receive(requestTo(phone, 'INVITE', lines, body));
    expect(phone.rings).toEqual([]);
    expect(statuses()).toHaveLength(1);
    expect(statuses()[0]).toMatch(new RegExp(`^SIP/2\\.0 ${status} `));
    expect(phone.events).toMatchObject([{ kind: 'refused', what: 'INVITE', status }]);
  });

  it('64 candidates ring', () => {
    phone.receive(requestTo(phone, 'INVITE', {}, candidates(63)));
    expect(phone.rings).toHaveLength(1);
  });
});

describe('an answer', () => {
  const calling = async (): Promise<string> => {
    phone.call('sip:1002@practice.invalid');
    await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
    return phone.last(/^INVITE /);
  };
  it.each<readonly [string, string, Lines, string]>([
    ['200 of several parts', '200 OK', mixed(), whole(TEXT_PART, SDP_PART)],
    ['200 with a Content-Length beyond its end', '200 OK', { 'Content-Length': '9999' }, SDP],
    ['200 with a Content-Length of letters', '200 OK', { 'Content-Length': 'all' }, SDP],
  ])('%s makes a call', async (_name, status, lines, body) => {
    const invite = await calling();
    phone.receive(responseTo(invite, status, { Contact: '<sip:bob@192.0.2.7>', ...lines }, body));
    await expect.poll(() => phone.answered).toEqual(['answered']);
  });
  it.each<readonly [string, Lines, string]>([
    ['a body of another type', { 'Content-Type': 'text/plain' }, 'x'],
    ['more candidates than 64', {}, candidates(100)],
    ['a description of more than 64 kB', {}, `${SDP}a=x:${'y'.repeat(65_536)}\r\n`],
    ['more than 256 kB', {}, `${SDP}${'a=z\r\n'.repeat(60_000)}`],
  ])('200 with %s ends the call', async (_name, lines, body) => {
    const invite = await calling();
    phone.receive(responseTo(invite, '200 OK', { Contact: '<sip:bob@192.0.2.7>', ...lines }, body));
    await expect.poll(() => phone.ended).toHaveLength(1);
    expect(phone.last(/^ACK /)).not.toBe('');
    expect(phone.last(/^BYE /)).not.toBe('');
    expect(phone.events.length).toBeGreaterThan(0);
  });
  it('486 of more than 256 kB ends the call as busy', async () => {
    const invite = await calling();
    phone.receive(responseTo(invite, '486 Busy Here', {}, 'x'.repeat(270_000)));
    expect(phone.ended).toMatchObject([{ status: 486 }]);
  });
});
