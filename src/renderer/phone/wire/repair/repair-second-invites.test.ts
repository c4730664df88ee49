/** INVITEs that name a call that there is: by its Call-ID, or to take its place. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installFakeWebRtc } from '../../../../../test/support/phones/fake-peer-connection';
import {
  answeredCall,
  createRepairedStack,
  firstOf,
  microphone,
  requestTo,
  responseTo,
  startLinesOf,
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

const inCall = (lines: Lines = {}): Promise<Lines> => answeredCall(phone, lines);

describe('an INVITE with the Call-ID of a call that there is', () => {
  it.each([
    ['of another caller', {}],
    ['with another number', { CSeq: '7 INVITE' }],
    ['that takes its place by Replaces', { Replaces: 'c0;to-tag=x;from-tag=y' }],
  ])('%s: 482, and the call goes on as it was', async (_name, lines) => {
    const dialog = await inCall();
    phone.receive(requestTo(phone, 'INVITE', { 'Call-ID': dialog['Call-ID'] ?? '', ...lines }));
    expect(startLinesOf(phone.sent)).toEqual(['SIP/2.0 482 Loop Detected']);
    expect(phone.rings).toHaveLength(1);
    phone.receive(requestTo(phone, 'OPTIONS', { ...dialog, CSeq: '2 OPTIONS' }));
    expect(startLinesOf(phone.sent).at(-1)).toBe('SIP/2.0 200 OK');
  });
  it('of ours, which rings there', async () => {
    phone.call('sip:1002@practice.invalid');
    await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
    const invite = phone.last(/^INVITE /);
    phone.receive(requestTo(phone, 'INVITE', { 'Call-ID': firstOf(invite, 'call-id') }));
    expect(startLinesOf(phone.sent).at(-1)).toBe('SIP/2.0 482 Loop Detected');
    expect(phone.rings).toEqual([]);
  });
  it('that is over: it is a call like any other', async () => {
    const dialog = await inCall();
    phone.receive(requestTo(phone, 'BYE', { ...dialog, CSeq: '2 BYE' }));
    phone.receive(requestTo(phone, 'INVITE', { 'Call-ID': dialog['Call-ID'] ?? '', CSeq: '3 INVITE' }));
    expect(startLinesOf(phone.sent).at(-1)).toMatch(/^SIP\/2\.0 180 /);
  });
});

describe('an INVITE that is to take the place of a call that is not answered (RFC 3891 section 3)', () => {
  const tag = (value: string): string => /;tag=([^;]+)/.exec(value)?.[1] ?? '';
  const inPlaceOf = (callId: string, ours: string, theirs: string, flag = ''): string =>
    requestTo(phone, 'INVITE', { Replaces: `${callId};to-tag=${ours};from-tag=${theirs}${flag}` });

  it.each(['', ';early-only'])('one that rings here is nobody else to take: 481 %s', (flag) => {
    const invite = requestTo(phone, 'INVITE');
    phone.receive(invite);
    const ringing = phone.last(/^SIP\/2\.0 180/);
    phone.receive(
      inPlaceOf(firstOf(invite, 'call-id'), tag(firstOf(ringing, 'to')), tag(firstOf(invite, 'from')), flag),
    );
    expect(startLinesOf(phone.sent).at(-1)).toMatch(/^SIP\/2\.0 481 /);
    expect(phone.rings).toHaveLength(1);
    expect(phone.ended).toEqual([]);
  });

  it.each(['', ';early-only'])(
    'ours, which rings there: it rings here, and ends ours when it is answered %s',
    async (flag) => {
      phone.call('sip:1002@practice.invalid');
      await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
      const invite = phone.last(/^INVITE /);
      phone.receive(responseTo(invite, '180 Ringing', { Contact: '<sip:bob@192.0.2.7>' }));
      const replacing = inPlaceOf(firstOf(invite, 'call-id'), tag(firstOf(invite, 'from')), 'far', flag);
      phone.receive(replacing);
      expect(startLinesOf(phone.sent).at(-1)).toMatch(/^SIP\/2\.0 180 /);
      expect(phone.rings).toHaveLength(1);
      expect(phone.ended).toEqual([]);
      phone.rings[0]?.session.answer(microphone());
      await expect.poll(() => phone.last(/^SIP\/2\.0 200/)).not.toBe('');
      expect(phone.last(/^CANCEL /)).toBe('');
      const dialog = {
        From: firstOf(replacing, 'from'),
        To: firstOf(phone.last(/^SIP\/2\.0 200/), 'to'),
        'Call-ID': firstOf(replacing, 'call-id'),
      };
      phone.receive(requestTo(phone, 'ACK', { ...dialog, CSeq: '1 ACK' }));
      expect(firstOf(phone.last(/^CANCEL /), 'call-id')).toBe(firstOf(invite, 'call-id'));
      expect(phone.ended).toMatchObject([{ by: 'us' }]);
    },
  );
  it('with tags of nobody: 481', async () => {
    phone.call('sip:1002@practice.invalid');
    await expect.poll(() => phone.last(/^INVITE /)).not.toBe('');
    const invite = phone.last(/^INVITE /);
    phone.receive(responseTo(invite, '180 Ringing', { Contact: '<sip:bob@192.0.2.7>' }));
    phone.receive(inPlaceOf(firstOf(invite, 'call-id'), 'x', 'far'));
    expect(startLinesOf(phone.sent).at(-1)).toMatch(/^SIP\/2\.0 481 /);
  });
});
