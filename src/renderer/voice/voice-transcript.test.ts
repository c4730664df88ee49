import { describe, expect, it } from 'vitest';
import type { TranscriptLine } from '../../contracts/call/transcript';
import type { VoiceEvent } from './voice-event';
import { withSaid, withTruncated, withUnwritten } from './voice-transcript';

type Said = Extract<VoiceEvent, { kind: 'said' }>;
const said = (by: Said['by'], itemId: string, text: string, completed = false): Said => ({
  kind: 'said',
  by,
  itemId,
  text,
  completed,
});
const fold = (...all: readonly Said[]): readonly TranscriptLine[] =>
  all.reduce<readonly TranscriptLine[]>(withSaid, []);

describe('the transcript of a voice call', () => {
  it('grows piece by piece, and the completed text counts', () => {
    const lines = fold(
      said('assistant', 'a', 'Hel'),
      said('caller', 'b', 'Yes'),
      said('assistant', 'a', 'lo'),
      said('assistant', 'a', 'Hello.', true),
      said('assistant', 'a', ' too late'),
    );
    expect(lines).toEqual([
      { itemId: 'a', speaker: 'Assistant', text: 'Hello.', completed: true },
      { itemId: 'b', speaker: 'You', text: 'Yes', completed: false },
    ]);
  });

  it('says where words are missing', () => {
    const lines = fold(said('assistant', 'a', 'Hello, how can I help', true), said('caller', 'b', 'I wa'));
    const cut = withTruncated(lines, 'a');
    expect(withTruncated(cut, 'a')).toBe(cut);
    expect(withTruncated(lines, 'c')).toBe(lines);
    expect(withUnwritten(withUnwritten(cut, 'b'), 'c')).toEqual([
      { itemId: 'a', speaker: 'Assistant', text: 'Hello, how can I help (interrupted)', completed: true },
      { itemId: 'b', speaker: 'You', text: 'I wa (not written down)', completed: true },
      { itemId: 'c', speaker: 'You', text: '(not written down)', completed: true },
    ]);
  });

  it('is the same list when nothing was said', () => {
    const lines = fold(said('assistant', 'a', 'Hello.', true));
    expect(withSaid(lines, said('assistant', 'a', 'again'))).toBe(lines);
    expect(withSaid(lines, said('caller', 'c', ''))).toBe(lines);
    expect(withSaid(lines, said('caller', 'c', '', true))).toBe(lines);
  });

  it('keeps the newest, and a bounded length of each', () => {
    const lines = fold(...Array.from({ length: 250 }, (_, n) => said('caller', `i${n}`, 'x', true)));
    expect(lines).toHaveLength(200);
    expect(lines.at(-1)?.itemId).toBe('i249');
    expect(fold(...Array.from({ length: 9 }, () => said('caller', 'i', 'y'.repeat(1_000))))[0]?.text).toHaveLength(
      4_000,
    );
  });
});
