import { expect, it } from 'vitest';
import type { Call } from '../../contracts/call/call';
import { fail, ok, type Result } from '../../contracts/base/result';
import { createGuideStore } from './guide-store';
import { NO_PHONE } from './phone-store';
import { DEFAULT_SETTINGS } from './settings-store';
import { createStore } from '../base/store';

const call: Call = {
  id: 'c1',
  direction: 'outgoing',
  peer: { uri: 'sip:echo@h', user: 'echo', displayName: '' },
  profileId: 'practice',
  startedAt: 0,
  muted: false,
  sentDigits: '',
  problem: null,
  can: [],
  phase: 'dialing',
};

function setUp(placed: Result<string> = ok('c1')) {
  const settings = createStore(DEFAULT_SETTINGS);
  const snapshot = createStore(NO_PHONE);
  const guide = createGuideStore({
    phone: {
      ...snapshot,
      place: () => {
        snapshot.set({ ...NO_PHONE, calls: [call] });
        return Promise.resolve(placed);
      },
    },
    settings: { ...settings, change: (part) => settings.set({ ...settings.get(), ...part }) },
  });
  return { settings, snapshot, guide };
}

it('shows itself at the first run, and never again once it was closed', () => {
  const { guide, settings } = setUp();
  expect(guide.get().open).toBe(false);
  settings.set({ ...DEFAULT_SETTINGS, guideDone: false });
  expect(guide.get().open).toBe(true);
  guide.close();
  expect([guide.get().open, settings.get().guideDone]).toEqual([false, true]);
  guide.reopen();
  expect([guide.get().open, guide.get().step, settings.get().guideDone]).toEqual([true, 'line', true]);
  guide.close();
  expect(guide.get().open).toBe(false);
});

it('follows its call to the end, and keeps that when the card is gone', async () => {
  const { guide, snapshot } = setUp();
  await guide.place('echo');
  expect(guide.get().call?.phase).toBe('dialing');
  const ended: Call = { ...call, phase: 'ended', answeredAt: 300, endedAt: 5_000, cause: 'hung-up', details: '' };
  snapshot.set({ ...NO_PHONE, calls: [ended] });
  snapshot.set(NO_PHONE);
  expect(guide.get().call).toEqual(ended);
  guide.go('key');
  expect(guide.get().call).toBeNull();
});

it('says why a call could not be placed', async () => {
  const { guide } = setUp(fail('microphone-unavailable', 'There is no microphone.'));
  await guide.place('echo');
  expect(guide.get()).toMatchObject({ call: null, failure: { sentence: 'There is no microphone.' } });
});
