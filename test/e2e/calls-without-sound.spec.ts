import { randomBytes } from 'node:crypto';
import { expect, test } from '../support/app/app';
import { joinOddLine } from '../support/app/odd-line';
import { callCard, dial, lineTo, press, takeLine, untilRegistered } from '../support/app/phone-driver';
import { bodyOf } from '../../src/renderer/phone/wire/sip-body';
import { CalledPhone } from '../support/phones/called-phone';
import { descriptionWith } from '../support/phones/description-parts';
import { answerTo, headerIn } from '../support/phones/gateway-words';
import { openScriptedGateway } from '../support/servers/scripted-gateway';

const FAX_AND_VIDEO = ['m=image 40020 udptl t38', 'm=video 40002 RTP/AVP 96', 'a=rtpmap:96 H264/90000'];
const REJECTED = ['m=image 0 udptl t38', 'm=video 0 RTP/AVP 96'];
const mediaOf = (text: string): string[] => text.split('\r\n').filter((line) => line.startsWith('m='));
const directionOf = (text: string): string => /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(text)?.[1] ?? '';

test('a call that comes on hold, beside a fax and video: one stream, which has our microphone when the hold ends, and no sound is called Good', async ({
  launch,
  keyring,
}) => {
  const gateway = await openScriptedGateway();
  try {
    const app = await launch({ bus: keyring.bus });
    const { page } = app;
    await takeLine(app, lineTo(gateway.url, '1001'), randomBytes(32).toString('base64url'));
    await expect(page.getByTestId('registration')).toContainText('as 1001');
    await untilRegistered(page);

    const refused = await gateway.request({ method: 'INVITE', id: 'fax', body: 'v=0\r\nm=image 4000 udptl t38\r\n' });
    expect(await gateway.answer(refused)).toMatch(/^SIP\/2\.0 488 /);
    await expect(page.getByTestId('event-row').filter({ hasText: 'Call refused' })).toBeVisible();

    const invite = await gateway.request({
      method: 'INVITE',
      id: 'held',
      body: descriptionWith({ session: ['a=sendonly'], media: [], more: FAX_AND_VIDEO }),
    });
    await press(page, 'answer');
    const answer = await gateway.answer(invite);
    expect(mediaOf(answer).slice(1)).toEqual(REJECTED);
    expect(directionOf(answer)).toBe('recvonly');
    const inDialog = { id: 'held', to: headerIn(answer, 'To') };
    await gateway.request({ ...inDialog, method: 'ACK', branch: 'z9hG4bKack1' });
    await expect(callCard(page, 'held')).toContainText('They put you on hold');

    const resume = await gateway.request({
      ...inDialog,
      method: 'INVITE',
      cseq: 2,
      branch: 'z9hG4bKtwo',
      body: descriptionWith({ more: FAX_AND_VIDEO }),
    });
    const resumed = await gateway.answer(resume);
    expect(mediaOf(resumed)).toEqual([expect.stringMatching(/^m=audio [1-9]/), ...REJECTED]);
    expect(directionOf(resumed)).toBe('sendrecv');
    // A sender with a track says which (RFC 8830).
    expect(resumed).toMatch(/^a=ssrc:\d+ cname:/m);
    await gateway.request({ ...inDialog, method: 'ACK', cseq: 2, branch: 'z9hG4bKack2' });

    const card = callCard(page, 'active');
    await expect(card).toBeVisible();
    await expect(card.getByText('No sound arrives')).toBeVisible({ timeout: 10_000 });
    await expect(card).not.toContainText(/Good|Fair|Poor/);

    const stopped = await gateway.request({
      ...inDialog,
      method: 'INVITE',
      cseq: 3,
      branch: 'z9hG4bKthree',
      body: descriptionWith({ port: 0, more: FAX_AND_VIDEO }),
    });
    expect(await gateway.answer(stopped)).toMatch(/^SIP\/2\.0 488 /);
    await press(page, 'hold');
    const hold = await gateway.next((text) => text.startsWith('INVITE '), 'our hold');
    expect(mediaOf(hold)).toEqual([expect.stringMatching(/^m=audio [1-9]/), ...REJECTED]);
    expect(directionOf(hold)).toBe('sendonly');
  } finally {
    await gateway.close();
  }
});

test('an answer that no sound can come of ends the call with ACK, BYE and the reason', async ({ launch, keyring }) => {
  const gateway = await openScriptedGateway();
  try {
    gateway.onRequest = (request) =>
      request.startsWith('INVITE ')
        ? [
            answerTo(request, '200 OK', {
              headers: ['Contact: <sip:bob@192.0.2.7>'],
              body: 'v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
            }),
          ]
        : request.startsWith('ACK ')
          ? []
          : [answerTo(request, '200 OK')];
    const app = await launch({ bus: keyring.bus });
    const { page } = app;
    await takeLine(app, lineTo(gateway.url, '1001'), randomBytes(32).toString('base64url'));
    await expect(page.getByTestId('registration')).toContainText('as 1001');
    await untilRegistered(page);
    await dial(page, '1002');
    await gateway.next((text) => text.startsWith('ACK '), 'ACK');
    await gateway.next((text) => text.startsWith('BYE '), 'BYE');
    await expect(page.getByTestId('event-row').filter({ hasText: 'No common sound' })).toBeVisible();
  } finally {
    await gateway.close();
  }
});

test('"No sound arrives" comes three seconds after an answer without sound, and goes away with the sound', async ({
  launch,
  keyring,
}) => {
  const { page, gateway, calls } = await joinOddLine(await launch({ bus: keyring.bus }));
  let phone: CalledPhone | null = null;
  try {
    const invite = await calls('1002', () => []);
    phone = await CalledPhone.answer(bodyOf(invite));
    await gateway.send(answerTo(invite, '200 OK', { headers: ['Contact: <sip:bob@192.0.2.7>'], body: phone.sdp }));
    const card = callCard(page, 'active');
    await expect(card).toBeVisible();
    const answered = performance.now();
    const silent = card.getByRole('status').filter({ hasText: 'No sound arrives' });
    await expect(silent).toBeVisible({ timeout: 10_000 });
    expect(performance.now() - answered).toBeGreaterThan(2_000);
    await expect(card).not.toContainText(/Good|Fair|Poor/);

    await phone.opened();
    phone.playTone(440);
    await expect(silent).toHaveCount(0, { timeout: 10_000 });
    await expect(card).toContainText(/Good|Fair|Poor/);
    await press(page, 'end');
  } finally {
    phone?.close();
    await gateway.close();
  }
});

test('a call with sound is called Good, and never that no sound arrives', async ({ launch }) => {
  const { page } = await launch();
  await untilRegistered(page);
  await dial(page, 'echo');
  const card = callCard(page, 'active');
  await expect(card.getByText('Good')).toBeVisible({ timeout: 15_000 });
  await expect(card).not.toContainText('No sound arrives');
});
