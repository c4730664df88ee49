import { describe, expect, it } from 'vitest';
import { chordsWith, DEFAULT_CHORDS } from '../../../contracts/shortcuts';
import { commandFor as commandWith, shortcutList, type Command, type KeyContext, type KeyPress } from './keyboard';

const commandFor = (given: KeyPress, context: KeyContext): Command | null =>
  commandWith(given, context, DEFAULT_CHORDS);

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  shift: false,
  alt: false,
  meta: false,
  repeat: false,
  ...more,
});
const anywhere = { ctrl: true, shift: true };
const idle: KeyContext = {
  focus: 'elsewhere',
  onCall: false,
  overlay: false,
  ringing: false,
  live: false,
  tool: false,
  dialler: true,
};
const inCall: KeyContext = { ...idle, live: true };
const onCall: KeyContext = { ...inCall, onCall: true };
const ringing: KeyContext = { ...idle, ringing: true };
const SINGLE = ['m', 'M', 'h', 'k', 's'] as const;

describe('a single letter', () => {
  it.each([
    ['m', 'mute'],
    ['M', 'mute'],
    ['h', 'hold'],
    ['k', 'keypad'],
    ['s', 'send-after'],
  ])('%s asks for %s while the card of a call has the focus', (key, kind) => {
    expect(commandFor(press(key), onCall)).toEqual({ kind });
    expect(commandFor(press(key), { ...onCall, focus: 'control' })).toEqual({ kind });
  });
  it('means nothing anywhere else, whatever call is up', () => {
    for (const key of [...SINGLE, 't', 'a'])
      for (const focus of ['elsewhere', 'control', 'field', 'number-field'] as const)
        expect(commandFor(press(key), { ...inCall, focus })).toBeNull();
  });
  it('held down acts once', () => {
    for (const key of SINGLE) expect(commandFor(press(key, { repeat: true }), onCall)).toBeNull();
  });
});

describe('Ctrl and Shift', () => {
  it.each([
    ['M', 'mute'],
    ['m', 'mute'],
    ['L', 'hold'],
    ['K', 'keypad'],
    ['E', 'end'],
  ])('with %s ask for %s anywhere in the window, while a call is up', (key, kind) => {
    for (const focus of ['elsewhere', 'control', 'field', 'number-field'] as const)
      for (const dialler of [true, false])
        expect(commandFor(press(key, anywhere), { ...inCall, focus, dialler })).toEqual({ kind });
    expect(commandFor(press(key, anywhere), { ...inCall, overlay: true })).toEqual({ kind });
    expect(commandFor(press(key, anywhere), idle)).toBeNull();
    expect(commandFor(press(key, { ...anywhere, repeat: true }), inCall)).toBeNull();
  });
  it("with another letter are somebody else's, and so is each of them with Ctrl alone", () => {
    for (const key of ['A', 'H', 'R', 'I']) expect(commandFor(press(key, anywhere), inCall)).toBeNull();
    for (const key of ['m', 'l', 'k', 'e', 'c']) expect(commandFor(press(key, { ctrl: true }), onCall)).toBeNull();
  });
});

describe('typing is never disturbed', () => {
  it.each([...SINGLE, '?', '1', '*', ' ', 'Enter', 'Escape'])('%s stays in the field', (key) => {
    expect(commandFor(press(key), { ...onCall, ringing: true, focus: 'field' })).toBeNull();
  });
  it.each([...SINGLE, '?', '1', '*', ' '])('%s stays in the empty number field', (key) => {
    expect(commandFor(press(key), { ...onCall, ringing: true, focus: 'number-field' })).toBeNull();
  });
});

describe('Enter and Esc', () => {
  it.each(['elsewhere', 'number-field'] as const)('answer and decline what rings, with the focus on: %s', (focus) => {
    expect(commandFor(press('Enter'), { ...ringing, focus })).toEqual({ kind: 'answer' });
    expect(commandFor(press('Escape'), { ...ringing, focus })).toEqual({ kind: 'decline' });
  });
  it('mean nothing where no card of a ringing call is seen', () => {
    for (const key of ['Enter', 'Escape'])
      for (const focus of ['elsewhere', 'number-field', 'control'] as const)
        expect(commandFor(press(key), { ...inCall, focus })).toBeNull();
  });
  it('Enter on a button presses the button; Esc there declines', () => {
    expect(commandFor(press('Enter'), { ...ringing, focus: 'control' })).toBeNull();
    expect(commandFor(press('Escape'), { ...ringing, focus: 'control' })).toEqual({ kind: 'decline' });
  });
  it('Enter held down does not answer', () => expect(commandFor(press('Enter', { repeat: true }), ringing)).toBeNull());
  it('while a tool is open, Esc closes it and Enter does not answer', () => {
    expect(commandFor(press('Escape'), { ...ringing, tool: true })).toEqual({ kind: 'close' });
    expect(commandFor(press('Enter'), { ...ringing, tool: true })).toBeNull();
  });
  it('an open dialog, menu or list keeps them', () => {
    for (const key of ['Enter', 'Escape']) expect(commandFor(press(key), { ...ringing, overlay: true })).toBeNull();
  });
});

describe('the rest', () => {
  it.each(['0', '9', '*', '#', '+'])(
    '%s is a digit for the dialler that is seen, a tool, or the call with the focus',
    (digit) => {
      const command = { kind: 'digit', digit };
      expect(commandFor(press(digit), idle)).toEqual(command);
      expect(commandFor(press(digit), onCall)).toEqual(command);
      expect(commandFor(press(digit), { ...inCall, dialler: false, tool: true })).toEqual(command);
      expect(commandFor(press(digit), { ...inCall, dialler: false })).toBeNull();
    },
  );
  it('Ctrl+1..9 chooses, from anywhere but an overlay', () => {
    const third = press('3', { ctrl: true });
    expect(commandFor(third, { ...idle, focus: 'field' })).toEqual({ kind: 'choose', position: 3 });
    expect(commandFor(third, { ...idle, overlay: true })).toBeNull();
    expect(commandFor(press('0', { ctrl: true }), idle)).toBeNull();
  });
  it('Alt and Meta keep their keys', () => {
    for (const more of [{ alt: true }, { meta: true }]) {
      expect(commandFor(press('m', more), onCall)).toBeNull();
      expect(commandFor(press('M', { ...anywhere, ...more }), onCall)).toBeNull();
    }
  });
  it('? helps outside of fields', () => {
    expect(commandFor(press('?'), idle)).toEqual({ kind: 'help' });
    expect(commandFor(press('?'), { ...idle, overlay: true })).toBeNull();
  });
});

describe('keys that somebody changed', () => {
  const chords = chordsWith({ mute: 'F8', cardHold: 'J', help: 'Ctrl+Alt+H' });
  it('act, and those before do not', () => {
    expect(commandWith(press('F8'), { ...inCall, focus: 'field' }, chords)).toEqual({ kind: 'mute' });
    expect(commandWith(press('M', anywhere), inCall, chords)).toBeNull();
    expect(commandWith(press('j'), onCall, chords)).toEqual({ kind: 'hold' });
    expect(commandWith(press('h'), onCall, chords)).toBeNull();
    expect(commandWith(press('h', { ctrl: true, alt: true }), idle, chords)).toEqual({ kind: 'help' });
    expect(commandWith(press('?'), idle, chords)).toBeNull();
  });
  it('are told by the list', () => {
    expect(shortcutList(chords)).toContainEqual({ keys: ['F8'], does: 'Mute or unmute' });
    expect(shortcutList(DEFAULT_CHORDS)).toContainEqual({ keys: ['Ctrl', 'Shift', 'M'], does: 'Mute or unmute' });
  });
});

describe('keys that are switched off', () => {
  it.each(['m', 'h', 'k', 's', '?', '1', 'Enter', 'Escape'])('%s means nothing', (key) => {
    expect(commandWith(press(key), { ...onCall, ringing: true }, null)).toBeNull();
    expect(commandWith(press(key, anywhere), { ...onCall, ringing: true }, null)).toBeNull();
  });
  it('leave Esc to close an open tool', () => {
    expect(commandWith(press('Escape'), { ...onCall, tool: true }, null)).toEqual({ kind: 'close' });
  });
});
