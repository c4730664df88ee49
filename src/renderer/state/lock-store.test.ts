import { describe, expect, it } from 'vitest';
import type { AdminState } from '../../contracts/locks/locks';
import { createScriptedApi } from '../../../test/support/ui-preview/scripted-api';
import { createAdminStore, createPhoneLockStore } from './lock-store';

describe("the phone's lock", () => {
  it('subscribes before it asks, and does not take an older answer for a newer one', async () => {
    const scripted = createScriptedApi({
      'phone.state': () => {
        scripted.tell('phone.locked', { lockedBy: 'screen' });
        return { ok: true, value: { lockedBy: null } };
      },
    });
    const store = createPhoneLockStore(scripted.api);
    expect(store.get()).toBeNull();
    await store.start();
    expect(store.get()).toEqual({ lockedBy: 'screen' });
  });

  it('is what main says, not what was asked for', async () => {
    const scripted = createScriptedApi({
      'phone.state': () => ({ ok: true, value: { lockedBy: 'agent' } }),
      'phone.unlock': () => ({ ok: false, failure: { reason: 'locked', sentence: 'S.', action: 'none' } }),
    });
    const store = createPhoneLockStore(scripted.api);
    await store.start();
    expect((await store.unlock()).ok).toBe(false);
    expect(store.get()).toEqual({ lockedBy: 'agent' });
    scripted.tell('phone.locked', { lockedBy: null });
    expect(store.get()).toEqual({ lockedBy: null });
  });
});

it("the admin's lock is followed, and asked for in main's window", async () => {
  const state = (unlocked: boolean): AdminState => ({
    configured: true,
    unlocked,
    until: unlocked ? 5 : null,
    retryAt: null,
  });
  const scripted = createScriptedApi({
    'admin.glance': () => ({ ok: true, value: { locked: false } }),
    'admin.state': () => ({ ok: true, value: state(false) }),
    'admin.ask': () => ({ ok: true, value: state(true) }),
  });
  const store = createAdminStore(scripted.api);
  expect(store.seemsLocked.get()).toBe(true);
  await store.start();
  expect(store.seemsLocked.get()).toBe(false);
  await store.refresh();
  expect(store.seemsLocked.get()).toBe(true);
  expect(store.get()).toEqual(state(false));
  await store.ask('unlock');
  expect(scripted.invoked.at(-1)).toEqual(['admin.ask', { question: 'unlock' }]);
  expect(store.get()).toEqual(state(true));
  expect(store.seemsLocked.get()).toBe(false);
  scripted.tell('admin.changed', state(false));
  expect(store.get()).toEqual(state(false));
});
