/**
 * Sound through Kamailio and rtpengine to an ordinary phone, measured: frequency, level, pauses, packets lost, in both directions. The WebRTC
 * side is a raw SIP client with real ICE, DTLS and SRTP; the app itself is measured in test/e2e.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SipRequest, SipResponse } from '../../src/gateway/sip-message';
import { analyseTone, holdsTone, type ToneReading } from '../support/sound/audio-probe';
import { fromMuLaw, MediaPhone, type MediaCodec } from '../support/phones/media-phone';
import { measured } from '../support/measured';
import { readSound, type Sound } from '../support/sound/recording';
import { SipClient } from '../support/phones/sip-client';
import { type TestDialog } from '../support/phones/test-dialog';
import type { Baresip } from './baresip';
import { labProblem, startLab, type Lab } from './lab';

const problem = await labProblem();
const WINDOW_S = 0.1;
const OURS_HZ = 1_000;
const THEIRS_HZ = 440;

/** What the WebRTC side heard. */
const heardIn = (media: MediaPhone): Sound => ({
  samples: fromMuLaw(media.heard.filter(({ payloadType }) => payloadType === 0).map(({ payload }) => payload)),
  sampleRateHz: 8_000,
});

/** All windows of a sound, without the one in which it begins and the one in which it ends. */
function windowsOf({ samples, sampleRateHz }: Sound, hz: number): readonly ToneReading[] {
  const length = Math.round(sampleRateHz * WINDOW_S);
  const all = Array.from({ length: Math.floor(samples.length / length) }, (_, n) =>
    analyseTone(samples.subarray(n * length, (n + 1) * length), sampleRateHz, hz),
  );
  const [first, last] = [all.findIndex((one) => holdsTone(one, hz)), all.findLastIndex((one) => holdsTone(one, hz))];
  return all.slice(first + 1, last);
}

async function closed(media: MediaPhone): Promise<void> {
  media.close();
  await Promise.resolve();
}

describe('sound through the lab', () => {
  let running: Lab | null = null;
  const ends: (() => Promise<unknown>)[] = [];
  const lab = (): Lab => {
    if (running === null) throw new Error('the lab does not run');
    return running;
  };
  beforeAll(async () => {
    if (problem === null) running = await startLab();
  });
  beforeEach(({ skip }) => skip(problem !== null, problem ?? ''));
  afterEach(async () => {
    if (running === null) return;
    // A test that failed has not hung up.
    if (lab().baresip.calls() > 0) await lab().baresip.hangup();
    for (const end of ends.splice(0).reverse()) await end();
    await expect.poll(() => lab().mediaSessions(), { timeout: 5_000 }).toBe(0);
  });
  afterAll(() => running?.close());

  const phone = async (
    codec: MediaCodec = 'PCMU',
  ): Promise<{ readonly client: SipClient; readonly media: MediaPhone }> => {
    const media = new MediaPhone(codec);
    const client = await SipClient.open(lab().url, '1001', {
      token: lab().mint({ sub: '1001' }),
      domain: lab().domain,
    });
    ends.push(
      () => client.drop(),
      () => closed(media),
    );
    expect((await client.register()).status).toBe(200);
    return { client, media };
  };
  const call = async (client: SipClient, media: MediaPhone, to: Baresip): Promise<SipRequest> =>
    client.request('INVITE', { uri: to.uri, body: await media.local('offer') });
  const talk = async (client: SipClient, media: MediaPhone, to: Baresip): Promise<TestDialog> => {
    const invite = await call(client, media, to);
    const response = await client.response(invite);
    expect(response.status).toBe(200);
    media.pc.setRemoteDescription(response.body, 'answer');
    const dialog = client.acknowledge(invite, response);
    await media.opened();
    return dialog;
  };
  const hangUp = async (client: SipClient, dialog: TestDialog, peer: Baresip, from: number): Promise<void> => {
    expect((await client.response(client.request('BYE', { dialog }))).status).toBe(200);
    await peer.event('CALL_CLOSED', { from });
  };
  /** What the ordinary phone heard in its newest call. */
  const heardBy = async (peer: Baresip): Promise<Sound> =>
    readSound((await peer.recordings()).filter(({ direction }) => direction === 'dec').at(-1)?.path ?? '');
  const expectTone = (what: string, sound: Sound, hz: number, dbfs: readonly [number, number]): void => {
    const windows = windowsOf(sound, hz);
    expect(windows.length, what).toBeGreaterThan(10);
    const levels = windows.map(({ toneDbfs }) => toneDbfs).sort((a, b) => a - b);
    const [lowest = 0, middle = 0, highest = 0] = [levels[0], levels[Math.floor(levels.length / 2)], levels.at(-1)];
    measured(
      `${what}: ${(windows[0]?.frequencyHz ?? 0).toFixed(1)} Hz, ${middle.toFixed(1)} dBFS (${lowest.toFixed(1)} to ${highest.toFixed(1)}) for ${(windows.length * WINDOW_S).toFixed(1)} s`,
    );
    // Every tenth of a second holds it: no gap.
    expect(
      windows.filter((one) => !holdsTone(one, hz)),
      what,
    ).toEqual([]);
    for (const { frequencyHz } of windows) expect(Math.abs(frequencyHz - hz), what).toBeLessThan(3);
    expect(lowest, what).toBeGreaterThan(dbfs[0]);
    expect(highest, what).toBeLessThan(dbfs[1]);
  };

  it('PCMU, both ways: the tone of each side arrives at the other, whole, and nothing is lost', async () => {
    const { client, media } = await phone();
    const bob = lab().baresip;
    const from = bob.events.length;
    const dialog = await talk(client, media, bob);
    media.playTone(OURS_HZ, -12);
    await expect.poll(() => media.lostThere, { timeout: 15_000 }).not.toBeNull();
    await media.hears(() => media.heard.length > 150);
    await hangUp(client, dialog, bob, from);
    expect([media.lostHere(), media.lostThere]).toEqual([0, 0]);
    // Baresip plays at full scale.
    expectTone('PCMU, heard by the WebRTC side', heardIn(media), THEIRS_HZ, [-10, 1]);
    expectTone('PCMU, heard by the ordinary phone', await heardBy(bob), OURS_HZ, [-13, -11]);
  }, 30_000);

  it('Opus, both ways: the ordinary phone hears its own tone come back', async () => {
    const carol = await lab().startBaresip({ user: 'carol', codec: 'opus', toneHz: 700 });
    ends.push(carol.stop);
    const { client, media } = await phone('opus');
    media.echo();
    const dialog = await talk(client, media, carol);
    await expect.poll(() => media.lostThere, { timeout: 15_000 }).not.toBeNull();
    await hangUp(client, dialog, carol, 0);
    expect(media.heard.some(({ payloadType }) => payloadType === 111)).toBe(true);
    expect([media.lostHere(), media.lostThere]).toEqual([0, 0]);
    expectTone('Opus, there and back', await heardBy(carol), 700, [-10, 1]);
  }, 30_000);

  it('keys as RFC 4733 events arrive, each once', async () => {
    const { client, media } = await phone();
    const bob = lab().baresip;
    const from = bob.events.length;
    const before = bob.digits();
    const dialog = await talk(client, media, bob);
    let sequence = 1;
    for (const [index, digit] of [4, 2, 2, 11].entries()) {
      const event = (duration: number, end: boolean): Buffer =>
        Buffer.from([digit, end ? 0x8a : 0x0a, duration >> 8, duration & 0xff]);
      const timestamp = 8_000 + index * 1_600;
      for (const duration of [160, 320, 480]) media.say(sequence++, event(duration, false), 126, timestamp);
      const end = (): void => media.say(sequence++, event(640, true), 126, timestamp);
      for (let repeat = 0; repeat < 3; repeat += 1) end();
      const heard = (): string => {
        // His jitter buffer gives nothing out before more packets come, as they do in a call in which somebody speaks.
        end();
        return bob.digits().slice(before.length);
      };
      await expect.poll(heard, { timeout: 5_000 }).toBe('422#'.slice(0, index + 1));
    }
    await hangUp(client, dialog, bob, from);
  });

  it.each([
    ['he hangs up', 'auto'],
    ['he refuses', 'manual'],
    ['she cancels', 'manual'],
  ] as const)('%s: no media session is left', async (what, mode) => {
    const bob = lab().baresip;
    await bob.setAnswerMode(mode);
    ends.push(() => bob.setAnswerMode('auto'));
    const { client, media } = await phone();
    const from = bob.events.length;
    if (what === 'he hangs up') {
      await talk(client, media, bob);
      await bob.hangup();
      client.reply(await client.nextRequest('BYE'), 200);
      await bob.event('CALL_CLOSED', { from });
      return;
    }
    const invite = await call(client, media, bob);
    await client.response(invite, 180);
    expect(await lab().mediaSessions()).toBe(1);
    if (what === 'he refuses') await bob.hangup();
    else client.cancel(invite);
    const refused = await client.next(
      (message): message is SipResponse => message.kind === 'response' && message.status >= 400,
      'the refusal',
    );
    expect(refused.status).toBe(what === 'he refuses' ? 486 : 487);
    client.acknowledgeRefusal(invite, refused);
    await bob.event('CALL_CLOSED', { from });
  });

  it('he calls her, on WebRTC: each hears the other', async () => {
    const { client } = await phone();
    const bob = lab().baresip;
    const from = bob.events.length;
    await bob.dial('1001');
    const invite = await client.nextRequest('INVITE');
    expect(invite.body).toMatch(/UDP\/TLS\/RTP\/SAVPF [^]*a=fingerprint:/);
    const media = new MediaPhone('PCMU', /^a=mid:(\S+)/m.exec(invite.body)?.[1]);
    ends.push(() => closed(media));
    media.pc.setRemoteDescription(invite.body, 'offer');
    client.reply(invite, 200, {
      toTag: 'asha',
      headers: [{ name: 'Content-Type', value: 'application/sdp' }],
      body: await media.local('answer'),
    });
    await client.nextRequest('ACK');
    await media.opened();
    media.playTone(OURS_HZ, -12);
    await media.hears(() => media.heard.length > 100);
    expectTone('his call, heard by the WebRTC side', heardIn(media), THEIRS_HZ, [-10, 1]);
    await bob.hangup();
    client.reply(await client.nextRequest('BYE'), 200);
    await bob.event('CALL_CLOSED', { from });
    expect(media.lostHere()).toBe(0);
    expectTone('his call, heard by the ordinary phone', await heardBy(bob), OURS_HZ, [-13, -11]);
  });
});
