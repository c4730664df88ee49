import { describe, expect, it, vi } from 'vitest';
import { type Profile, type ProfileInput } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { PhoneSnapshot, UserAgent } from '../phone/port/user-agent';
import { NO_PHONE, createPhoneStore } from './phone-store';
import { exampleProfile } from '../../../test/support/app/example-profile';

const profile = (id: string, more: Partial<ProfileInput> = {}): Profile =>
  exampleProfile({
    id,
    name: id,
    environment: 'practice',
    provider: { kind: 'local-jwt', issuer: 'i', audience: 'a' },
    identity: `${id}@h`,
    gatewayUrl: 'ws://127.0.0.1/',
    presentation: { kind: 'main-injected' },
    policy: { tokenLifeS: 300, purposes: ['sip'] },
    ...more,
  });

/** Phones that say what happens to them; `stop` waits until it is let go. */
function setUp() {
  const story: string[] = [];
  const stops: (() => void)[] = [];
  const tell: (() => void)[] = [];
  const create = ({ id }: Profile): UserAgent => {
    const snapshot: PhoneSnapshot = { ...NO_PHONE, registration: { phase: 'connecting', attempt: 1 } };
    return {
      snapshot: () => snapshot,
      subscribe: (listener) => {
        tell.push(listener);
        return () => story.push(`${id} unheard`);
      },
      onEvent: () => () => undefined,
      start: () => story.push(`${id} starts`),
      stop: () => {
        story.push(`${id} stops`);
        return new Promise((resolve) => stops.push(resolve));
      },
      reconnectNow: () => story.push(`${id} reconnects`),
      networkChanged: ({ lost }) => story.push(`${id} ${lost ? 'lost' : 'gained'} an address`),
      place: async (typed, permission) => {
        story.push(`${id} places ${typed}`);
        const allowed = await permission;
        return allowed?.ok === false ? allowed : ok('c');
      },
      act: () => Promise.resolve(),
      useMicrophone: () => Promise.resolve(),
      remoteStream: () => null,
      sounds: () => [],
      onSounds: () => () => undefined,
      stats: () => Promise.resolve(null),
    };
  };
  const authorize = (
    profileId: string,
    typed: string,
  ): Promise<Result<{ notice: string | null; emergency: boolean }>> => {
    story.push(`may ${profileId} call ${typed.trim()}?`);
    return Promise.resolve(
      typed === 'denied'
        ? fail('dial-denied', 'No.', 'check-number')
        : ok({
            notice: typed === '112' ? 'This phone may not reach emergency services.' : null,
            emergency: typed === '112',
          }),
    );
  };
  return {
    story,
    stops,
    tell,
    store: createPhoneStore({ createUserAgent: create, authorize, onEvent: () => undefined }),
  };
}

describe('the phone', () => {
  it('is offline without a profile, and a call says what to do', async () => {
    const { store } = setUp();
    expect(store.get()).toBe(NO_PHONE);
    expect(await store.place('1001')).toMatchObject({ ok: false, failure: { action: 'open-profiles' } });
    store.reconnectNow();
    store.networkChanged({ lost: true, connected: true });
  });

  it('starts with the first profile and shows its snapshot', async () => {
    const { store, story } = setUp();
    const listener = vi.fn();
    store.subscribe(listener);
    await store.use(profile('a'));
    expect(story).toEqual(['a starts']);
    expect(store.get().registration.phase).toBe('connecting');
    expect(listener).toHaveBeenCalled();
  });

  it('keeps its phone when only the name changes, and takes another when the wiring does', async () => {
    const { store, story, stops } = setUp();
    await store.use(profile('a'));
    await store.use(profile('a', { name: 'renamed', environment: 'staging' }));
    expect(story).toEqual(['a starts']);
    const changing = store.use(profile('a', { gatewayUrl: 'wss://other/' }));
    expect(store.get()).toBe(NO_PHONE);
    stops[0]?.();
    await changing;
    expect(story).toEqual(['a starts', 'a stops', 'a unheard', 'a starts']);
  });

  it('keeps the phone of the Practice line when its gateway listens elsewhere: each grant says where', async () => {
    const { store, story } = setUp();
    await store.use(profile('practice'));
    await store.use(profile('practice', { gatewayUrl: 'ws://127.0.0.1:4711/' }));
    expect(story).toEqual(['practice starts']);
  });

  it('while one says goodbye only the last wish counts', async () => {
    const { store, story, stops } = setUp();
    await store.use(profile('a'));
    const changing = store.use(profile('b'));
    void store.use(profile('c'));
    stops[0]?.();
    await changing;
    expect(story).toEqual(['a starts', 'a stops', 'a unheard', 'c starts']);
  });

  it('keeps its phone, and its calls, when only the policy changes: main holds to it', async () => {
    const { store, story } = setUp();
    await store.use(profile('a'));
    await store.use(profile('a', { policy: { tokenLifeS: 60, maxCallS: 600, dial: { deny: ['+254*'] } } }));
    expect(story).toEqual(['a starts']);
  });

  it('asks whether the line may call while the phone prepares the call, and shows what is to be said', async () => {
    const { store, story } = setUp();
    await store.use(profile('a'));
    expect(await store.place('112')).toEqual(ok('c'));
    expect(story.slice(1)).toEqual(['may a call 112?', 'a places 112']);
    expect(store.notice.get()).toBe('This phone may not reach emergency services.');
    expect(await store.place('denied')).toMatchObject({ failure: { reason: 'dial-denied' } });
    expect(store.notice.get()).toBeNull();
  });

  it('remembers what was dialled last', async () => {
    const { store, story } = setUp();
    await store.use(profile('a'));
    expect(store.lastDialled()).toBe('');
    await store.place(' echo ');
    expect(store.lastDialled()).toBe('echo');
    expect(story).toContain('a places  echo ');
  });
});
