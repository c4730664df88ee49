import { describe, expect, it } from 'vitest';
import { createScriptedApi } from '../../../test/support/ui-preview/scripted-api';
import type { Call } from '../../contracts/call/call';
import type { CallCommand } from '../../contracts/call/call-command';
import { announcementOf, followIncoming } from './incoming-window';
import { NO_PHONE, createPhoneStore } from './phone-store';
import { ok } from '../../contracts/base/result';
import { DEFAULT_SETTINGS } from './settings-store';
import { createStore } from '../base/store';

const ringing = (id: string, displayName = 'Asha'): Call => ({
  id,
  direction: 'incoming',
  peer: { uri: 'sip:1@h', user: '1', displayName },
  profileId: 'p',
  sipCallId: `${id}@wire`,
  startedAt: 0,
  muted: false,
  sentDigits: '',
  problem: null,
  can: [],
  phase: 'ringing',
  earlyMedia: false,
});

function setUp() {
  const calls = createStore(NO_PHONE);
  const done: string[] = [];
  const phone = {
    ...createPhoneStore({
      createUserAgent: () => {
        throw new Error('no phone here');
      },
      authorize: () => Promise.resolve(ok({ notice: null, emergency: false })),
      onEvent: () => undefined,
    }),
    get: calls.get,
    subscribe: calls.subscribe,
    act: (id: string, { verb }: CallCommand) => void done.push(`${verb} ${id}`),
  };
  const settings = createStore(DEFAULT_SETTINGS);
  const scripted = createScriptedApi();
  followIncoming({ api: scripted.api, phone, settings, line: () => ({ name: 'Support', environment: 'staging' }) });
  return { ...scripted, settings, done, show: (...list: Call[]) => calls.set({ ...NO_PHONE, calls: list }) };
}

describe('the small window', () => {
  it('is told of each call once, and when it no longer rings', () => {
    const { show, invoked } = setUp();
    show(ringing('a'));
    show(ringing('a'), ringing('b'));
    show(ringing('b'));
    expect(invoked).toEqual([
      ['calls.notifyIncoming', { callId: 'a', name: 'Asha', number: '1', profileId: 'p', sipCallId: 'a@wire' }],
      ['calls.notifyIncoming', { callId: 'b', name: 'Asha', number: '1', profileId: 'p', sipCallId: 'b@wire' }],
      ['calls.dismissIncoming', { callId: 'a' }],
    ]);
  });
  it('stays away with do not disturb, and goes when it is switched on', () => {
    const { show, invoked, settings } = setUp();
    show(ringing('a'));
    settings.set({ ...DEFAULT_SETTINGS, doNotDisturb: true });
    show(ringing('a'), ringing('b'));
    expect(invoked.map(([channel]) => channel)).toEqual(['calls.notifyIncoming', 'calls.dismissIncoming']);
  });
  it('answers and declines', () => {
    const { tell, done } = setUp();
    tell('calls.incomingAction', { callId: 'a', action: 'answer' });
    tell('calls.incomingAction', { callId: 'b', action: 'decline' });
    expect(done).toEqual(['answer a', 'end b']);
  });
  it('gets names that fit what main accepts', () => {
    expect(announcementOf(ringing('a', 'x'.repeat(300)))).toMatchObject({ name: 'x'.repeat(120), number: '1' });
    expect(announcementOf(ringing('a', ' ')).name).toBe('1');
  });
});
