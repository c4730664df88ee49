import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ screen: {} }));
const { zoomKey } = await import('./zoom');

const press = (key: string, code = '', more: object = {}) =>
  ({
    type: 'keyDown',
    key,
    code,
    control: true,
    meta: false,
    alt: false,
    shift: false,
    ...more,
  }) as Parameters<typeof zoomKey>[0];

describe('a key of the zoom', () => {
  it.each([
    ['+', 'BracketRight', 'in'],
    ['=', 'Equal', 'in'],
    ['+', 'NumpadAdd', 'in'],
    ['-', 'Minus', 'out'],
    ['_', 'Minus', 'out'],
    ['-', 'NumpadSubtract', 'out'],
    ['0', 'Digit0', 'reset'],
    // Without Num Lock.
    ['Insert', 'Numpad0', 'reset'],
  ])('%s (%s) with Ctrl asks for: %s', (key, code, change) => {
    expect(zoomKey(press(key, code), 'linux')).toBe(change);
    expect(zoomKey(press(key, code, { control: false, meta: true }), 'darwin')).toBe(change);
  });

  it('shifted plus counts, for that is where it is on many keyboards', () => {
    expect(zoomKey(press('+', 'Equal', { shift: true }), 'linux')).toBe('in');
  });

  it.each([
    ['without Ctrl', press('+', 'Equal', { control: false })],
    ['with AltGr', press('+', 'Equal', { alt: true })],
    ['let go', press('+', 'Equal', { type: 'keyUp' })],
    ['Ctrl and a letter', press('m', 'KeyM')],
    ['Ctrl and another digit', press('1', 'Digit1')],
    ['shifted zero, which is another sign', press(')', 'Digit0', { shift: true })],
  ])("is somebody else's: %s", (_what, input) => {
    expect(zoomKey(input, 'linux')).toBeNull();
  });
});
