import { describe, expect, it } from 'vitest';
import type { Call } from '../../contracts/call/call';
import { createScriptedApi } from '../../../test/support/ui-preview/scripted-api';
import { createStore } from '../base/store';
import { createLostCallsStore } from './lost-calls-store';
import type { PhoneStore } from './phone-store';

const call = (id: string, phase: Call['phase']): Call => ({ id, phase }) as Call;

function setUp() {
  const script = createScriptedApi({ 'calls.lost': () => ({ ok: true, value: { calls: 1, how: 'stopped' } }) });
  const phone = createStore<Pick<ReturnType<PhoneStore['get']>, 'calls'>>({ calls: [] });
  const store = createLostCallsStore(script.api, phone as unknown as PhoneStore);
  return { ...script, phone, store };
}

describe('the store of lost calls', () => {
  it('tells main how many calls are up, once for each change, and counts none that ended', async () => {
    const { store, phone, invoked } = setUp();
    await store.start();
    phone.set({ calls: [] });
    phone.set({ calls: [call('a', 'ringing')] });
    phone.set({ calls: [call('a', 'active')] });
    phone.set({ calls: [call('a', 'held'), call('b', 'dialing')] });
    phone.set({ calls: [call('a', 'ended'), call('b', 'ended')] });
    expect(invoked.filter(([channel]) => channel === 'calls.underWay').map(([, input]) => input)).toEqual([
      { calls: 1 },
      { calls: 2 },
      { calls: 0 },
    ]);
  });

  it('shows what was lost until the agent has read it, and main forgets it then', async () => {
    const { store, invoked } = setUp();
    expect(store.get()).toBeNull();
    await store.start();
    expect(store.get()).toEqual({ calls: 1, how: 'stopped' });
    store.read();
    expect(store.get()).toBeNull();
    expect(invoked.at(-1)?.[0]).toBe('calls.lostRead');
  });
});
