import { describe, expect, it } from 'vitest';
import { createRinger, RING, RINGBACK, samplesOf, wavOf, type Cadence, type RingerElement } from './ringer';

const RATE = 8000;
/** Power of `hz` in the samples by the Goertzel algorithm, per sample. */
function power(samples: Float32Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / RATE);
  let previous = 0;
  let beforeThat = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforeThat;
    beforeThat = previous;
    previous = current;
  }
  return (previous ** 2 + beforeThat ** 2 - coefficient * previous * beforeThat) / samples.length ** 2;
}

describe('the sounds', () => {
  it('ringback is 425 Hz for one second and silence for four', () => {
    const samples = samplesOf(RINGBACK, RATE);
    expect(samples.length).toBe(5 * RATE);
    const tone = samples.slice(0, RATE);
    expect(power(tone, 425)).toBeGreaterThan(100 * power(tone, 600));
    expect(samples.slice(RATE).every((sample) => sample === 0)).toBe(true);
  });

  it('ring has both its notes, a pause, and never clips', () => {
    const samples = samplesOf(RING, RATE);
    expect(power(samples, 659.25)).toBeGreaterThan(20 * power(samples, 500));
    expect(power(samples, 880)).toBeGreaterThan(20 * power(samples, 500));
    expect(samples.slice(Math.round(1.4 * RATE)).every((sample) => sample === 0)).toBe(true);
    expect(samples.every((sample) => Math.abs(sample) <= 0.5)).toBe(true);
  });

  it('bursts begin and end without a click', () => {
    const samples = samplesOf(RINGBACK, RATE);
    for (let index = 1; index < samples.length; index += 1) {
      expect(Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0))).toBeLessThan(0.06);
    }
  });
});

describe('a sound as a file', () => {
  it.each([
    ['ring', RING],
    ['ringback', RINGBACK],
  ] as const)('%s is a WAV of one channel, 16 bits, 16 kHz', (_, cadence) => {
    const bytes = new DataView(wavOf(cadence));
    const text = (at: number): string => String.fromCharCode(...[0, 1, 2, 3].map((n) => bytes.getUint8(at + n)));
    const frames = cadence.lengthS * 16_000;
    expect([text(0), text(8), text(12), text(36)]).toEqual(['RIFF', 'WAVE', 'fmt ', 'data']);
    expect([bytes.getUint32(4, true), bytes.getUint32(40, true)]).toEqual([36 + 2 * frames, 2 * frames]);
    expect([20, 22, 32, 34].map((at) => bytes.getUint16(at, true))).toEqual([1, 1, 2, 16]);
    expect([24, 28].map((at) => bytes.getUint32(at, true))).toEqual([16_000, 32_000]);
    const samples = samplesOf(cadence, 16_000);
    const at = Math.round(0.1 * 16_000);
    expect(bytes.getInt16(44 + 2 * at, true)).toBe(Math.round(32_767 * (samples[at] ?? NaN)));
  });
});

describe('the ringer', () => {
  class FakeElement {
    loop = false;
    src = '';
    readonly did: string[] = [];
    constructor(private readonly hasDevice: boolean) {}
    setSinkId = (id: string): Promise<void> => {
      this.did.push(`sink ${id}`);
      return this.hasDevice ? Promise.resolve() : Promise.reject(new Error('no such device'));
    };
    play = (): Promise<void> => {
      this.did.push(`play ${this.src}${this.loop ? ' over and over' : ''}`);
      return Promise.resolve();
    };
    pause = (): void => void this.did.push('pause');
    removeAttribute = (name: string): void => void this.did.push(`no ${name}`);
    load = (): void => void this.did.push('load');
  }
  const setUp = (hasDevice = true) => {
    const elements: FakeElement[] = [];
    const made: Cadence[] = [];
    const ringer = createRinger(
      (): RingerElement => {
        const element = new FakeElement(hasDevice);
        elements.push(element);
        return element;
      },
      (cadence) => {
        made.push(cadence);
        return cadence === RING ? 'ring' : 'ringback';
      },
      (run) => void Promise.resolve().then(run),
    );
    const settled = async (): Promise<void> => {
      for (let turn = 0; turn < 9; turn += 1) await Promise.resolve();
    };
    return { ringer, elements, made, settled };
  };
  it('sounds over and over until it is silent, and lets the device go', async () => {
    const { ringer, elements, settled } = setUp();
    ringer.play('ring', null);
    await settled();
    ringer.play('ring', null);
    ringer.play('silent', null);
    ringer.play('silent', null);
    expect(elements.map(({ did }) => did)).toEqual([['play ring over and over', 'pause', 'no src', 'load']]);
  });
  it('goes over from one sound and device to the next, and makes each sound once', async () => {
    const { ringer, elements, made, settled } = setUp();
    for (const [sound, device] of [
      ['ring', 'a'],
      ['ring', 'b'],
      ['ringback', null],
      ['ring', null],
    ] as const) {
      ringer.play(sound, device);
      await settled();
    }
    expect(elements.map(({ did }) => did.filter((what) => /^(?:sink|play)/.test(what)))).toEqual([
      ['sink a', 'play ring over and over'],
      ['sink b', 'play ring over and over'],
      ['play ringback over and over'],
      ['play ring over and over'],
    ]);
    expect(elements.slice(0, -1).every(({ did }) => did.includes('pause'))).toBe(true);
    expect(made).toEqual([RING, RINGBACK]);
  });
  it('has the file of the ring before a call comes, and makes it once', async () => {
    const { ringer, elements, made, settled } = setUp();
    ringer.prepare();
    expect(made).toEqual([RING]);
    ringer.play('ring', null);
    await settled();
    expect([made, elements[0]?.did]).toEqual([[RING], ['play ring over and over']]);
  });
  it('rings on the default device when its own was unplugged', async () => {
    const { ringer, elements, settled } = setUp(false);
    ringer.play('ring', 'gone');
    await settled();
    expect(elements[0]?.did).toEqual(['sink gone', 'play ring over and over']);
  });
  it('stays silent when it was stopped before its device was there', async () => {
    const { ringer, elements, settled } = setUp();
    ringer.play('ring', 'a');
    await Promise.resolve();
    ringer.play('silent', null);
    await settled();
    expect(elements[0]?.did).toEqual(['sink a', 'pause', 'no src', 'load']);
  });
  it('makes nothing when it was stopped before the call was drawn', async () => {
    const { ringer, elements, settled } = setUp();
    ringer.play('ring', 'a');
    ringer.play('silent', null);
    await settled();
    expect(elements).toEqual([]);
  });
});
