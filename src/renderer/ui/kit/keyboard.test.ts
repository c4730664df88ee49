import { describe, expect, it } from 'vitest';
import { commandFor, type KeyContext, type KeyPress } from './keyboard';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrl: false,
  alt: false,
  meta: false,
  repeat: false,
  ...more,
});
const idle: KeyContext = { focus: 'elsewhere', overlay: false, incoming: false, live: false, keypadOpen: false };
const inCall: KeyContext = { ...idle, live: true };
const ringing: KeyContext = { ...idle, incoming: true };

describe('keys in a call', () => {
  it.each([
    ['m', 'mute'],
    ['M', 'mute'],
    ['h', 'hold'],
    ['k', 'keypad'],
  ])('%s asks for %s', (key, kind) => expect(commandFor(press(key), inCall)).toEqual({ kind }));
  it('mean nothing without a call', () => {
    for (const key of ['m', 'h', 'k']) expect(commandFor(press(key), idle)).toBeNull();
  });
  it('held down they act once', () => {
    for (const key of ['m', 'h', 'k']) expect(commandFor(press(key, { repeat: true }), inCall)).toBeNull();
  });
});

describe('typing is never disturbed', () => {
  it.each(['m', 'h', 'k', '?', '1', '*', ' '])('%s stays in the field', (key) => {
    for (const focus of ['empty-field', 'filled-field'] as const)
      expect(commandFor(press(key), { ...inCall, incoming: true, focus })).toBeNull();
  });
  it('Enter and Esc in a field with text belong to the field, even while it rings', () => {
    for (const key of ['Enter', 'Escape'])
      expect(commandFor(press(key), { ...ringing, focus: 'filled-field' })).toBeNull();
  });
  it('in an empty field they answer and decline', () => {
    expect(commandFor(press('Enter'), { ...ringing, focus: 'empty-field' })).toEqual({ kind: 'answer' });
    expect(commandFor(press('Escape'), { ...ringing, focus: 'empty-field' })).toEqual({ kind: 'decline' });
  });
});

describe('Enter and Esc', () => {
  it('Enter answers what rings, else calls', () => {
    expect(commandFor(press('Enter'), ringing)).toEqual({ kind: 'answer' });
    expect(commandFor(press('Enter'), idle)).toEqual({ kind: 'call' });
  });
  it('Enter on a button presses the button', () =>
    expect(commandFor(press('Enter'), { ...ringing, focus: 'control' })).toBeNull());
  it('Enter held down does not answer', () => expect(commandFor(press('Enter', { repeat: true }), ringing)).toBeNull());
  it('Esc closes the keypad before it declines', () => {
    expect(commandFor(press('Escape'), { ...ringing, keypadOpen: true })).toEqual({ kind: 'close' });
    expect(commandFor(press('Escape'), ringing)).toEqual({ kind: 'decline' });
    expect(commandFor(press('Escape'), inCall)).toBeNull();
  });
});

describe('the rest', () => {
  it('digits are digits, plus sign too', () => {
    for (const digit of ['0', '9', '*', '#', '+'])
      expect(commandFor(press(digit), inCall)).toEqual({ kind: 'digit', digit });
  });
  it('Ctrl+1..9 chooses, from anywhere but an overlay', () => {
    expect(commandFor(press('3', { ctrl: true }), { ...idle, focus: 'filled-field' })).toEqual({
      kind: 'choose',
      position: 3,
    });
    expect(commandFor(press('0', { ctrl: true }), idle)).toBeNull();
    expect(commandFor(press('c', { ctrl: true }), inCall)).toBeNull();
  });
  it('an open dialog, Alt and Meta keep their keys', () => {
    expect(commandFor(press('m'), { ...inCall, overlay: true })).toBeNull();
    expect(commandFor(press('Escape'), { ...ringing, overlay: true })).toBeNull();
    expect(commandFor(press('m', { alt: true }), inCall)).toBeNull();
    expect(commandFor(press('m', { meta: true }), inCall)).toBeNull();
  });
  it('? helps', () => expect(commandFor(press('?'), idle)).toEqual({ kind: 'help' }));
});
