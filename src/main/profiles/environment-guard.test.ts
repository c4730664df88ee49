import { describe, expect, it } from 'vitest';
import { type Environment, type Profile } from '../../contracts/profile/profile';
import { keyMixes, profileMixes } from './environment-guard';
import { guardProfiles } from './profile-guard';
import { openProfileStore, type KeyRecords, type ProfilesDocument } from './profile-store';
import { ok } from '../../contracts/base/result';
import { failureSchema } from '../../contracts/base/result-schema';
import { exampleProfile } from '../../../test/support/app/example-profile';

const line = (id: string, environment: Environment, more: object = {}): Profile =>
  exampleProfile({
    id,
    name: id.toUpperCase(),
    environment,
    identity: `${id}@pbx.example.com`,
    ...more,
  });
const NONE: KeyRecords = { active: null, next: null, retired: null };
const key = (fingerprint: string) => ({ fingerprint, addedAt: 0, origin: 'generated' as const });

function known(profiles: readonly Profile[], records: Readonly<Record<string, Partial<KeyRecords>>> = {}) {
  return { profiles: () => profiles, keyRecords: (id: string): KeyRecords => ({ ...NONE, ...records[id] }) };
}

describe('a key', () => {
  const live = line('live', 'production');
  const lab = line('lab', 'staging');
  const lab2 = line('lab2', 'development');

  it.each([
    ['active', { active: key('aaaaaaaa') }],
    ['next', { next: key('aaaaaaaa') }],
    ['retired', { retired: { fingerprint: 'aaaaaaaa', retiredAt: 0 } }],
    [
      'long retired',
      {
        retired: { fingerprint: 'bbbbbbbb', retiredAt: 1 },
        retiredBefore: [{ fingerprint: 'aaaaaaaa', retiredAt: 0 }],
      },
    ],
  ])('that is the %s one of production goes into no other environment, and the other way round', (_slot, records) => {
    const refused = keyMixes(known([live, lab], { live: records }), lab, 'aaaaaaaa');
    expect(refused).toMatchObject({
      reason: 'environment-mixed',
      sentence: expect.stringContaining('"LIVE" (production)') as unknown,
    });
    expect(keyMixes(known([live, lab], { lab: records }), live, 'aaaaaaaa')).toMatchObject({
      sentence: expect.stringContaining('"LAB" (staging)') as unknown,
    });
  });

  it('may be used twice on the same side, and again in its own profile', () => {
    expect(keyMixes(known([live, lab, lab2], { lab: { active: key('aaaaaaaa') } }), lab2, 'aaaaaaaa')).toBeNull();
    expect(
      keyMixes(
        known([live, line('live2', 'production')], { live: { active: key('aaaaaaaa') } }),
        line('live2', 'production'),
        'aaaaaaaa',
      ),
    ).toBeNull();
    expect(keyMixes(known([live, lab], { live: { active: key('aaaaaaaa') } }), live, 'aaaaaaaa')).toBeNull();
    expect(keyMixes(known([live, lab], { live: { active: key('aaaaaaaa') } }), lab, 'bbbbbbbb')).toBeNull();
  });
});

describe('a profile', () => {
  it.each([
    'live@pbx.example.com',
    'LIVE@PBX.example.com',
    'live@pbx.example.com:5061',
    'l%69ve@pbx.example.com',
    '%4CIVE;x=y@pbx.example.com',
  ])('of another environment does not register as %s, which is production', (identity) => {
    const refused = profileMixes(known([line('live', 'production')]), line('lab', 'development', { identity }));
    expect(refused).toMatchObject({
      reason: 'environment-mixed',
      sentence: expect.stringContaining('"LIVE" (production)') as unknown,
    });
    expect(profileMixes(known([line('lab', 'development', { identity })]), line('live', 'production'))).toMatchObject({
      sentence: expect.stringContaining('"LAB" (development)') as unknown,
    });
  });

  it('is refused in a sentence that a window takes, however long the names are', () => {
    const identity = `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.example`;
    const [live, lab] = [
      line('live', 'production', { identity, name: 'L'.repeat(60) }),
      line('lab', 'development', { identity, name: 'D'.repeat(60) }),
    ];
    const records = { live: { active: key('aaaaaaaa') }, lab: { active: key('aaaaaaaa') } };
    const apart = { ...lab, identity: 'other@pbx.example.com' };
    for (const failure of [
      profileMixes(known([live]), lab),
      profileMixes(known([live, apart], records), apart),
      keyMixes(known([live], records), apart, 'aaaaaaaa'),
    ]) {
      expect(failureSchema.safeParse(failure).success).toBe(true);
    }
  });

  it('may share an identity on its own side, and have none', () => {
    expect(
      profileMixes(known([line('a', 'staging')]), line('b', 'development', { identity: 'a@pbx.example.com' })),
    ).toBeNull();
    const assistant = (id: string, environment: Environment): Profile =>
      line(id, environment, {
        provider: { kind: 'openai-realtime' },
        identity: '',
        gatewayUrl: '',
        policy: { purposes: ['voice'] },
      });
    expect(profileMixes(known([assistant('a', 'production')]), assistant('b', 'staging'))).toBeNull();
  });

  it('does not take its key across when its environment changes', () => {
    const before = line('work', 'production');
    const moved = line('work', 'staging');
    expect(profileMixes(known([before], { work: { active: key('aaaaaaaa') } }), moved)).toMatchObject({
      sentence: '"WORK" has a key of production. Remove its keys before you make it a profile of staging.',
    });
    expect(profileMixes(known([before]), moved)).toBeNull();
    expect(
      profileMixes(
        known([line('work', 'staging')], { work: { active: key('aaaaaaaa') } }),
        line('work', 'development'),
      ),
    ).toBeNull();
  });

  it('names the profile that has the same key', () => {
    const records = { work: { active: key('aaaaaaaa') }, lab: { next: key('aaaaaaaa') } };
    expect(
      profileMixes(known([line('work', 'staging'), line('lab', 'staging')], records), line('work', 'production')),
    ).toMatchObject({ sentence: expect.stringContaining('"LAB" (staging)') as unknown });
  });
});

it('is guarded wherever profiles are saved, and the policy that holds is seen wherever they are read', async () => {
  let kept: ProfilesDocument | null = null;
  const store = await openProfileStore({
    load: () => Promise.resolve({ value: null, notice: null }),
    save: (value) => ((kept = value), Promise.resolve(ok(null))),
  });
  const guarded = guardProfiles(store, {
    apply: (profile) => ({ ...profile, policy: { ...profile.policy, tokenLifeS: 7 } }),
    admitted: (wanted) => ok({ ...wanted, displayName: 'admitted' }),
  });
  expect(await guarded.save(line('live', 'production'))).toEqual(ok('added'));
  expect(kept).toMatchObject({ profiles: [{ displayName: 'admitted', policy: { tokenLifeS: 300 } }] });
  expect(guarded.find('live')?.policy.tokenLifeS).toBe(7);
  expect(guarded.find('nobody')).toBeNull();
  expect(guarded.profiles().map(({ policy }) => policy.tokenLifeS)).toEqual([7, 7]);
  expect(await guarded.save(line('lab', 'staging', { identity: 'live@pbx.example.com' }))).toMatchObject({
    failure: { reason: 'environment-mixed' },
  });
  expect(store.find('lab')).toBeNull();
});
