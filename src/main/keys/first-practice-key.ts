/** The Practice line's first key: Ringfence makes it itself. The line never waits for a keychain prompt: it starts on a key in memory, which moves to the keychain when that answers. */
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { KeyRecord } from '../../contracts/profile/profile';
import { ok, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import { Secret } from '../secrets/secret';
import type { KeyPlaces, PlacedKey } from './key-places';

export interface FirstPracticeKeyPorts {
  readonly places: Pick<KeyPlaces, 'record' | 'keepInMemory'>;
  readonly read: (profileId: string, expected: PlacedKey) => Promise<Result<Secret>>;
  /** Puts it into the keychain, as its active key. */
  readonly store: (secret: Secret, made: KeyRecord) => Promise<Result<null>>;
  readonly serial: <T>(task: () => Promise<T>) => Promise<T>;
  readonly audit: (entry: NewAuditEntry) => void;
  readonly clock: Pick<Clock, 'wall'>;
  readonly onChanged: () => void;
}

/** Resolves when there is a key that can be read. */
export async function ensurePracticeKey({
  places,
  read,
  store,
  serial,
  audit,
  clock,
  onChanged,
}: FirstPracticeKeyPorts): Promise<Result<null>> {
  const active = (): PlacedKey | null => places.record(PRACTICE_PROFILE_ID, 'active');
  const known = active();
  if (known !== null && (await read(PRACTICE_PROFILE_ID, known)).ok) return ok(null);
  const secret = Secret.generate();
  const made: KeyRecord = { fingerprint: secret.fingerprint, addedAt: clock.wall(), origin: 'generated' };
  await places.keepInMemory(PRACTICE_PROFILE_ID, 'active', secret, made);
  audit({
    what: 'key',
    profileId: PRACTICE_PROFILE_ID,
    slot: 'active',
    change: known === null ? 'added' : 'replaced',
    fingerprint: made.fingerprint,
  });
  if (known === null) {
    void serial(async () => {
      const current = active();
      // Somebody may have put another key there meanwhile.
      if (current?.store !== 'memory' || current.fingerprint !== made.fingerprint) return;
      await store(secret, made);
      onChanged();
    });
  }
  onChanged();
  return ok(null);
}
