import { expect, it } from 'vitest';
import { fail, type Failure } from '../../contracts/base/result';
import type { KeyState, ProfilesSnapshot } from '../../contracts/profile/profile';
import { createStore } from '../base/store';
import { followObstacles } from './follow-obstacles';

const { failure: asksNow } = fail('keychain-asks', 'The keychain asks.', 'unlock-keychain');
const { failure: away } = fail('gateway-unavailable', 'Nobody answers.', 'retry');
const { failure: unwritten } = fail('audit-unwritten', 'The log can not be written.', 'retry');
const snapshot = (state: KeyState, auditNotice: string | null = null): ProfilesSnapshot => ({
  profiles: [],
  activeProfileId: 'work',
  keys: [
    {
      profileId: 'practice',
      state: 'in-memory',
      active: null,
      next: null,
      retired: null,
      former: null,
      lastMintAt: null,
    },
    { profileId: 'work', state, active: null, next: null, retired: null, former: null, lastMintAt: null },
  ],
  notice: null,
  auditNotice,
  keychain: { available: true, advice: null },
});

function setUp() {
  const tried: string[] = [];
  const profiles = createStore<ProfilesSnapshot | null>(null);
  const phone = createStore({ registration: { phase: 'connecting' } });
  const grantFailure = createStore<Failure | null>(null);
  const lineEvents = createStore<{ readonly failure: Failure | null }>({ failure: null });
  followObstacles({
    profiles,
    phone: { ...phone, reconnectNow: () => tried.push('line') },
    grantFailure,
    lineEvents: { ...lineEvents, reconnectNow: () => tried.push('events') },
  });
  return { profiles, phone, grantFailure, lineEvents, tried };
}

it('tries at once what the keychain kept waiting, each once', () => {
  const { profiles, phone, grantFailure, lineEvents, tried } = setUp();
  profiles.set(snapshot('asking'));
  grantFailure.set(asksNow);
  phone.set({ registration: { phase: 'waiting' } });
  lineEvents.set({ failure: asksNow });
  expect(tried).toEqual([]);
  profiles.set(snapshot('in-keychain'));
  expect(tried).toEqual(['line', 'events']);
  profiles.set(snapshot('in-keychain'));
  phone.set({ registration: { phase: 'waiting' } });
  expect(tried).toHaveLength(2);
});

it('also where the answer is known before the refusal', () => {
  const { profiles, phone, grantFailure, tried } = setUp();
  profiles.set(snapshot('asking'));
  profiles.set(snapshot('in-keychain'));
  grantFailure.set(asksNow);
  expect(tried).toEqual([]);
  phone.set({ registration: { phase: 'waiting' } });
  expect(tried).toEqual(['line']);
});

it('and nothing that waits for another reason', () => {
  const { profiles, phone, grantFailure, tried } = setUp();
  profiles.set(snapshot('asking'));
  grantFailure.set(away);
  phone.set({ registration: { phase: 'waiting' } });
  profiles.set(snapshot('refused'));
  expect(tried).toEqual([]);
});

it('tries at once what an audit log kept waiting that must be kept', () => {
  const { profiles, phone, grantFailure, lineEvents, tried } = setUp();
  profiles.set(snapshot('in-keychain', 'The audit log can not be written.'));
  grantFailure.set(unwritten);
  phone.set({ registration: { phase: 'waiting' } });
  lineEvents.set({ failure: unwritten });
  expect(tried).toEqual([]);
  profiles.set(snapshot('in-keychain'));
  expect(tried).toEqual(['line', 'events']);
  phone.set({ registration: { phase: 'waiting' } });
  expect(tried).toHaveLength(2);
});
