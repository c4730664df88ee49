import { describe, expect, it } from 'vitest';
import { lostCalls } from '../../../contracts/call/lost-calls';
import { lostCallsSentence } from './lost-calls-messages';

describe('the sentence about lost calls', () => {
  it('is one, for one call and for several, whatever ended them', () => {
    const sentences = lostCalls.shape.how.options.flatMap((how) =>
      [1, 2].map((calls) => lostCallsSentence({ calls, how })),
    );
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z][^.]*\.$/);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(lostCallsSentence({ calls: 1, how: 'stopped' })).toBe(
      'Last time Ringfence stopped during a call, and it ended without a goodbye.',
    );
    expect(lostCallsSentence({ calls: 2, how: 'shutdown' })).toBe(
      'Last time the computer shut down during 2 calls, and Ringfence hung up.',
    );
  });
});
