/** Adds, changes, removes and chooses lines: the person's word, the keys and the tokens that go with a line, and the audit log. */
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { Profile } from '../../contracts/profile/profile';
import type { Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { NoteRefusal } from '../audit/note-refusal';
import type { Keys } from '../keys/keys';
import type { ProfileStore } from '../profiles/profile-store';
import type { Broker } from './broker';

export interface ChangeLinesPorts {
  readonly profiles: Pick<ProfileStore, 'find' | 'save' | 'remove' | 'select'>;
  readonly keys: Pick<Keys, 'remove'>;
  readonly broker: Pick<Broker, 'revokeAll'>;
  /** The person's word before a key is used for something else. */
  readonly confirmChange: (wanted: readonly Profile[]) => Promise<Result<null>>;
  readonly noteRefusal: NoteRefusal;
  readonly audit: (entry: NewAuditEntry) => void;
  /** The profiles, or what they say, changed: windows are told, gateways allowed. */
  readonly onChanged: (profileId: string, change: 'line' | 'selection') => void;
}

export interface ChangeLines {
  readonly save: (profile: Profile) => Promise<Result<unknown>>;
  /** With its keys, whose tokens are revoked first. A key that is locked keeps the line. */
  readonly remove: (profileId: string) => Promise<Result<unknown>>;
  readonly select: (profileId: string) => Promise<Result<unknown>>;
}

export function createChangeLines({
  profiles,
  keys,
  broker,
  confirmChange,
  noteRefusal,
  audit,
  onChanged,
}: ChangeLinesPorts): ChangeLines {
  return {
    save: async (profile) => {
      const agreed = await noteRefusal(profile.id, 'profile', confirmChange([profile]));
      if (!agreed.ok) return agreed;
      const saved = await noteRefusal(profile.id, 'profile', profiles.save(profile));
      if (!saved.ok) return saved;
      audit({ what: 'profile', profileId: profile.id, change: saved.value });
      onChanged(profile.id, 'line');
      return saved;
    },
    remove: async (profileId) => {
      if (profileId !== PRACTICE_PROFILE_ID && profiles.find(profileId) !== null) {
        // While there is a key to do it with.
        await broker.revokeAll(profileId);
        for (const slot of ['active', 'next'] as const) {
          const removed = await noteRefusal(profileId, 'key', keys.remove(profileId, slot));
          // A keychain that is not there keeps nothing back; a locked one would keep a key that nobody remembers.
          if (!removed.ok && removed.failure.reason !== 'keychain-unavailable') return removed;
        }
      }
      const removed = await noteRefusal(profileId, 'profile', profiles.remove(profileId));
      if (!removed.ok) return removed;
      audit({ what: 'profile', profileId, change: 'removed' });
      onChanged(profileId, 'line');
      return removed;
    },
    select: async (profileId) => {
      const selected = await noteRefusal(profileId, 'profile', profiles.select(profileId));
      if (selected.ok) onChanged(profileId, 'selection');
      return selected;
    },
  };
}
