/** Digits of the real app as a phone gets them: RTP packets of telephone-events (RFC 4733), counted in the codec's own timestamps. */
import { expect, test } from '../support/app/app';
import { joinOddLine, type OddLine } from '../support/app/odd-line';
import { callCard, press } from '../support/app/phone-driver';
import { measured } from '../support/measured';
import { answerTo, headerIn, requestOf } from '../support/phones/gateway-words';
import { MediaPhone, type MediaCodec } from '../support/phones/media-phone';
import { bodyOf } from '../../src/renderer/phone/wire/sip-body';

const OFFERED_TONE = 126;
const DIGIT_MS = 100;
const PACKET_MS = 20;

interface Digit {
  readonly event: number;
  readonly durationMs: number;
  /** Packets with different durations, and those that begin an event. */
  readonly packets: number;
  readonly begins: number;
}

/** The digits that the phone was sent under this payload number, in order. */
function digitsIn(phone: MediaPhone, number: number, clock: number): Digit[] {
  const byTime = new Map<number, { event: number; durations: Set<number>; begins: number; ended: boolean }>();
  for (const { payloadType, timestamp, payload, marker } of phone.heard) {
    if (payloadType !== number || payload.length < 4) continue;
    const digit = byTime.get(timestamp) ?? { event: payload[0] ?? 0, durations: new Set(), begins: 0, ended: false };
    digit.durations.add(payload.readUInt16BE(2));
    digit.begins += marker ? 1 : 0;
    digit.ended ||= ((payload[1] ?? 0) & 0x80) !== 0;
    byTime.set(timestamp, digit);
  }
  return [...byTime.values()]
    .filter(({ ended }) => ended)
    .map(({ event, durations, begins }) => ({
      event,
      durationMs: (Math.max(...durations) * 1000) / clock,
      packets: durations.size,
      begins,
    }));
}

async function type({ page }: OddLine, digits: string): Promise<void> {
  const pad = page.getByRole('group', { name: 'Keypad' });
  if (!(await pad.isVisible())) await press(page, 'keypad');
  for (const digit of digits) await pad.getByRole('button', { name: digit, exact: true }).click();
}

const asAsked = (event: number): Digit => ({
  event,
  durationMs: DIGIT_MS,
  packets: DIGIT_MS / PACKET_MS,
  begins: 1,
});

/** Their event by its mapping, under one number or several. */
const withEvents =
  (...events: readonly (readonly [number: number, clock: number])[]) =>
  (sdp: string): string =>
    sdp
      .replace(` ${OFFERED_TONE}\r`, `${events.map(([number]) => ` ${number}`).join('')}\r`)
      .replace(
        /a=rtpmap:126 .*\r\n/,
        events.map(([number, clock]) => `a=rtpmap:${number} telephone-event/${clock}\r\n`).join(''),
      );

const CALLS: readonly (readonly [
  name: string,
  codec: MediaCodec,
  clock: number,
  number: number,
  edit: (sdp: string) => string,
])[] = [
  ['Opus, and digits at 8,000', 'opus', 48_000, 126, withEvents([126, 8_000])],
  ['Opus, and digits at 48,000', 'opus', 48_000, 110, withEvents([110, 48_000])],
  ['Opus, and digits at both', 'opus', 48_000, 110, withEvents([126, 8_000], [110, 48_000])],
  ['G.711, and digits at 8,000', 'PCMU', 8_000, 126, withEvents([126, 8_000])],
  ['G.711, and digits at 48,000', 'PCMU', 8_000, 110, withEvents([110, 48_000])],
];

test('a digit lasts 100 ms, whatever codec and clock were agreed upon', async ({ launch, keyring }) => {
  test.setTimeout(120_000);
  const line = await joinOddLine(await launch({ bus: keyring.bus }));
  const phones: MediaPhone[] = [];
  try {
    for (const [name, codec, clock, number, edit] of CALLS) {
      await test.step(`the agent calls: ${name}`, async () => {
        const phone = new MediaPhone(codec);
        phones.push(phone);
        const invite = await line.calls('1002', () => []);
        phone.pc.setRemoteDescription(bodyOf(invite), 'offer');
        const body = edit(await phone.local('answer'));
        await line.gateway.send(answerTo(invite, '200 OK', { headers: ['Contact: <sip:bob@192.0.2.7>'], body }));
        await phone.opened();
        await expect(callCard(line.page, 'active')).toBeVisible();
        await type(line, '15#');
        await expect
          .poll(() => digitsIn(phone, number, clock), { message: name })
          .toEqual([1, 5, 11].map((event) => asAsked(event)));
        measured(
          `${name}: ${digitsIn(phone, number, clock)
            .map(({ durationMs }) => `${durationMs} ms`)
            .join(', ')}`,
        );
        await press(line.page, 'end');
        await line.ends('You ended the call');
      });
    }
    await test.step('the phone calls, and its numbers change within the call: sound and digits have the new ones', async () => {
      const phone = new MediaPhone('opus');
      phones.push(phone);
      const offer = await phone.local('offer');
      const invite = await line.invite({ body: offer });
      const ok = await line.answers(invite);
      expect(bodyOf(ok)).toContain('a=rtpmap:126 telephone-event/8000\r\n');
      phone.pc.setRemoteDescription(bodyOf(ok), 'answer');
      await phone.opened();
      await phone.hears(() => phone.heard.some(({ payloadType }) => payloadType === 111));
      await type(line, '7');
      await expect.poll(() => digitsIn(phone, 126, 48_000)).toEqual([asAsked(7)]);

      const swapped = offer
        .replace('SAVPF 111 126', 'SAVPF 126 111')
        .replaceAll(/^(a=(?:rtpmap|fmtp|rtcp-fb):)(111|126) /gm, (_, start: string, one: string) =>
          one === '111' ? `${start}126 ` : `${start}111 `,
        );
      expect(swapped).toContain('a=rtpmap:126 opus/48000/2\r\n');
      const again = requestOf({
        method: 'INVITE',
        target: /<([^>]+)>/.exec(headerIn(ok, 'Contact'))?.[1] ?? '',
        id: 'swapped',
        cseq: 2,
        from: headerIn(ok, 'From'),
        to: headerIn(ok, 'To'),
        callId: headerIn(ok, 'Call-ID'),
        body: swapped,
      });
      await line.gateway.send(again);
      const answer = await line.gateway.answer(again);
      expect(answer).toMatch(/^SIP\/2\.0 200 /);
      expect(bodyOf(answer)).toContain('a=rtpmap:126 opus/48000/2\r\n');
      expect(bodyOf(answer)).toContain('a=rtpmap:111 telephone-event/8000\r\n');
      const before = phone.heard.length;
      await phone.hears(() => phone.heard.slice(before).filter(({ payloadType }) => payloadType === 126).length > 20);
      phone.heard.length = 0;
      await type(line, '9');
      await expect.poll(() => digitsIn(phone, 111, 48_000)).toEqual([asAsked(9)]);
      await press(line.page, 'end');
      await line.ends('You ended the call');
    });
  } finally {
    for (const phone of phones) phone.close();
    await line.gateway.close();
  }
});
