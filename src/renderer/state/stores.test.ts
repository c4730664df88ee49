import { describe, expect, it, vi } from 'vitest';
import { createScriptedApi } from '../../../test/support/ui-preview/scripted-api';
import type { KeyStatus, ProfilesSnapshot } from '../../contracts/profile/profile';
import { createEventLog } from '../events/event-log';
import { createGrantSource } from './grant-source';
import { createIncomingStore } from './incoming-store';
import { createLiveStore, eventFromAudit } from './live-store';
import { createProfilesStore, withKeyStatus } from './profiles-store';
import { DEFAULT_SETTINGS, createSettingsStore } from './settings-store';
import { createStore } from '../base/store';

const refusal = { ok: false, failure: { reason: 'internal', sentence: 'S.', action: 'none' } } as const;
const snapshot: ProfilesSnapshot = {
  profiles: [],
  activeProfileId: 'practice',
  keys: [],
  notice: null,
  auditNotice: null,
  keychain: { available: true, advice: null },
};
const status = (profileId: string, lastMintAt: number | null = null): KeyStatus => ({
  profileId,
  state: 'absent',
  active: null,
  next: null,
  retired: null,
  former: null,
  lastMintAt,
});

describe('a store', () => {
  it('tells its listeners of a change, and not of the same value', () => {
    const store = createStore(1);
    const listener = vi.fn();
    const end = store.subscribe(listener);
    store.set(1);
    expect(listener).not.toHaveBeenCalled();
    store.set(2);
    expect(listener).toHaveBeenCalledTimes(1);
    end();
    store.set(3);
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('profiles', () => {
  it('subscribe before they ask', async () => {
    const scripted = createScriptedApi({
      'profiles.snapshot': () => {
        expect(scripted.listeners('profiles.changed')).toBe(1);
        return { ok: true, value: snapshot };
      },
    });
    const store = createProfilesStore(scripted.api);
    await store.start();
    expect(store.get()).toBe(snapshot);
    const changed = { ...snapshot, activeProfileId: 'other' };
    scripted.tell('profiles.changed', changed);
    expect(store.get()).toBe(changed);
  });
  it('fold a key status into the snapshot', async () => {
    const scripted = createScriptedApi({
      'profiles.snapshot': () => ({ ok: true, value: { ...snapshot, keys: [status('a'), status('b')] } }),
      'keys.generate': () => ({ ok: true, value: status('a', 5) }),
    });
    const store = createProfilesStore(scripted.api);
    await store.start();
    await store.addKey('keys.generate', 'a', 'active');
    expect(scripted.invoked.at(-1)).toEqual(['keys.generate', { profileId: 'a', slot: 'active' }]);
    expect(store.get()?.keys).toEqual([status('b'), status('a', 5)]);
  });
  it('keep what they had when main refuses', async () => {
    const scripted = createScriptedApi({
      'profiles.snapshot': () => ({ ok: true, value: snapshot }),
      'profiles.select': () => refusal,
    });
    const store = createProfilesStore(scripted.api);
    await store.start();
    expect(await store.select('x')).toBe(refusal);
    expect(store.get()).toBe(snapshot);
  });
  it('withKeyStatus adds an unknown profile', () =>
    expect(withKeyStatus(snapshot, status('a')).keys).toEqual([status('a')]));
});

describe('settings', () => {
  it('show a change at once and take it back when main refuses', async () => {
    const scripted = createScriptedApi({ 'settings.set': () => refusal });
    const store = createSettingsStore(scripted.api);
    const changing = store.change({ doNotDisturb: true });
    expect(store.get().doNotDisturb).toBe(true);
    expect(await changing).toBe(refusal);
    expect(store.get()).toEqual(DEFAULT_SETTINGS);
  });
  it('a refusal does not undo a newer notification', async () => {
    const scripted = createScriptedApi({ 'settings.set': () => refusal });
    const store = createSettingsStore(scripted.api);
    await store.start();
    const changing = store.change({ doNotDisturb: true });
    const newer = { ...DEFAULT_SETTINGS, theme: 'dark' as const };
    scripted.tell('settings.changed', newer);
    await changing;
    expect(store.get()).toBe(newer);
  });
});

describe('the live column', () => {
  it('tells a burst once', () => {
    const waiting: (() => void)[] = [];
    const store = createLiveStore(
      createEventLog(() => 0),
      (run) => waiting.push(run),
    );
    const listener = vi.fn();
    store.subscribe(listener);
    for (let index = 0; index < 100; index += 1)
      store.append({ category: 'calls', kind: 'problem', title: String(index), detail: '' });
    expect(waiting).toHaveLength(1);
    expect(store.get()).toBe(0);
    waiting[0]?.();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(store.get()).toBe(100);
    expect(store.events(null)[0]?.title).toBe('99');
  });
  it('takes refusals and key changes from the audit log, not what the engine tells itself', () => {
    const at = '2026-11-21T10:00:00Z';
    expect(eventFromAudit({ what: 'refusal', at, profileId: 'p', purpose: 'sip', reason: 'key-locked' })).toMatchObject(
      { category: 'errors', kind: 'token-refused', detail: 'p · key locked' },
    );
    expect(
      eventFromAudit({
        what: 'refusal',
        at,
        profileId: '',
        purpose: 'ipc',
        reason: 'invalid-input',
        channel: 'keys.remove',
      }),
    ).toMatchObject({ category: 'errors', kind: 'problem', detail: 'keys.remove · invalid input' });
    expect(
      eventFromAudit({
        what: 'mint',
        at,
        profileId: 'p',
        purpose: 'sip',
        fingerprint: '9b1e04aa',
        lifeS: 60,
        cause: 'asked',
      }),
    ).toBeNull();
    expect(
      eventFromAudit({
        what: 'mint',
        at,
        profileId: 'p',
        purpose: 'voice',
        fingerprint: '9b1e04aa',
        lifeS: 59.6,
        cause: 'asked',
      }),
    ).toMatchObject({ category: 'tokens', kind: 'token-minted', detail: 'lives 60 s · 9b1e04aa · stays in main' });
    expect(
      eventFromAudit({
        what: 'tool',
        at,
        profileId: 'p',
        callId: '6f1f6a8e-53a0-4a4e-9f0b-000000000001',
        tool: 'end_call',
        outcome: 'refused',
      }),
    ).toMatchObject({ kind: 'call-tool', title: 'Tool refused', detail: 'end_call' });
    expect(
      eventFromAudit({
        what: 'voice-call',
        at,
        profileId: 'p',
        callId: '6f1f6a8e-53a0-4a4e-9f0b-000000000001',
        step: 'failed',
      }),
    ).toMatchObject({ category: 'errors' });
    expect(
      eventFromAudit({ what: 'key', at, profileId: 'p', slot: 'next', change: 'added', fingerprint: '9b1e04aa' }),
    ).toMatchObject({ kind: 'key-changed', title: 'Key added', detail: 'p · next key · 9b1e04aa' });
    expect(
      eventFromAudit({
        what: 'mint',
        at,
        profileId: 'p',
        purpose: 'sip',
        fingerprint: '9b1e04aa',
        lifeS: 300,
        cause: 'asked',
      }),
    ).toBeNull();
    expect(eventFromAudit({ what: 'profile', at, profileId: 'p', change: 'added' })).toBeNull();
  });
});

describe('grants', () => {
  it('are watched while somebody listens, and only the right ones are passed on', () => {
    const scripted = createScriptedApi();
    const source = createGrantSource(scripted.api, 'p', () => undefined);
    const heard: unknown[] = [];
    const end = source.onRenewed((grant) => heard.push(grant));
    scripted.tell('grants.renewed', { profileId: 'p', purpose: 'sip' });
    scripted.tell('grants.renewed', { profileId: 'q', purpose: 'sip' });
    scripted.tell('grants.renewed', { profileId: 'p', purpose: 'events' });
    expect(heard).toEqual([{ profileId: 'p', purpose: 'sip' }]);
    end();
    end();
    expect(scripted.invoked).toEqual([
      ['grants.watch', { profileId: 'p', purpose: 'sip', on: true }],
      ['grants.watch', { profileId: 'p', purpose: 'sip', on: false }],
    ]);
    expect(scripted.listeners('grants.renewed')).toBe(0);
  });
  it('tell why main refused, and that it grants again', async () => {
    const told: unknown[] = [];
    let refuses = true;
    const scripted = createScriptedApi({
      'grants.get': () => (refuses ? refusal : { ok: true, value: { purpose: 'sip' } }),
    });
    const source = createGrantSource(scripted.api, 'p', (failure) => told.push(failure));
    await source.get();
    refuses = false;
    await source.get();
    expect(told).toEqual([refusal.failure, null]);
  });
});

describe('the small incoming window', () => {
  const notice = (callId: string) => ({ callId, name: 'N', number: '1', line: 'L' });
  it('drops a call at once when it is acted on, and follows main', async () => {
    const scripted = createScriptedApi({ 'incoming.current': () => ({ ok: true, value: [notice('a'), notice('b')] }) });
    const store = createIncomingStore(scripted.api);
    await store.start();
    store.act('a', 'answer');
    expect(store.get()).toEqual([notice('b')]);
    expect(scripted.invoked.at(-1)).toEqual(['incoming.act', { callId: 'a', action: 'answer' }]);
    scripted.tell('incoming.changed', []);
    expect(store.get()).toEqual([]);
  });
});
