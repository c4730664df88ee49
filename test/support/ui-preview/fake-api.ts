/** A window.ringfence without a main process: it keeps profiles, keys and settings in memory. */
import type { RingfenceApi } from '../../../src/contracts/ipc/ipc';
import { effectivePolicy, type EffectivePolicy } from '../../../src/contracts/policy/managed-policy';
import { profilePolicy } from '../../../src/contracts/policy/policy';
import type { KeyRecord, KeySlot, KeyStatus, Profile, ProfilesSnapshot } from '../../../src/contracts/profile/profile';
import type { AdminState } from '../../../src/contracts/locks/locks';
import { fail, ok, type Result } from '../../../src/contracts/base/result';
import type { LostCalls } from '../../../src/contracts/call/lost-calls';
import type { Settings } from '../../../src/contracts/settings';
import { DESK_ANSWERS } from './fake-desk';

/** Invokes by name; the preview's own edge, so the table's types are left to the caller. */
type Answer = (input: never) => unknown;

const RULES = Object.keys(profilePolicy.shape);
/** A computer whose admin fixes three rules of the staging lines, in a file with a mistake in it. */
function policyOf(profile: Profile | undefined, environment: string | undefined): EffectivePolicy {
  const fixed =
    environment === 'staging'
      ? {
          tokenLifeS: 120,
          dial: { allow: ['+254*', '10??'], deny: [] },
          hours: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' }],
        }
      : {};
  const setBy = Object.fromEntries(RULES.map((rule) => [rule, rule in fixed ? 'admin-file' : 'default']));
  return effectivePolicy.parse({
    values: { ...profilePolicy.parse(profile?.policy ?? {}), ...fixed },
    setBy,
    file:
      environment === 'staging'
        ? {
            path: '/etc/ringfence/policy.json',
            problems: [
              {
                line: 12,
                column: 7,
                sentence: 'Line 12 of the admin\'s policy file: "all.maxCall" is no rule that Ringfence knows.',
              },
            ],
          }
        : null,
  });
}

/** Makes the api over what the scene starts with. */
export function createFakeApi(
  first: ProfilesSnapshot,
  firstSettings: Settings,
  {
    keychainAsks = false,
    admin = 'none',
    lost = null,
  }: {
    readonly keychainAsks?: boolean | undefined;
    readonly lost?: LostCalls | null | undefined;
    readonly admin?: 'none' | 'wanted' | 'locked' | 'unlocked' | undefined;
  } = {},
): RingfenceApi {
  let snapshot = first;
  let settings = firstSettings;
  let made = 0;
  let lock = admin;
  const adminState = (): AdminState => {
    const configured = lock === 'locked' || lock === 'unlocked';
    return {
      configured,
      unlocked: lock === 'unlocked',
      until: lock === 'unlocked' ? Date.now() + 300_000 : null,
      retryAt: null,
    };
  };
  const ADMIN_VERBS = [
    'profiles.applyImport',
    'profiles.remove',
    'profiles.save',
    'audit.export',
    'keys.promote',
    'keys.back',
  ];
  const refused = (channel: string): Result<never> | null => {
    if (!ADMIN_VERBS.includes(channel) || lock === 'none' || lock === 'unlocked') return null;
    return lock === 'wanted'
      ? fail(
          'admin-locked',
          "The admin's policy file wants an admin passphrase before this can be changed. Set one first.",
          'unlock-admin',
        )
      : fail('admin-locked', 'This needs the admin passphrase: keys, profiles and policy are locked.', 'unlock-admin');
  };

  const fresh = (origin: KeyRecord['origin']): KeyRecord => {
    made += 1;
    return { fingerprint: (0x9b1e04aa + made * 7919).toString(16).slice(-8), addedAt: Date.now(), origin };
  };
  const statusOf = (profileId: string): KeyStatus =>
    snapshot.keys.find((key) => key.profileId === profileId) ?? {
      profileId,
      state: 'absent',
      active: null,
      next: null,
      retired: null,
      former: null,
      lastMintAt: null,
    };
  function keep(status: KeyStatus) {
    snapshot = { ...snapshot, keys: [...snapshot.keys.filter((key) => key.profileId !== status.profileId), status] };
    return ok(status);
  }
  const add =
    (origin: KeyRecord['origin']): Answer =>
    ({ profileId, slot }: { profileId: string; slot: KeySlot }) =>
      keep(withKey(statusOf(profileId), slot, fresh(origin)));
  const withKey = (status: KeyStatus, slot: KeySlot, made: KeyRecord): KeyStatus => {
    const replaced = slot === 'active' ? status.active : null;
    return {
      ...status,
      state: 'in-keychain',
      [slot]: made,
      retired: replaced === null ? status.retired : { fingerprint: replaced.fingerprint, retiredAt: made.addedAt },
    };
  };

  const answers: Record<string, Answer> = {
    'app.info': () =>
      ok({
        version: '0.1.0',
        electron: '45.4.1',
        chromium: '152.0.7300.0',
        platform: 'linux',
        log: '/var/lib/example/Ringfence/logs/ringfence.log',
        osSandbox: true,
      }),
    'settings.get': () => ok(settings),
    'settings.set': (change: Partial<Settings>) => {
      settings = { ...settings, ...change };
      return ok(settings);
    },
    'profiles.snapshot': () => ok(snapshot),
    'profiles.save': (profile: Profile) => {
      snapshot = { ...snapshot, profiles: [...snapshot.profiles.filter(({ id }) => id !== profile.id), profile] };
      return ok(snapshot);
    },
    'profiles.remove': ({ profileId }: { profileId: string }) => {
      snapshot = { ...snapshot, profiles: snapshot.profiles.filter(({ id }) => id !== profileId) };
      return ok(snapshot);
    },
    'profiles.select': ({ profileId }: { profileId: string }) => {
      snapshot = { ...snapshot, activeProfileId: profileId };
      return ok(snapshot);
    },
    'policy.effective': ({ profileId, environment }: { profileId: string; environment?: string }) =>
      ok(
        policyOf(
          snapshot.profiles.find(({ id }) => id === profileId),
          environment,
        ),
      ),
    ...DESK_ANSWERS,
    'keys.pasteFromClipboard': () =>
      fail('clipboard-empty', 'There is no text on the clipboard: copy the key and try again.', 'paste-key', {
        details: 'formats: none',
      }),
    'keys.loadFromFile': async (input: never) => {
      // A prompt that a test answers.
      if (keychainAsks) await new Promise((resolve) => addEventListener('keychain-answered', resolve, { once: true }));
      return add('file')(input);
    },
    'keys.generate': add('generated'),
    'keys.remove': ({ profileId, slot }: { profileId: string; slot: KeySlot }) => {
      const status = { ...statusOf(profileId), [slot]: null };
      return keep({ ...status, state: status.active === null && status.next === null ? 'absent' : status.state });
    },
    'keys.promote': ({ profileId }: { profileId: string }) => {
      const status = statusOf(profileId);
      return keep({
        ...status,
        active: status.next,
        next: null,
        retired: status.active && { fingerprint: status.active.fingerprint, retiredAt: Date.now() },
      });
    },
    'keys.back': ({ profileId }: { profileId: string }) => {
      const { former, active, ...status } = statusOf(profileId);
      return keep({ ...status, active: former, next: active, former: null, retired: null });
    },
    'keys.finishRotation': ({ profileId }: { profileId: string }) => keep({ ...statusOf(profileId), retired: null }),
    'phone.state': () => ok({ lockedBy: null }),
    'admin.state': () => ok(adminState()),
    'admin.glance': () => ok({ locked: lock === 'locked' }),
    'admin.lock': () => {
      lock = 'locked';
      return ok(adminState());
    },
    // Main's small window, in which the right passphrase is typed at once.
    'admin.ask': () => {
      lock = 'unlocked';
      return ok(adminState());
    },
    'calls.notifyIncoming': () => ok(null),
    'calls.dismissIncoming': () => ok(null),
    'calls.underWay': () => ok(null),
    'calls.lost': () => ok(lost),
    'calls.lostRead': () => ok(null),
    'incoming.current': () =>
      ok([
        { callId: 'c1', name: 'Asha Njeri', number: '+254722000001', line: 'Support line', environment: 'production' },
      ]),
    'incoming.act': () => ok(null),
  };
  const api = {
    invoke: (channel: string, input: unknown) =>
      Promise.resolve(
        refused(channel) ??
          (answers[channel] as ((value: unknown) => unknown) | undefined)?.(input) ??
          fail('unknown-channel', 'The preview does not know this channel.'),
      ),
    subscribe: () => () => undefined,
  };
  // The real types hold for the real bridge.
  return api as unknown as RingfenceApi;
}
