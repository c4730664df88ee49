/** The channels of grants. */
import type { Handlers } from '../../contracts/ipc/ipc';
import { ok } from '../../contracts/base/result';
import type { NoteRefusal } from '../audit/note-refusal';
import type { Keys } from '../keys/keys';
import { phoneLocked, type PhoneLock } from '../locks/phone-lock';
import { unknownProfile } from '../policy/policy';
import type { ProfileStore } from '../profiles/profile-store';
import type { Broker } from '../tokens/broker';
import type { GrantRenewal } from '../tokens/grant-renewal';

export interface GrantPorts {
  readonly profiles: Pick<ProfileStore, 'find'>;
  readonly keys: Pick<Keys, 'accepted'>;
  readonly broker: Pick<Broker, 'grant'>;
  readonly renewal: Pick<GrantRenewal, 'watch' | 'unwatch' | 'accepted'>;
  readonly phoneLock: Pick<PhoneLock, 'state'>;
  readonly noteRefusal: NoteRefusal;
}

export function createGrantHandlers({
  profiles,
  keys,
  broker,
  renewal,
  phoneLock,
  noteRefusal,
}: GrantPorts): Pick<Handlers, 'grants.get' | 'grants.watch' | 'grants.accepted'> {
  return {
    'grants.get': ({ profileId, purpose }) => broker.grant(profileId, purpose, 'asked'),
    'grants.watch': ({ profileId, purpose, on }) => {
      if (on && profiles.find(profileId) === null) return noteRefusal(profileId, 'watch', unknownProfile(profileId));
      // Here and not in the table: a window that closes its line stops watching.
      if (on && phoneLock.state().lockedBy !== null) return noteRefusal(profileId, 'watch', phoneLocked());
      renewal[on ? 'watch' : 'unwatch'](profileId, purpose);
      return ok(null);
    },
    'grants.accepted': ({ profileId, key }) => {
      // Its clock starts now, also where a locked keychain keeps the key before it a while longer.
      renewal.accepted(profileId, key);
      return noteRefusal(profileId, 'key', keys.accepted(profileId, key));
    },
  };
}
