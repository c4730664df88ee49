/** Calls whose descriptions fit badly, through the real engine: no call without sound, one stream of many, holds from the start. */
import { describe, expect, it, vi } from 'vitest';
import { descriptionWith } from '../../../../test/support/phones/description-parts';
import { createOddFarEnd, type OddFarEnd } from '../../../../test/support/phones/odd-far-end';
import type { TestPhone } from '../../../../test/support/phones/phone';
import { connectionOf, setUpSwitchboard, titlesOf } from '../../../../test/support/phones/switchboard-phones';

const { board, phoneOf } = setUpSwitchboard();

const GOOD = descriptionWith();
const ANSWER = GOOD.replace('actpass', 'active');
const G729 = GOOD.replace('SAVPF 0 101', 'SAVPF 18').replace('a=rtpmap:0 PCMU', 'a=rtpmap:18 G729');
const DIGITS_ALONE = GOOD.replace('SAVPF 0 101', 'SAVPF 101');
const PORT_0 = descriptionWith({ port: 0 });
const NO_MEDIA = GOOD.slice(0, GOOD.indexOf('m='));
const ORDINARY = `${NO_MEDIA}m=audio 40000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\n`;
const NO_MUX = ANSWER.replace('a=rtcp-mux\r\n', '');
const VIDEO_AND_FAX = descriptionWith({
  session: ['a=group:BUNDLE 0 v'],
  more: ['m=video 40002 UDP/TLS/RTP/SAVPF 96', 'a=mid:v', 'a=rtpmap:96 VP8/90000', 'm=image 40020 udptl t38'],
});

const begin = async (): Promise<[TestPhone, OddFarEnd]> => {
  const far = createOddFarEnd(board());
  const phone = phoneOf('1001');
  phone.agent.start();
  await phone.registered();
  return [phone, far];
};
const mediaOf = (sdp: string): string[] => sdp.split('\r\n').filter((line) => line.startsWith('m='));
const directionOf = (sdp: string): string => /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(sdp)?.[1] ?? '';
/** An incoming call that is answered, with this offer. */
const answered = async (sdp: string | null): Promise<[TestPhone, OddFarEnd, string]> => {
  const [phone, far] = await begin();
  far.invite(sdp);
  const { id } = await phone.call('ringing');
  await phone.agent.act(id, { verb: 'answer' });
  await far.heard('SIP/2.0 200');
  return [phone, far, id];
};
/** A call that we place and that the far end has heard of. */
const placed = async (): Promise<[TestPhone, OddFarEnd, string]> => {
  const [phone, far] = await begin();
  const result = await phone.agent.place('1002');
  await far.heard('INVITE');
  return [phone, far, result.ok ? result.value : ''];
};

describe('an incoming call', () => {
  it.each<[string, string, RegExp, string]>([
    ['without a common codec', G729, /^Warning: 305 /m, 'no common sound'],
    ['with digits alone', DIGITS_ALONE, /^Warning: 305 /m, 'no common sound'],
    ['with audio at port 0', PORT_0, /^Warning: 305 /m, 'no common sound'],
    ['without any stream', NO_MEDIA, /^Warning: 305 /m, 'no common sound'],
    ['of an ordinary phone', ORDINARY, /^Warning: 302 /m, 'their phone has no encrypted sound (WebRTC)'],
    ['without rtcp-mux', NO_MUX, /^Warning: 302 /m, 'their phone has no encrypted sound (WebRTC)'],
  ])('%s is refused with 488 before it rings, and told', async (_, sdp, warning, why) => {
    const [phone, far] = await begin();
    far.invite(sdp);
    expect((await far.heard('SIP/2.0 488')).text).toMatch(warning);
    expect(far.sent.map(({ message }) => message.status)).not.toContain(180);
    expect(phone.agent.snapshot().calls).toEqual([]);
    expect(titlesOf(phone)).toContain(`Call refused: bob \u00b7 ${why}`);
  });
  it('with video and a fax beside the sound is taken, those two rejected in their places', async () => {
    const [phone, far] = await answered(VIDEO_AND_FAX);
    const { sdp } = await far.heard('SIP/2.0 200');
    expect(mediaOf(sdp)).toEqual([
      expect.stringMatching(/^m=audio [1-9]\d* UDP\/TLS\/RTP\/SAVPF /),
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
      'm=image 0 udptl t38',
    ]);
    expect(sdp).toMatch(/^a=group:BUNDLE 0\r$/m);
    // What the browser was given has the sound alone.
    expect(mediaOf(connectionOf(0).remoteDescription?.sdp ?? '')).toHaveLength(1);
    far.ack();
    const { id } = await phone.call('active');
    // RFC 3264 section 8: our own offers count as theirs did.
    phone.agent.act(id, { verb: 'hold' });
    const offer = await far.heard('INVITE');
    expect(mediaOf(offer.sdp).slice(1)).toEqual(['m=video 0 UDP/TLS/RTP/SAVPF 96', 'm=image 0 udptl t38']);
    expect(directionOf(offer.sdp)).toBe('sendonly');
    far.respond(200, { sdp: ANSWER.replace('sendrecv', 'recvonly') });
    await far.heard('ACK');
    expect(phone.agent.snapshot().calls).toMatchObject([{ phase: 'held', problem: null }]);
  });
  it.each<[string, string, string, boolean]>([
    ['sendonly for the session', descriptionWith({ session: ['a=sendonly'], media: [] }), 'recvonly', true],
    ['sendonly', descriptionWith({ media: ['a=sendonly'] }), 'recvonly', true],
    ['inactive', descriptionWith({ media: ['a=inactive'] }), 'inactive', true],
    ['an address of zeros', descriptionWith({ connection: 'IN IP4 0.0.0.0' }), 'recvonly', true],
    ['an address of zeros, IPv6', descriptionWith({ connection: 'IN IP6 ::' }), 'recvonly', true],
    ['recvonly', descriptionWith({ media: ['a=recvonly'] }), 'sendonly', false],
    ['sendrecv', GOOD, 'sendrecv', false],
  ])('that comes with %s is answered %s, held: %s', async (_, offer, answer, held) => {
    const [phone, far] = await answered(offer);
    expect(directionOf((await far.heard('SIP/2.0 200')).sdp)).toBe(answer);
    far.ack();
    await phone.call(held ? 'held' : 'active');
    far.invite(GOOD);
    expect(directionOf((await far.heard('SIP/2.0 200', 2)).sdp)).toBe('sendrecv');
    far.ack();
    await phone.call('active');
  });
  it('whose ACK has an answer without common sound ends with BYE and the cause', async () => {
    const [phone, far] = await answered(null);
    far.ack(G729);
    await far.heard('BYE');
    expect(await phone.call('ended')).toMatchObject({ cause: 'not-acceptable' });
  });
  it('whose ACK holds is shown as held', async () => {
    const [phone, far] = await answered(null);
    far.ack(ANSWER.replace('sendrecv', 'inactive'));
    await phone.call('held');
  });
});

describe('a re-INVITE', () => {
  it.each([
    ['with audio at port 0', PORT_0],
    ['for a fax alone', `${NO_MEDIA}m=audio 0 UDP/TLS/RTP/SAVPF 0\r\nm=image 4000 udptl t38\r\n`],
    ['without a common codec', G729],
    ['of an ordinary phone', ORDINARY],
  ])('%s is refused, changes nothing and blocks no later one', async (_, sdp) => {
    const [phone, far] = await answered(GOOD);
    far.ack();
    await phone.call('active');
    far.invite(sdp);
    await far.heard('SIP/2.0 488');
    expect(phone.agent.snapshot().calls).toMatchObject([{ phase: 'active' }]);
    far.ack();
    far.invite(descriptionWith({ media: ['a=sendonly'] }));
    await far.heard('SIP/2.0 200', 2);
    far.ack();
    await phone.call('held');
    far.invite(GOOD);
    await far.heard('SIP/2.0 200', 3);
    far.ack();
    await phone.call('active');
  });
  it('that adds video gets it rejected, in the same order as before', async () => {
    const [phone, far] = await answered(GOOD);
    far.ack();
    await phone.call('active');
    far.invite(VIDEO_AND_FAX);
    expect(mediaOf((await far.heard('SIP/2.0 200', 2)).sdp).slice(1)).toEqual([
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
      'm=image 0 udptl t38',
    ]);
  });
  it('of ours that is answered with audio at port 0 leaves the call as it was', async () => {
    const [phone, far, id] = await answered(GOOD);
    far.ack();
    await phone.call('active');
    phone.agent.act(id, { verb: 'hold' });
    await far.heard('INVITE');
    far.respond(200, { sdp: PORT_0 });
    await phone.until(({ calls }) => calls[0]?.problem === 'hold-failed');
    expect(phone.agent.snapshot().calls).toMatchObject([{ phase: 'active' }]);
    expect(connectionOf(0).signalingState).toBe('stable');
  });
});

describe('an answer to our call', () => {
  it.each<[string, Parameters<OddFarEnd['respond']>[1], string, RegExp]>([
    ['without a common codec', { sdp: G729 }, 'not-acceptable', /no sound format/],
    ['with audio at port 0', { sdp: PORT_0 }, 'not-acceptable', /no sound format/],
    ['without any stream', { sdp: NO_MEDIA }, 'not-acceptable', /no sound format/],
    ['without a description', {}, 'not-acceptable', /no sound format/],
    ['of an ordinary phone', { sdp: ORDINARY }, 'not-acceptable', /WebRTC/],
    ['without rtcp-mux', { sdp: NO_MUX }, 'not-acceptable', /WebRTC/],
    ['without a Contact', { sdp: ANSWER, contact: null }, 'answer-unusable', /Contact/],
    [
      'with a Contact of another kind',
      { sdp: ANSWER, contact: '<mailto:x@example.com>' },
      'answer-unusable',
      /Contact/,
    ],
  ])('%s gets ACK and BYE, and a cause', async (_, answer, cause, details) => {
    const [phone, far] = await placed();
    far.respond(200, { ...answer, headers: ['Record-Route: <sip:proxy.invalid;lr>'] });
    const bye = await far.heard('BYE');
    const ack = await far.heard('ACK');
    expect([ack, bye].map(({ message }) => message.headers('route')[0])).toEqual([
      '<sip:proxy.invalid;lr>',
      '<sip:proxy.invalid;lr>',
    ]);
    const ended = await phone.call('ended');
    expect(ended).toMatchObject({ cause, answeredAt: null });
    expect(ended.phase === 'ended' ? ended.details : '').toMatch(details);
    expect([phone.microphone.inUse(), connectionOf(0).signalingState]).toEqual([0, 'closed']);
    // Where nobody said where requests go, they go where the call went.
    if (cause === 'answer-unusable') expect(ack.text).toMatch(/^ACK sip:1002@practice\.invalid SIP/);
  });
  it.each<[string, string, string, string]>([
    ['without a description, after a 183 that had one', ANSWER, '', 'far'],
    ['without a description and under another tag', ANSWER, '', 'other'],
    ['with the same description as the 183', ANSWER, ANSWER, 'far'],
    ['with another description than the 183', ANSWER, ANSWER.replaceAll('8hhY', 'other'), 'far'],
    ['of another phone than the 183', ANSWER, ANSWER.replaceAll('8hhY', 'other'), 'other'],
    ['with a description, after a 183 whose own was unusable', G729, ANSWER, 'far'],
  ])('%s makes the call', async (_, early, final, tag) => {
    const [phone, far] = await placed();
    far.respond(183, { sdp: early });
    const rings = await phone.call('ringing');
    expect(rings.phase === 'ringing' && rings.earlyMedia).toBe(early === ANSWER);
    far.respond(183, { sdp: early });
    far.respond(200, { sdp: final, tag });
    await far.heard('ACK');
    await phone.call('active');
    expect(connectionOf(0).remoteDescription?.sdp).toContain(final.includes('other') ? 'ice-ufrag:other' : '8hhY');
  });
  it('before the answer: the newest one of the phone that is heard first, until another one answers', async () => {
    const [phone, far] = await placed();
    const withUfrag = (ufrag: string): string => ANSWER.replaceAll('8hhY', ufrag);
    const heard = (): string => /ice-ufrag:(\w+)/.exec(connectionOf(0).remoteDescription?.sdp ?? '')?.[1] ?? 'nobody';
    far.respond(183, { sdp: withUfrag('first') });
    await phone.call('ringing');
    await expect.poll(heard).toBe('first');
    const madeAgain = vi.spyOn(connectionOf(0), 'createOffer');
    far.respond(183, { sdp: withUfrag('other'), tag: 'other' });
    far.respond(183, { sdp: withUfrag('changed') });
    await expect.poll(heard).toBe('changed');
    // Both say again what they said.
    far.respond(183, { sdp: withUfrag('changed') });
    far.respond(183, { sdp: withUfrag('other'), tag: 'other' });
    far.respond(180, { tag: 'other' });
    await phone.call('ringing');
    // The same offer once more for what changed, and never for the other one.
    expect(madeAgain).toHaveBeenCalledTimes(1);
    far.respond(200, { sdp: '', tag: 'other' });
    await far.heard('ACK');
    await phone.call('active');
    expect(heard()).toBe('other');
  });
  it('without a Contact makes the call where a 183 had named one', async () => {
    const [phone, far] = await placed();
    far.respond(183, { sdp: ANSWER });
    await phone.call('ringing');
    far.respond(200, { sdp: ANSWER, contact: null });
    await phone.call('active');
    expect((await far.heard('ACK')).text).toMatch(/^ACK sip:far@far\.invalid/);
  });
  it.each([
    ['sendonly', 'held'],
    ['inactive', 'held'],
    ['recvonly', 'active'],
  ] as const)('of %s is shown as %s', async (direction, phase) => {
    const [phone, far] = await placed();
    far.respond(200, { sdp: ANSWER.replace('sendrecv', direction) });
    await far.heard('ACK');
    await phone.call(phase);
  });
  it('that comes again is acknowledged again, and changes nothing', async () => {
    const [phone, far] = await placed();
    far.respond(200, { sdp: ANSWER });
    await phone.call('active');
    far.respond(200, { sdp: ANSWER.replace('sendrecv', 'sendonly') });
    await far.heard('ACK', 2);
    expect(phone.agent.snapshot().calls).toMatchObject([{ phase: 'active' }]);
  });
});
