import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type GatewayHandle } from '../../src/gateway/index';
import { headerOf, type SipRequest, type SipResponse } from '../../src/gateway/sip-message';
import { tonePayloads } from '../../src/gateway/services/tone';
import { MediaPhone } from '../support/phones/media-phone';
import { SipClient } from '../support/phones/sip-client';
import { dialogOfCallee, type TestDialog } from '../support/phones/test-dialog';
import { mintToken, TEST_DOMAIN, TEST_KEY } from '../support/phones/test-tokens';

let gateway: GatewayHandle;
let client: SipClient;
const phones: MediaPhone[] = [];

function newPhone(): MediaPhone {
  const phone = new MediaPhone();
  phones.push(phone);
  return phone;
}

async function quiet(): Promise<void> {
  await expect
    .poll(() => gateway.stats(), { timeout: 5_000 })
    .toMatchObject({ calls: 0, mediaPeers: 0, transactions: 0 });
}

async function callService(
  name: string,
  phone: MediaPhone,
): Promise<{ dialog: TestDialog; offer: string; answer: string }> {
  const offer = await phone.local('offer');
  const invite = client.request('INVITE', { uri: `sip:${name}@${TEST_DOMAIN}`, body: offer });
  const response = await client.response(invite);
  expect(response.status).toBe(200);
  const dialog = client.acknowledge(invite, response);
  phone.pc.setRemoteDescription(response.body, 'answer');
  // This one hangs up before any media could flow.
  if (name !== 'call-me') await phone.opened();
  return { dialog, offer, answer: response.body };
}

async function hangUp(dialog: TestDialog): Promise<void> {
  expect((await client.response(client.request('BYE', { dialog }))).status).toBe(200);
  await quiet();
}

const directionOf = (sdp: string): string | undefined => /a=(sendrecv|sendonly|recvonly|inactive)/.exec(sdp)?.[1];
const lineOf = (sdp: string, name: string): string | undefined =>
  sdp.split('\r\n').find((line) => line.startsWith(`a=${name}:`));
const versionOf = (sdp: string): number => Number(/o=- \d+ (\d+)/.exec(sdp)?.[1]);

beforeEach(async () => {
  const started = await startGateway({ port: 0, keys: { active: TEST_KEY } });
  if (!started.ok) throw new Error(started.failure.sentence);
  gateway = started.value;
  client = await SipClient.open(gateway.url, '1001');
  expect((await client.register()).status).toBe(200);
});

afterEach(async () => {
  for (const phone of phones.splice(0)) phone.pc.close();
  await client.drop();
  await gateway.close();
  expect(gateway.stats()).toMatchObject({ flows: 0, bindings: 0, mediaPeers: 0 });
});

describe('echo', () => {
  it('learns the caller from its checks and sends back what it hears, byte for byte, under its own SSRC', async () => {
    const phone = newPhone();
    const { dialog } = await callService('echo', phone);
    expect(gateway.stats()).toMatchObject({ calls: 1, mediaPeers: 1 });
    const said = tonePayloads();
    said.forEach((payload, index) => phone.say(index + 1, payload));
    await phone.hears(() => phone.heard.length === said.length);
    expect(phone.heard.map((packet) => packet.payload)).toEqual(said);
    expect(phone.heard.map((packet) => packet.sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(phone.heard.every((packet) => packet.ssrc !== phone.ssrc)).toBe(true);
    await hangUp(dialog);
  });

  it('answers hold and resume over the same transport, and goes on', async () => {
    const phone = newPhone();
    const { dialog, offer, answer } = await callService('echo', phone);
    const renegotiate = async (direction: string): Promise<string> => {
      const invite = client.request('INVITE', { dialog, body: offer.replace('a=sendrecv', `a=${direction}`) });
      const response = await client.response(invite);
      expect(response.status).toBe(200);
      client.acknowledge(invite, response, dialog);
      return response.body;
    };
    const held = await renegotiate('sendonly');
    expect(directionOf(held)).toBe('recvonly');
    // The transport stays: the same ICE and DTLS, a higher version of the same session (RFC 3264 section 8).
    for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup'])
      expect(lineOf(held, name)).toBe(lineOf(answer, name));
    expect(versionOf(held)).toBe(versionOf(answer) + 1);
    expect(directionOf(await renegotiate('inactive'))).toBe('inactive');
    expect(directionOf(await renegotiate('sendrecv'))).toBe('sendrecv');
    phone.say(1, Buffer.from('resumed'));
    await phone.hears(() => phone.heard.length > 0);
    expect(phone.heard.map((packet) => packet.payload.toString())).toEqual(['resumed']);
    await hangUp(dialog);
  });

  it('follows an ICE restart to a new transport', async () => {
    const { dialog } = await callService('echo', newPhone());
    const phone = newPhone();
    const invite = client.request('INVITE', { dialog, body: await phone.local('offer') });
    const response = await client.response(invite);
    client.acknowledge(invite, response, dialog);
    phone.pc.setRemoteDescription(response.body, 'answer');
    await phone.opened();
    phone.say(1, Buffer.from('again'));
    await phone.hears(() => phone.heard.length === 1);
    expect(gateway.stats().mediaPeers).toBe(1);
    await hangUp(dialog);
  });

  it('refuses an offer without a codec in common, and one without audio', async () => {
    const offer = (await newPhone().local('offer'))
      .replace('PCMU/8000', 'L16/8000')
      .replace('SAVPF 0 ', 'SAVPF 96 ')
      .replace('rtpmap:0', 'rtpmap:96');
    for (const body of [offer, 'v=0\r\n', undefined]) {
      const invite = client.request('INVITE', {
        uri: `sip:echo@${TEST_DOMAIN}`,
        ...(body === undefined ? {} : { body }),
      });
      const response = await client.response(invite);
      expect(response.status).toBe(488);
      client.acknowledgeRefusal(invite, response);
    }
    await quiet();
  });

  it('answers a session refresh without SDP', async () => {
    const { dialog } = await callService('echo', newPhone());
    expect(
      (
        await client.response(
          client.request('UPDATE', { dialog, headers: [{ name: 'Session-Expires', value: '90;refresher=uac' }] }),
        )
      ).status,
    ).toBe(200);
    await hangUp(dialog);
  });
});

describe('tone', () => {
  it('sends 440 Hz in packets of 20 ms whose clock does not drift', async () => {
    const phone = newPhone();
    const { dialog } = await callService('tone', phone);
    await phone.hears(() => phone.heard.length >= 25);
    const heard = phone.heard.slice(0, 25);
    const first = heard[0];
    const payloads = tonePayloads();
    const phase = payloads.findIndex((payload) => first !== undefined && payload.equals(first.payload));
    expect(phase).toBeGreaterThanOrEqual(0);
    heard.forEach((packet, index) => {
      expect(packet.sequence).toBe((first?.sequence ?? 0) + index);
      expect(packet.timestamp).toBe((first?.timestamp ?? 0) + index * 160);
      expect(packet.payload).toEqual(payloads[(phase + index) % payloads.length]);
    });
    await hangUp(dialog);
  });
});

describe('the longest call', () => {
  it('ends the media too, of a phone that says nothing more', { timeout: 30_000 }, async () => {
    await client.drop();
    client = await SipClient.open(gateway.url, '1001', { token: mintToken({ claims: { max_call_s: 10 } }) });
    const phone = newPhone();
    await callService('tone', phone);
    const answeredAt = Date.now();
    await phone.hears(() => phone.heard.length > 50);
    expect(gateway.stats()).toMatchObject({ calls: 1, mediaPeers: 1 });
    // It answers no BYE, keeps its transport and goes on sending.
    await client.next(
      (message): message is SipRequest => message.kind === 'request' && message.method === 'BYE',
      'BYE',
      14_000,
    );
    expect(Date.now() - answeredAt).toBeGreaterThan(8_800);
    await expect.poll(() => gateway.stats().mediaPeers, { timeout: 5_000 }).toBe(0);
    phone.say(1, tonePayloads()[0] ?? Buffer.alloc(0));
    // The gateway lives, and has sound for another call; for this one it has none.
    const other = newPhone();
    const { dialog } = await callService('tone', other);
    const heard = phone.heard.length;
    await other.hears(() => other.heard.length > 50);
    expect(phone.heard.length).toBe(heard);
    expect((await client.response(client.request('BYE', { dialog }))).status).toBe(200);
  });
});

describe('early', () => {
  it('is heard before it answers', async () => {
    const phone = newPhone();
    const invite = client.request('INVITE', { uri: `sip:early@${TEST_DOMAIN}`, body: await phone.local('offer') });
    const progress = await client.response(invite, 183);
    expect(progress.status).toBe(183);
    phone.pc.setRemoteDescription(progress.body, 'answer');
    await phone.hears(() => phone.heard.length >= 3);
    client.cancel(invite);
    const refused = await client.next(
      (message): message is SipResponse => message.kind === 'response' && message.status === 487,
      '487',
    );
    client.acknowledgeRefusal(invite, refused);
    await quiet();
  });
});

describe('digits', () => {
  it('collects RFC 4733 events and INFO, each digit once', async () => {
    const phone = newPhone();
    const { dialog, answer } = await callService('digits', phone);
    expect(answer).toContain('a=rtpmap:126 telephone-event/8000');
    const event = (digit: number, duration: number, end: boolean): Buffer =>
      Buffer.from([digit, end ? 0x8a : 0x0a, duration >> 8, duration & 0xff]);
    let sequence = 1;
    for (const [index, digit] of [1, 2, 2, 11].entries()) {
      const timestamp = 8000 + index * 1600;
      for (const duration of [160, 320, 480]) phone.say(sequence++, event(digit, duration, false), 126, timestamp);
      for (let repeat = 0; repeat < 3; repeat += 1) phone.say(sequence++, event(digit, 640, true), 126, timestamp);
    }
    await expect.poll(() => gateway.stats().digits[0]?.digits).toBe('122#');
    const info = client.request('INFO', {
      dialog,
      headers: [{ name: 'Content-Type', value: 'application/dtmf-relay' }],
      rawBody: 'Signal=7\r\nDuration=160\r\n',
    });
    expect((await client.response(info)).status).toBe(200);
    expect(gateway.stats().digits).toEqual([{ callId: dialog.callId, from: '1001', digits: '122#7' }]);
    await hangUp(dialog);
  });
});

describe('call-me', () => {
  const callMe = async (): Promise<SipRequest> => {
    const { dialog } = await callService('call-me', newPhone());
    const bye = await client.nextRequest('BYE');
    expect(headerOf(bye, 'Call-ID')).toBe(dialog.callId);
    client.reply(bye, 200);
    const hungUpAt = Date.now();
    const invite = await client.nextRequest('INVITE');
    expect(Date.now() - hungUpAt).toBeGreaterThanOrEqual(1_900);
    expect(headerOf(invite, 'From')).toContain(`sip:call-me@${TEST_DOMAIN}`);
    expect(invite.uri).toBe(client.contactUri);
    return invite;
  };

  it('hangs up, calls back after 2 s, and echoes', async () => {
    const invite = await callMe();
    expect(invite.body).toMatch(/opus\/48000\/2[\s\S]*telephone-event/);
    const phone = newPhone();
    phone.pc.setRemoteDescription(invite.body, 'offer');
    const answered = client.reply(invite, 200, {
      toTag: 'phone',
      headers: [{ name: 'Content-Type', value: 'application/sdp' }],
      body: await phone.local('answer'),
    });
    await client.nextRequest('ACK');
    await phone.opened();
    phone.say(1, Buffer.from('called back'));
    await phone.hears(() => phone.heard.length === 1);
    expect(phone.heard[0]?.payload.toString()).toBe('called back');
    await hangUp(dialogOfCallee(invite, answered));
  });

  it('leaves nothing behind when the phone declines', async () => {
    const invite = await callMe();
    client.reply(invite, 603);
    await client.nextRequest('ACK');
    await quiet();
  });
});
