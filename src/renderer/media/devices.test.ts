import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock';
import { asMediaStream, FakeStream, FakeTrack } from '../../../test/support/phones/fake-media';
import { createMicrophone, WARM_MS, type Microphone } from './devices';

let clock: FakeClock;
let preferred: string | null;
/** What getUserMedia does for each device id (null: the default). */
let outcome: (id: string | null) => FakeTrack | string;
let asked: (string | null)[];
let tracks: FakeTrack[];
let microphone: Microphone;

const named = (name: string): Error => Object.assign(new Error('no'), { name });
beforeEach(() => {
  clock = createFakeClock();
  preferred = null;
  asked = [];
  tracks = [];
  outcome = (id) => new FakeTrack(id ?? 'default');
  microphone = createMicrophone({
    preferredId: () => preferred,
    clock,
    devices: {
      getUserMedia: (constraints) => {
        const { audio } = constraints ?? {};
        expect(audio).toMatchObject({ echoCancellation: true, noiseSuppression: true, autoGainControl: true });
        const wanted =
          typeof audio === 'object' && typeof audio.deviceId === 'object' && 'exact' in audio.deviceId
            ? String(audio.deviceId.exact)
            : null;
        asked.push(wanted);
        const made = outcome(wanted);
        if (typeof made === 'string') return Promise.reject(named(made));
        tracks.push(made);
        return Promise.resolve(asMediaStream(new FakeStream([made])));
      },
      enumerateDevices: () =>
        Promise.resolve([
          { deviceId: 'default', kind: 'audioinput', label: 'Default', groupId: '', toJSON: () => ({}) },
          { deviceId: 'headset', kind: 'audioinput', label: 'Headset', groupId: '', toJSON: () => ({}) },
          { deviceId: 'speaker', kind: 'audiooutput', label: 'Speaker', groupId: '', toJSON: () => ({}) },
        ]),
    },
  });
});

describe('the microphone', () => {
  it('is opened once for all calls and stays warm for 30 s after the last', async () => {
    const [first, second] = await Promise.all([microphone.acquire(), microphone.acquire()]);
    expect(first).toEqual(second);
    expect(asked).toEqual([null]);
    microphone.release();
    await clock.advance(WARM_MS * 2);
    expect(tracks[0]?.readyState).toBe('live');
    microphone.release();
    await clock.advance(WARM_MS - 1);
    expect(microphone.stream()).not.toBeNull();
    await clock.advance(1);
    expect(microphone.stream()).toBeNull();
    expect(tracks[0]?.readyState).toBe('ended');
  });
  it('is not asked for again while it is warm', async () => {
    await microphone.acquire();
    microphone.release();
    await clock.advance(WARM_MS - 1);
    await microphone.acquire();
    await clock.advance(WARM_MS * 2);
    expect(asked).toHaveLength(1);
    expect(tracks[0]?.readyState).toBe('live');
  });
  it('is the chosen one, or the default when the chosen one is gone', async () => {
    preferred = 'headset';
    outcome = (id) => (id === 'headset' ? 'OverconstrainedError' : new FakeTrack());
    expect(await microphone.acquire()).toMatchObject({ ok: true });
    expect(asked).toEqual(['headset', null]);
  });
  it.each([
    ['NotAllowedError', 'microphone-refused', 1],
    ['NotFoundError', 'microphone-missing', 2],
    ['NotReadableError', 'microphone-busy', 2],
    ['OverconstrainedError', 'microphone-missing', 2],
  ])('%s is %s', async (name, reason, tries) => {
    preferred = 'headset';
    outcome = () => name;
    expect(await microphone.acquire()).toEqual({ ok: false, failure: { reason } });
    expect(asked).toHaveLength(tries);
    // A failure leaves nothing behind: the next try asks again and works.
    outcome = () => new FakeTrack();
    expect(await microphone.acquire()).toMatchObject({ ok: true });
  });
  it('pulled during a call: the default takes over, and calls are told', async () => {
    preferred = 'headset';
    await microphone.acquire();
    const heard: (MediaStream | null)[] = [];
    microphone.onChange((stream) => heard.push(stream));
    tracks[0]?.unplug();
    await clock.settle();
    expect(asked).toEqual(['headset', null]);
    expect(heard).toEqual([microphone.stream()]);
    expect(tracks[1]?.readyState).toBe('live');
  });
  it('pulled between calls: nothing is opened', async () => {
    await microphone.acquire();
    microphone.release();
    tracks[0]?.unplug();
    await clock.settle();
    expect(asked).toHaveLength(1);
    expect(microphone.stream()).toBeNull();
  });
  it('pulled, and there is no other: told with null', async () => {
    await microphone.acquire();
    const heard: (MediaStream | null)[] = [];
    microphone.onChange((stream) => heard.push(stream));
    outcome = () => 'NotFoundError';
    tracks[0]?.unplug();
    await clock.settle();
    expect(heard).toEqual([null]);
  });
  it('another choice is opened at once when one is open, and only then', async () => {
    preferred = 'headset';
    await microphone.reselect();
    expect(asked).toEqual([]);
    await microphone.acquire();
    preferred = 'desk';
    await microphone.reselect();
    expect(asked).toEqual(['headset', 'desk']);
    expect(tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
  });
  it('lists what can be chosen', async () => {
    expect(await microphone.listDevices()).toEqual([{ id: 'headset', label: 'Headset' }]);
  });
});
