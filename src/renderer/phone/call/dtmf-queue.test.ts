import { describe, expect, it } from 'vitest';
import { cleanDigits, dequeue, emptyQueue, enqueue } from './dtmf-queue';

const drain = (queue: string): string => {
  const next = dequeue(queue);
  return next === null ? '' : next.digit + drain(next.rest);
};

describe('the DTMF queue', () => {
  it('loses nothing and keeps the order however the digits come', () => {
    let queue = emptyQueue;
    for (const typed of ['1', '23', '', '*#', '0987654321']) queue = enqueue(queue, typed);
    expect(drain(queue)).toBe('123*#0987654321');
    expect(dequeue(emptyQueue)).toBeNull();
  });
  it('keeps what RFC 4733 knows and drops the rest', () => {
    expect(cleanDigits(' 12-3a(d)E, ,x*#')).toBe('123AD*#');
  });
  it('holds pauses in front of digits', () => {
    expect(drain(enqueue(enqueue(emptyQueue, '1'), '2#', 2))).toBe('1,,2#');
  });
  it('is bounded', () => {
    expect(enqueue(emptyQueue, '1'.repeat(10_000))).toHaveLength(256);
  });
});
