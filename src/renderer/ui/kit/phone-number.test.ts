import { describe, expect, it } from 'vitest';
import { formatNumber, formatTyped } from './phone-number';

describe('numbers', () => {
  it.each([
    ['+254722000001', '+254 722 000001'],
    ['+12015550123', '+1 201 555 0123'],
    ['+442079460018', '+44 20 7946 0018'],
    ['+44 20-7946 0018', '+44 20 7946 0018'],
    ['1001', '1001'],
    ['echo', 'echo'],
    ['*21#', '*21#'],
    ['+254-call', '+254-call'],
    ['sip:bob@example.com', 'sip:bob@example.com'],
    ['+1234567890123456', '+1234567890123456'],
    ['+', '+'],
    ['', ''],
  ])('%s is shown as %s', (raw, shown) => expect(formatNumber(raw)).toBe(shown));
});

describe('typing', () => {
  it('keeps the caret at the end while typing there', () => {
    expect(formatTyped({ text: '+25472200', caret: 9 })).toEqual({ text: '+254 722 00', caret: 11 });
  });
  it('keeps the caret behind the same digit in the middle', () => {
    // A digit put in behind +2547.
    expect(formatTyped({ text: '+254 79 22 000', caret: 7 })).toEqual({ text: '+254 792 2000', caret: 7 });
  });
  it('leaves other text and its caret alone', () => {
    expect(formatTyped({ text: 'echo', caret: 2 })).toEqual({ text: 'echo', caret: 2 });
  });
});
