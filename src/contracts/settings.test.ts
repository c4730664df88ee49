import { describe, expect, it } from 'vitest';
import { channels } from './ipc/ipc';
import { managedRules } from './policy/managed-policy';
import { settings, settingsChange } from './settings';

const EACH = {
  theme: 'dark',
  doNotDisturb: true,
  microphoneId: 'usb',
  speakerId: 'usb',
  ringerId: 'usb',
  guideDone: true,
  zoom: 150,
  shortcutsOn: false,
  shortcuts: { mute: 'F8' },
} as const;

describe('a change of some preferences', () => {
  it.each(Object.entries(EACH))('of %s alone says nothing of the others, on its way to main', (name, value) => {
    expect(channels['settings.set'].input.parse({ [name]: value })).toEqual({ [name]: value });
  });

  it('can name each preference there is', () => {
    expect(Object.keys(settingsChange.shape).sort()).toEqual(Object.keys(settings.shape).sort());
    expect(Object.keys(EACH).sort()).toEqual(Object.keys(settings.shape).sort());
  });

  it.each([
    ['a change of preferences', settingsChange],
    ["some rules of the admin's file", managedRules],
  ])('%s is empty where it is empty: no default fills it', (_what, schema) => {
    expect(schema.parse({})).toEqual({});
  });
});
