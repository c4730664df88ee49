import { describe, expect, it } from 'vitest';
import { digitOfInfo, DigitLog, listenForDigits } from './digits';

describe('INFO', () => {
  it.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5'],
    ['application/dtmf-relay; charset=utf-8', 'Duration=100\r\nSignal= #\r\n', '#'],
    ['application/dtmf-relay', 'signal=a', 'A'],
    ['application/dtmf', '*', '*'],
    ['application/dtmf', ' 7\r\n', '7'],
    ['application/dtmf', '77', null],
    ['application/dtmf-relay', 'Signal=12', null],
    ['text/plain', '5', null],
  ])('%s %j is %s', (type, body, digit) => {
    expect(digitOfInfo(type, body)).toBe(digit);
  });
});

describe('the log', () => {
  it('keeps calls apart and the newest fifty', () => {
    const log = new DigitLog();
    for (let index = 0; index < 60; index += 1)
      log.open({ callId: String(index), peer: '1001' }).digits += String(index);
    expect(log.list()).toHaveLength(50);
    expect(log.list().at(-1)).toEqual({ callId: '59', from: '1001', digits: '59' });
  });

  it('listens to the negotiated telephone-event only', () => {
    const entry = { callId: 'c', from: '1001', digits: '' };
    const listen = listenForDigits(entry);
    const formats = [{ payloadType: 126, name: 'telephone-event', clockRate: 8000, channels: 1, fmtp: null }];
    const packet = { marker: true, sequence: 1, timestamp: 1, ssrc: 1, payload: Buffer.from([5, 0x0a, 0, 160]) };
    listen({ ...packet, payloadType: 0 }, formats);
    listen({ ...packet, payloadType: 126 }, formats);
    expect(entry.digits).toBe('5');
  });
});
