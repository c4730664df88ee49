import { describe, expect, it } from 'vitest';
import { asMediaStream, FakeStream } from '../../../test/support/phones/fake-media';
import { levelOf, microphoneLevel } from './levels';

const sine = (amplitude: number): Float32Array =>
  Float32Array.from({ length: 480 }, (_, n) => amplitude * Math.sin((2 * Math.PI * 1000 * n) / 48_000));

describe('levelOf', () => {
  it('is 0 for silence and for nothing, 1 for a shout', () => {
    expect(levelOf(new Float32Array(512))).toBe(0);
    expect(levelOf(new Float32Array(0))).toBe(0);
    expect(levelOf(sine(1))).toBe(1);
  });
  it('grows with loudness, and a quiet voice is seen', () => {
    const levels = [0.001, 0.01, 0.05, 0.2].map((amplitude) => levelOf(sine(amplitude)));
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    expect(levelOf(sine(0.01))).toBeCloseTo(0.34, 1);
  });
});

describe('microphoneLevel', () => {
  it('follows the microphone as it opens, switches and closes', () => {
    let change: (stream: MediaStream | null) => void = () => undefined;
    const log: string[] = [];
    const stop = microphoneLevel(
      { stream: () => null, onChange: (listener) => ((change = listener), () => log.push('unsubscribed')) },
      (stream, listener) => {
        log.push(`watch ${stream.id}`);
        listener(0.5);
        return () => log.push(`stop ${stream.id}`);
      },
    )((level) => log.push(String(level)));
    const [one, two] = [asMediaStream(new FakeStream()), asMediaStream(new FakeStream())];
    change(one);
    change(two);
    change(null);
    change(null);
    stop();
    expect(log).toEqual([
      `watch ${one.id}`,
      '0.5',
      `stop ${one.id}`,
      `watch ${two.id}`,
      '0.5',
      `stop ${two.id}`,
      '0',
      'unsubscribed',
    ]);
  });
});
