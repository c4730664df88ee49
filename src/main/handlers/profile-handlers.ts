/** The channels of the lines, as they are kept. Tests, files and what the admin set have files of their own. */
import type { Handlers } from '../../contracts/ipc/ipc';
import type { ProfilesSnapshot } from '../../contracts/profile/profile';
import { ok, type Result } from '../../contracts/base/result';
import type { Keys } from '../keys/keys';
import type { ChangeLines } from '../tokens/change-lines';

export interface ProfilePorts {
  readonly keys: Pick<Keys, 'ready'>;
  readonly lines: ChangeLines;
  readonly snapshot: () => ProfilesSnapshot;
}

export function createProfileHandlers({
  keys,
  lines,
  snapshot,
}: ProfilePorts): Pick<Handlers, 'profiles.snapshot' | 'profiles.save' | 'profiles.remove' | 'profiles.select'> {
  const afterwards = async (change: Promise<Result<unknown>>): Promise<Result<ProfilesSnapshot>> => {
    const changed = await change;
    return changed.ok ? ok(snapshot()) : changed;
  };
  return {
    'profiles.snapshot': async () => {
      await keys.ready;
      return ok(snapshot());
    },
    'profiles.save': (profile) => afterwards(lines.save(profile)),
    'profiles.remove': ({ profileId }) => afterwards(lines.remove(profileId)),
    'profiles.select': ({ profileId }) => afterwards(lines.select(profileId)),
  };
}
