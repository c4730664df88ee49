/** Descriptions without sound, and with more than sound, said to the real app by a gateway of which the test says every word. */
import { expect, test } from '../support/app/app';
import { joinOddLine, type OddLine } from '../support/app/odd-line';
import { callCard, press } from '../support/app/phone-driver';
import { answerTo, headerIn, requestOf, webSdp } from '../support/phones/gateway-words';

const G729 = webSdp({ codecs: [[18, 'G729/8000']] });
const AUDIO_AND_VIDEO = [
  webSdp().trimEnd(),
  'm=video 40002 UDP/TLS/RTP/SAVPF 100',
  'a=rtpmap:100 VP8/90000',
  ...webSdp()
    .split('\r\n')
    .filter((text) => /^a=(?:ice|candidate|fingerprint|setup|rtcp-mux)/.test(text)),
  'a=mid:1',
  'a=sendrecv',
  '',
].join('\r\n');

const cases: readonly (readonly [name: string, play: (line: OddLine) => Promise<void>])[] = [
  [
    'an offer without a common codec is refused with 488 and rings nobody',
    async ({ page, gateway, invite }) => {
      expect(await gateway.answer(await invite({ body: G729 }))).toMatch(/^SIP\/2\.0 488 /);
      await expect(callCard(page)).toHaveCount(0);
    },
  ],
  [
    'offered video is answered with port 0',
    async ({ page, invite, answers, ends }) => {
      const ok = await answers(await invite({ body: AUDIO_AND_VIDEO }));
      expect(ok).toMatch(/^m=audio (?!0 )\d+ /m);
      expect(ok).toMatch(/^m=video 0 /m);
      await press(page, 'end');
      await ends('You ended the call');
    },
  ],
  [
    'a re-INVITE with m=audio 0 is answered, and so is the one after it',
    async ({ page, gateway, invite, answers, ends }) => {
      const first = await invite();
      const ok = await answers(first);
      for (const [cseq, port] of [
        [2, 0],
        [3, 40000],
      ] as const) {
        const again = requestOf({
          method: 'INVITE',
          target: /<([^>]+)>/.exec(headerIn(ok, 'Contact'))?.[1] ?? '',
          id: `again${cseq}`,
          cseq,
          from: headerIn(ok, 'From'),
          to: headerIn(ok, 'To'),
          callId: headerIn(ok, 'Call-ID'),
          body: webSdp({ port, version: cseq }),
        });
        await gateway.send(again);
        const answer = await gateway.answer(again);
        expect(answer).toMatch(port === 0 ? /^SIP\/2\.0 488 / : /^SIP\/2\.0 200 /);
      }
      await press(page, 'end');
      await ends('You ended the call');
    },
  ],
  [
    'an answer without a common codec ends the call, for both sides',
    async ({ gateway, calls, ends }) => {
      const request = await calls('1002', (invite) => [
        answerTo(invite, '200 OK', {
          headers: ['Contact: <sip:bob@192.0.2.7>'],
          body: G729.replace('actpass', 'active'),
        }),
      ]);
      const ours = (method: string) => (text: string) =>
        text.startsWith(`${method} `) && headerIn(text, 'Call-ID') === headerIn(request, 'Call-ID');
      await gateway.next(ours('ACK'), 'ACK');
      await gateway.next(ours('BYE'), 'BYE');
      await ends('have no way to send sound in common');
    },
  ],
  [
    'an answer without a Contact ends the call with a sentence, ACK and BYE',
    async ({ gateway, calls, ends }) => {
      const request = await calls('1003', (invite) => [
        answerTo(invite, '200 OK', { body: webSdp({ setup: 'active' }) }),
      ]);
      const ours = (method: string) => (text: string) =>
        text.startsWith(`${method} `) && headerIn(text, 'Call-ID') === headerIn(request, 'Call-ID');
      await gateway.next(ours('ACK'), 'ACK');
      await gateway.next(ours('BYE'), 'BYE');
      await ends('They answered, but Ringfence could not use the answer of their phone system. Try again');
    },
  ],
];

test('no call is without sound, and none is refused for what is beside the sound', async ({ launch, keyring }) => {
  test.setTimeout(120_000);
  const line = await joinOddLine(await launch({ bus: keyring.bus }));
  try {
    for (const [name, play] of cases) await test.step(name, () => play(line));
  } finally {
    await line.gateway.close();
  }
});
