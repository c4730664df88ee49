import { describe, expect, it } from 'vitest';
import { CHORD, chordOf, chordProblem, chordsWith, DEFAULT_CHORDS, SHORTCUT_IDS } from './shortcuts';

const press = (key: string, held = ''): Parameters<typeof chordOf>[0] => ({
  key,
  ctrl: held.includes('c'),
  alt: held.includes('a'),
  shift: held.includes('s'),
  meta: held.includes('m'),
});

describe('the chord of a press', () => {
  it.each([
    [press('m'), 'M'],
    [press('M', 's'), 'M'],
    [press('M', 'cs'), 'Ctrl+Shift+M'],
    [press('m', 'c'), 'Ctrl+M'],
    // On one keyboard with Shift, on another without.
    [press('?', 's'), '?'],
    [press('?'), '?'],
    [press('F8'), 'F8'],
    [press('F8', 's'), 'Shift+F8'],
    [press(' ', 'c'), 'Ctrl+Space'],
    [press('x', 'cam'), 'Ctrl+Alt+Meta+X'],
    [press('Shift', 's'), null],
    [press('Control', 'c'), null],
  ])('%o is %s', (given, chord) => {
    expect(chordOf(given)).toBe(chord);
    if (chord !== null) expect(chord).toMatch(CHORD);
  });
});

describe('a chord that is wanted', () => {
  it.each(SHORTCUT_IDS)('of %s by default is no problem', (id) => {
    expect(chordProblem(DEFAULT_CHORDS, id, DEFAULT_CHORDS[id])).toBeNull();
  });

  it.each([
    ['mute', 'F8'],
    ['mute', 'Ctrl+Alt+M'],
    ['cardMute', 'Q'],
    ['help', 'F1'],
    ['help', '!'],
  ] as const)('%s may be %s', (id, chord) => {
    expect(chordProblem(DEFAULT_CHORDS, id, chord)).toBeNull();
  });

  it.each([
    ['mute', 'Ctrl+Shift+E', /is taken by "End the call"/],
    ['cardMute', 'H', /is taken by "Hold, while/],
    ['mute', 'M', /is taken by/],
    ['mute', 'G', /alone would act while you type/],
    ['help', 'G', /alone would act while you type/],
    ['end', 'Ctrl+C', /copies, pastes/],
    ['end', 'Ctrl+0', /changes the size/],
    ['end', 'Ctrl+1', /goes to a call/],
    ['cardMute', 'Enter', /what has the focus/],
    ['cardMute', '5', /dials/],
    ['mute', 'Ctrl+', /can't be used/],
  ] as const)('%s may not be %s', (id, chord, why) => {
    expect(chordProblem(DEFAULT_CHORDS, id, chord)).toMatch(why);
  });

  it('is free again once the other one has changed', () => {
    expect(chordProblem(chordsWith({ end: 'F9' }), 'mute', 'Ctrl+Shift+E')).toBeNull();
  });
});
