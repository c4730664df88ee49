/** One handler for each IPC channel: what the renderer's verbs mean. */
import type { ChannelOutput, Handlers } from '../../contracts/ipc/ipc';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { KeySlot, KeyStatus, KeyRecord, Profile, ProfilesSnapshot } from '../../contracts/profile/profile';
import { fail, ok, type FailureReason, type Result } from '../../contracts/base/result';
import type { AuditLog } from '../audit/audit-log';
import type { Broker } from '../tokens/broker';
import type { ConfirmChange } from '../consent/change-question';
import type { IncomingCalls } from '../windows/incoming-calls';
import type { GrantRenewal } from '../tokens/grant-renewal';
import type { KeyQuestion } from '../consent/key-question';
import { makeKey } from '../secrets/key-kinds';
import { createLockHandlers, type LockPorts } from './lock-handlers';
import type { Keys } from '../keys/keys';
import type { Notify } from '../ipc/notify';
import { phoneLocked } from '../locks/phone-lock';
import type { ProfileStore } from '../profiles/profile-store';
import { createPublicKeyHandlers, type PublicKeyPorts } from './public-key-handlers';
import type { ClipboardKey } from '../secrets/key-sources';
import { madeKey, type OfferedKey } from '../secrets/offered-key';
import type { Secret } from '../secrets/secret';
import type { RunRecord } from '../settings/run-record';
import type { SettingsStore } from '../settings/settings-store';
import type { VoiceCalls } from '../assistant/voice-calls';
import { createVoiceHandlers } from './voice-handlers';

export interface HandlerPorts {
  readonly appInfo: () => Promise<ChannelOutput<'app.info'>>;
  readonly settings: SettingsStore;
  readonly onSettingsChanged: (settings: ChannelOutput<'settings.get'>) => void;
  readonly profiles: ProfileStore;
  /** The person's word before a key is used for something else. */
  readonly confirmChange: ConfirmChange;
  /** The profiles, or what they say, changed: windows are told, gateways allowed. */
  readonly onProfilesChanged: (profileId: string, change: 'line' | 'selection') => void;
  readonly snapshot: () => ProfilesSnapshot;
  readonly keys: Keys;
  readonly keyFromClipboard: () => Promise<ClipboardKey>;
  readonly keyFromFile: () => Promise<Result<OfferedKey>>;
  /** The person's word before a text becomes a key. */
  readonly keyQuestion: Pick<KeyQuestion, 'agreeThen'>;
  readonly showPublicKey: PublicKeyPorts['showPublicKey'];
  /** Puts a key that was made here where the admin can take it to its gateway. */
  readonly handOverKey: (secret: Secret) => Promise<void>;
  readonly broker: Broker;
  readonly renewal: GrantRenewal;
  readonly audit: AuditLog;
  readonly incoming: IncomingCalls;
  readonly run: Pick<RunRecord, 'setCallsUnderWay' | 'lost' | 'forget'>;
  /** What holds for a line (policy-handlers.ts). */
  readonly policy: Pick<Handlers, 'calls.authorize' | 'policy.effective'>;
  /** The calls of the line's own system (remote-calls.ts). */
  readonly proxy: Pick<Handlers, 'proxy.question' | 'proxy.answer'>;
  readonly remoteCalls: Pick<Handlers, 'events.snapshot' | 'events.endCall'>;
  readonly voice: VoiceCalls;
  /** The admin's desk: tests of connections, import and export, the audit log (connection-tests.ts, profile-transfer-handlers.ts, audit-handlers.ts). */
  readonly desk: Pick<
    Handlers,
    | 'profiles.test'
    | 'profiles.testDone'
    | 'profiles.export'
    | 'profiles.import'
    | 'profiles.applyImport'
    | 'audit.query'
    | 'audit.export'
  >;
  readonly notify: Notify;
  readonly locks: LockPorts;
}

/** Failures after which the same key may be tried again. */
const PUT_BACK: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'key-locked',
  'keychain-asks',
  'keychain-refused',
  'keychain-unavailable',
  'file-unreadable',
]);

export function createHandlers(ports: HandlerPorts): Handlers {
  const { settings, profiles, keys, broker, renewal, audit, incoming, notify, snapshot } = ports;

  /** Grants audit their own refusals; here are those of keys and profiles. A closed dialog is none. */
  const audited = async <T>(
    profileId: string,
    about: 'key' | 'profile' | 'watch',
    outcome: Promise<Result<T>>,
  ): Promise<Result<T>> => {
    const result = await outcome;
    if (!result.ok && result.failure.reason !== 'cancelled')
      audit.append({ what: 'refusal', profileId, purpose: about, reason: result.failure.reason });
    return result;
  };

  const known = (profileId: string): Result<Profile> => {
    const profile = profiles.find(profileId);
    return profile === null
      ? fail('unknown-profile', `There is no profile "${profileId}" (any more). Choose another one.`, 'open-profiles')
      : ok(profile);
  };

  const putKey = async (
    profileId: string,
    slot: KeySlot,
    origin: KeyRecord['origin'],
    secret: Secret,
  ): Promise<Result<KeyStatus>> => {
    const put = await keys.put(profileId, slot, secret, origin);
    if (put.ok || origin !== 'clipboard' || !PUT_BACK.has(put.failure.reason)) return put;
    // The clipboard was emptied; a key that could not be kept may be nowhere else, and "Try again" reads it from there.
    await ports.handOverKey(secret);
    return {
      ok: false,
      failure: { ...put.failure, sentence: `${put.failure.sentence} The key is back on the clipboard for a minute.` },
    };
  };

  const pasteKey = async (profileId: string, slot: KeySlot): Promise<Result<KeyStatus>> => {
    const profile = known(profileId);
    if (!profile.ok) return profile;
    let offered: ClipboardKey | null = null;
    const read = async (): Promise<Result<OfferedKey>> => (offered = await ports.keyFromClipboard()).key;
    return ports.keyQuestion.agreeThen(profile.value, slot, 'clipboard', read, async (key) => {
      await offered?.take();
      return key.ok ? putKey(profileId, slot, 'clipboard', key.value) : key;
    });
  };

  const loadKey = async (profileId: string, slot: KeySlot): Promise<Result<KeyStatus>> => {
    const profile = known(profileId);
    if (!profile.ok) return profile;
    const offered = await ports.keyFromFile();
    if (!offered.ok) return offered;
    return ports.keyQuestion.agreeThen(
      profile.value,
      slot,
      'file',
      () => Promise.resolve(offered),
      async (key) => (key.ok ? putKey(profileId, slot, 'file', key.value) : key),
    );
  };

  const generateKey = async (profileId: string, slot: KeySlot): Promise<Result<KeyStatus>> => {
    const profile = known(profileId);
    if (!profile.ok) return profile;
    const make = (): Promise<Result<Secret>> => makeKey(profile.value);
    const offer = async (): Promise<Result<OfferedKey>> => {
      const made = await make();
      return made.ok ? ok(madeKey(made.value)) : made;
    };
    const keep = async (made: Result<Secret>): Promise<Result<KeyStatus>> => {
      if (!made.ok) return made;
      const secret = made.value;
      const put = await keys.put(profileId, slot, secret, 'generated');
      // The Practice line's gateway gets it from main; any other could never learn it. Of a private key only the public half goes there (keys.publicKey).
      if (put.ok && secret.kind === 'text' && profileId !== PRACTICE_PROFILE_ID) {
        await ports.handOverKey(secret);
        audit.append({ what: 'key', profileId, slot, change: 'copied', fingerprint: secret.fingerprint });
      }
      return put;
    };
    return profileId === PRACTICE_PROFILE_ID
      ? keep(await make())
      : ports.keyQuestion.agreeThen(profile.value, slot, 'generated', offer, keep);
  };

  return {
    'app.info': async () => ok(await ports.appInfo()),
    'settings.get': () => ok(settings.current()),
    'settings.set': async (part) => {
      const changed = await settings.change(part);
      if (changed.ok) {
        ports.onSettingsChanged(changed.value);
        notify('settings.changed', changed.value);
      }
      return changed;
    },

    'profiles.snapshot': async () => {
      await keys.ready;
      return ok(snapshot());
    },
    'profiles.save': async (profile) => {
      const agreed = await audited(profile.id, 'profile', ports.confirmChange([profile]));
      if (!agreed.ok) return agreed;
      const saved = await audited(profile.id, 'profile', profiles.save(profile));
      if (!saved.ok) return saved;
      audit.append({ what: 'profile', profileId: profile.id, change: saved.value });
      ports.onProfilesChanged(profile.id, 'line');
      return ok(snapshot());
    },
    'profiles.remove': async ({ profileId }) => {
      if (profileId !== PRACTICE_PROFILE_ID && profiles.find(profileId) !== null) {
        // While there is a key to do it with.
        await broker.revokeAll(profileId);
        for (const slot of ['active', 'next'] as const) {
          const removed = await audited(profileId, 'key', keys.remove(profileId, slot));
          // A keychain that is not there keeps nothing back; a locked one would keep a key that nobody remembers.
          if (!removed.ok && removed.failure.reason !== 'keychain-unavailable') return removed;
        }
      }
      const removed = await audited(profileId, 'profile', profiles.remove(profileId));
      if (!removed.ok) return removed;
      audit.append({ what: 'profile', profileId, change: 'removed' });
      ports.onProfilesChanged(profileId, 'line');
      return ok(snapshot());
    },
    'profiles.select': async ({ profileId }) => {
      const selected = await audited(profileId, 'profile', profiles.select(profileId));
      if (!selected.ok) return selected;
      ports.onProfilesChanged(profileId, 'selection');
      return ok(snapshot());
    },

    'keys.pasteFromClipboard': ({ profileId, slot }) => audited(profileId, 'key', pasteKey(profileId, slot)),
    'keys.loadFromFile': ({ profileId, slot }) => audited(profileId, 'key', loadKey(profileId, slot)),
    'keys.generate': ({ profileId, slot }) => audited(profileId, 'key', generateKey(profileId, slot)),
    ...createPublicKeyHandlers({ profiles, keys, showPublicKey: ports.showPublicKey }),
    'keys.remove': ({ profileId, slot }) => audited(profileId, 'key', keys.remove(profileId, slot)),
    'keys.promote': ({ profileId }) => audited(profileId, 'key', keys.promote(profileId)),
    'keys.finishRotation': ({ profileId }) => audited(profileId, 'key', keys.finishRotation(profileId)),
    'keys.back': ({ profileId }) => audited(profileId, 'key', keys.back(profileId)),

    'grants.get': ({ profileId, purpose }) => broker.grant(profileId, purpose, 'asked'),
    'grants.watch': ({ profileId, purpose, on }) => {
      if (on && profiles.find(profileId) === null) {
        return audited(
          profileId,
          'watch',
          Promise.resolve(
            fail(
              'unknown-profile',
              `There is no profile "${profileId}" (any more). Choose another one.`,
              'open-profiles',
            ),
          ),
        );
      }
      // Here and not in the table: a window that closes its line stops watching.
      if (on && ports.locks.phoneLock.state().lockedBy !== null)
        return audited(profileId, 'watch', Promise.resolve(phoneLocked()));
      renewal[on ? 'watch' : 'unwatch'](profileId, purpose);
      return ok(null);
    },
    'grants.accepted': ({ profileId, key }) => {
      // Its clock starts now, also where a locked keychain keeps the key before it a while longer.
      renewal.accepted(profileId, key);
      return audited(profileId, 'key', keys.accepted(profileId, key));
    },

    'audit.recent': async ({ limit }) => ok([...(await audit.recent(limit))]),

    ...createVoiceHandlers(ports.voice),
    ...ports.remoteCalls,
    ...ports.policy,
    ...ports.desk,
    ...createLockHandlers(ports.locks),
    ...ports.proxy,

    'calls.notifyIncoming': async (announced) =>
      (await incoming.notify(announced))
        ? ok(null)
        : fail('cancelled', 'That call is not shown: it does not ring, or four others do.'),
    'calls.dismissIncoming': ({ callId }) => {
      incoming.dismiss(callId);
      return ok(null);
    },
    'calls.underWay': ({ calls }) => {
      ports.run.setCallsUnderWay(calls);
      return ok(null);
    },
    'calls.lost': () => ok(ports.run.lost()),
    'calls.lostRead': () => {
      ports.run.forget();
      return ok(null);
    },
    'incoming.current': () => ok([...incoming.current()]),
    'incoming.act': ({ callId, action }) =>
      incoming.act(callId, action) ? ok(null) : fail('cancelled', 'That call does not ring any more.'),
  };
}
