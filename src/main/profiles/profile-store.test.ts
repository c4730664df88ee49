import { describe, expect, it } from 'vitest';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import { profilePolicy } from '../../contracts/policy/policy';
import { profilesSnapshot, type Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import { migrate, type JsonFile } from '../base/json-file';
import { practiceProfile } from './practice-profile';
import {
  openProfileStore,
  profileMigrations,
  profilesDocument,
  PROFILES_VERSION,
  type ProfilesDocument,
} from './profile-store';
import { exampleProfile } from '../../../test/support/app/example-profile';

const work: Profile = exampleProfile();

/** A file in memory; `disk` may be told to refuse. */
function fakeFile(
  initial: ProfilesDocument | null = null,
): JsonFile<ProfilesDocument> & { content: ProfilesDocument | null; refuses: boolean } {
  const file = {
    content: initial,
    refuses: false,
    load: () => Promise.resolve({ value: file.content, notice: null }),
    save: (value: ProfilesDocument): Promise<Result<null>> => {
      if (file.refuses) return Promise.resolve(fail('file-unreadable', 'The disk is full.'));
      // What is written must be readable again.
      file.content = profilesDocument.parse(structuredClone(value));
      return Promise.resolve(ok(null));
    },
  };
  return file;
}

describe('the profile store', () => {
  it('starts with the Practice line, chosen', async () => {
    const store = await openProfileStore(fakeFile());
    expect(store.profiles().map((each) => each.id)).toEqual(['practice']);
    expect(store.activeProfileId()).toBe('practice');
    expect(store.find('practice')).toMatchObject({
      name: 'Practice line',
      identity: '1001@practice.ringfence.local',
      presentation: { kind: 'query', parameter: 'token' },
    });
    expect(profilesSnapshot.shape.profiles.safeParse(store.profiles()).success).toBe(true);
  });

  it('adds, replaces, selects and removes, and remembers it', async () => {
    const file = fakeFile();
    const store = await openProfileStore(file);
    expect(await store.save(work)).toEqual({ ok: true, value: 'added' });
    expect(await store.save({ ...work, name: 'Work 2' })).toEqual({ ok: true, value: 'changed' });
    await store.select('work');
    const again = await openProfileStore(file);
    expect(again.profiles().map((each) => each.name)).toEqual(['Practice line', 'Work 2']);
    expect(again.activeProfileId()).toBe('work');
    expect(again.installId).toBe(store.installId);
    await again.remove('work');
    expect(again.find('work')).toBeNull();
    expect(again.activeProfileId()).toBe('practice');
  });

  it('does not know what is not there', async () => {
    const store = await openProfileStore(fakeFile());
    expect(await store.select('nobody')).toMatchObject({ failure: { reason: 'unknown-profile' } });
    expect(await store.remove('nobody')).toMatchObject({ failure: { reason: 'unknown-profile' } });
    expect(await store.remove('practice')).toMatchObject({ failure: { reason: 'profile-invalid' } });
    expect(store.find('practice')).not.toBeNull();
  });

  it('changes nothing that could not be written', async () => {
    const file = fakeFile();
    const store = await openProfileStore(file);
    file.refuses = true;
    expect((await store.save(work)).ok).toBe(false);
    expect(store.find('work')).toBeNull();
  });

  it('lets two changes at once both happen', async () => {
    const file = fakeFile();
    const store = await openProfileStore(file);
    await Promise.all([store.save(work), store.save({ ...work, id: 'other' }), store.select('practice')]);
    expect(file.content?.profiles.map((each) => each.id)).toEqual(['work', 'other']);
  });

  it('keeps one instance-id for each profile', async () => {
    const file = fakeFile();
    const store = await openProfileStore(file);
    await store.save(work);
    const [first, other] = [store.instanceId('practice'), store.instanceId('work')];
    expect(store.instanceId('practice')).toBe(first);
    expect(other).not.toBe(first);
    await store.save({ ...work, name: 'later' });
    expect((await openProfileStore(file)).instanceId('practice')).toBe(first);
  });

  it('takes nothing that every object inherits for a record', async () => {
    const store = await openProfileStore(fakeFile());
    // The one good id that an object has already.
    await store.save({ ...work, id: 'constructor' });
    expect(store.keyRecords('constructor')).toEqual({ active: null, next: null, retired: null });
    expect(store.instanceId('constructor')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keeps what is known of the keys', async () => {
    const file = fakeFile();
    const store = await openProfileStore(file);
    const record = { fingerprint: '01234567', addedAt: 1, origin: 'generated' as const };
    await store.setKeyRecords('practice', { active: record, next: null, retired: null });
    expect((await openProfileStore(file)).keyRecords('practice')).toEqual({
      active: record,
      next: null,
      retired: null,
    });
    expect(store.keyRecords('nobody')).toEqual({ active: null, next: null, retired: null });
  });
});

it('a file of version 1 keeps its profiles, without the ICE servers that no browser takes', () => {
  const old = {
    version: 1,
    installId: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
    activeProfileId: 'work',
    profiles: [
      {
        ...work,
        iceServers: [{ urls: ['stun://stun.example.com'] }, { urls: ['stun:stun.example.com', 'stun:host:99999'] }],
      },
    ],
    keyRecords: {},
    instanceIds: {},
  };
  const now = profilesDocument.parse(migrate(old, PROFILES_VERSION, profileMigrations));
  expect(now.profiles).toEqual([{ ...work, iceServers: [{ urls: ['stun:stun.example.com'] }] }]);
});

it('a file of version 3 keeps its profiles, and those of Decart without a gateway and without calls', () => {
  const decart = {
    kind: 'decart',
    baseUrl: 'https://api.decart.ai',
    allowedModels: [],
    allowedOrigins: [],
    maxSessionS: null,
    metadata: {},
  };
  const old = {
    version: 3,
    installId: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
    activeProfileId: 'work',
    profiles: [work, { ...work, id: 'stream', gatewayUrl: 'wss://api3.decart.ai/v1/stream', provider: decart }],
    keyRecords: {},
    instanceIds: {},
  };
  const now = profilesDocument.parse(migrate(old, PROFILES_VERSION, profileMigrations));
  expect(now.profiles).toEqual([
    work,
    { ...work, id: 'stream', gatewayUrl: '', provider: decart, policy: { ...work.policy, purposes: ['voice'] } },
  ]);
});

it('a file of version 2 keeps its profiles, without the secrets that were typed into them', () => {
  const provider = {
    kind: 'generic-http',
    method: 'POST',
    url: 'https://t.example.com/?tenant=1&api_key=sk-0123',
    headers: [
      { name: 'Authorization', value: 'Bearer sk-0123' },
      { name: 'X-Api-Key', value: '<key>' },
    ],
    body: '{"user":"{user}","client_secret":"sk-0123"}',
    token: '/token',
    expiresAt: '',
    gatewayUrl: '',
    username: '',
    password: '',
    iceServers: '',
  };
  const old = {
    version: 2,
    installId: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
    activeProfileId: 'work',
    profiles: [work, { ...work, id: 'http', provider }],
    keyRecords: {},
    instanceIds: {},
  };
  const now = profilesDocument.parse(migrate(old, PROFILES_VERSION, profileMigrations));
  expect(JSON.stringify(now)).not.toContain('sk-0123');
  expect(now.profiles).toMatchObject([
    work,
    {
      id: 'http',
      provider: {
        url: 'https://t.example.com/?tenant=1&api_key=',
        headers: [
          { name: 'Authorization', value: '' },
          { name: 'X-Api-Key', value: '<key>' },
        ],
        body: '{"user":"{user}","client_secret":""}',
        token: '/token',
      },
    },
  ]);
});

describe('the Practice line', () => {
  it('can be made stricter, but stays the line that it is', async () => {
    const store = await openProfileStore(fakeFile());
    await store.save({
      ...work,
      id: PRACTICE_PROFILE_ID,
      presentation: { kind: 'main-injected' },
      policy: profilePolicy.parse({ tokenLifeS: 5 }),
    });
    store.setPracticeUrl('ws://127.0.0.1:4000/');
    expect(store.profiles()).toHaveLength(1);
    expect(store.find('practice')).toEqual({
      ...practiceProfile('ws://127.0.0.1:4000/', null),
      presentation: { kind: 'main-injected' },
      policy: profilePolicy.parse({ tokenLifeS: 5 }),
    });
  });
});
