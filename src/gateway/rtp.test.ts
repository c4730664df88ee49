import { describe, expect, it } from 'vitest';
import { DigitReader, formatRtp, parseRtp } from './rtp';

const PACKET = {
  marker: true,
  payloadType: 111,
  sequence: 65_535,
  timestamp: 4_294_967_295,
  ssrc: 3_000_000_000,
  payload: Buffer.from('sound'),
};

describe('RTP', () => {
  it('is read as it was written', () => {
    expect(parseRtp(formatRtp(PACKET))).toEqual(PACKET);
  });

  it('is read past contributors, extension and padding', () => {
    const head = formatRtp({ ...PACKET, payload: Buffer.alloc(0) });
    head[0] = 0x80 | 0x20 | 0x10 | 2;
    const extension = Buffer.from([0xbe, 0xde, 0, 1, 1, 2, 3, 4]);
    const packet = Buffer.concat([head, Buffer.alloc(8), extension, Buffer.from('sound'), Buffer.from([0, 0, 3])]);
    expect(parseRtp(packet)?.payload.toString()).toBe('sound');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['RTCP', Buffer.concat([Buffer.from([0x80, 200]), Buffer.alloc(20)])],
    ['STUN', Buffer.alloc(20)],
    [
      'an extension that ends too late',
      Buffer.concat([Buffer.from([0x90, 0]), Buffer.alloc(12), Buffer.from([0xff, 0xff])]),
    ],
    ['more padding than packet', Buffer.concat([Buffer.from([0xa0, 0]), Buffer.alloc(10), Buffer.from([200])])],
    ['contributors that are not there', Buffer.concat([Buffer.from([0x8f, 0]), Buffer.alloc(12)])],
  ])('is not %s', (_, data) => {
    expect(parseRtp(data)).toBeNull();
  });
});

describe('digits', () => {
  const event = (digit: number, duration: number, ended = false): Buffer =>
    Buffer.from([digit, ended ? 0x8a : 0x0a, duration >> 8, duration & 0xff]);
  const read = (packets: readonly (readonly [number, Buffer])[]): string => {
    const reader = new DigitReader();
    return packets.map(([timestamp, payload]) => reader.read({ timestamp, payload }) ?? '').join('');
  };

  it('are told apart by timestamp, whatever else is lost or repeated', () => {
    expect(
      read([
        [100, event(5, 160)],
        [100, event(5, 320)],
        [100, event(5, 480, true)],
        [100, event(5, 480, true)],
      ]),
    ).toBe('5');
    expect(
      read([
        [100, event(5, 480, true)],
        [900, event(5, 480, true)],
      ]),
    ).toBe('55');
    expect(
      read([
        [100, event(5, 160)],
        [900, event(5, 480, true)],
      ]),
    ).toBe('55');
    expect(
      read([
        [1, event(10, 1)],
        [500, event(11, 1)],
        [900, event(15, 1)],
      ]),
    ).toBe('*#D');
  });

  it('that last go on in segments', () => {
    expect(
      read([
        [0, event(1, 65_535)],
        [65_535, event(1, 400)],
        [65_535, event(1, 800, true)],
      ]),
    ).toBe('1');
  });

  it('ignore what comes late, is short, or is no digit', () => {
    expect(
      read([
        [900, event(1, 1)],
        [100, event(2, 1)],
        [1000, Buffer.from([3])],
        [1200, event(16, 1)],
      ]),
    ).toBe('1');
  });

  it('survive the wrap of the timestamp', () => {
    expect(
      read([
        [4_294_967_200, event(1, 90, true)],
        [700, event(2, 90, true)],
      ]),
    ).toBe('12');
  });
});
