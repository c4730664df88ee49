/** The Practice line's first key. That line never waits for a keychain's dialog: it starts on a key in memory, which moves to the keychain when that answers. */
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { KeyRecord } from '../../contracts/profile/profile';
import type { FailureReason, Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import { Secret } from '../secrets/secret';
import type { PlacedKey } from './key-places';

export interface PracticeKeyPorts {
  /** What is known of the active key. */
  readonly record: () => PlacedKey | null;
  readonly read: (key: PlacedKey) => Promise<Result<Secret>>;
  readonly keepInMemory: (secret: Secret, made: KeyRecord) => Promise<void>;
  /** In the keychain, once no other change is under way; nothing where another key is there by then. */
  readonly keep: (secret: Secret, made: KeyRecord) => Promise<Result<null>>;
  readonly audit: (entry: NewAuditEntry) => void;
  readonly clock: Pick<Clock, 'wall'>;
  readonly onChanged: () => void;
}

export interface PracticeKey {
  /** Resolves when there is one. */
  readonly ready: () => Promise<void>;
  /** The keychain is open: what it did not take before goes there. */
  readonly move: () => void;
  /** It was removed: the next `ready` makes another. */
  readonly makeAnew: () => void;
}

/** What the keychain will never give out again. */
const GONE: ReadonlySet<FailureReason> = new Set<FailureReason>(['key-removed', 'key-unusable']);

export function createPracticeKey({
  record,
  read,
  keepInMemory,
  keep,
  audit,
  clock,
  onChanged,
}: PracticeKeyPorts): PracticeKey {
  let made: { readonly secret: Secret; readonly record: KeyRecord } | null = null;
  let making: Promise<void> | null = null;
  let moving = false;

  const move = async (): Promise<void> => {
    if (made === null || moving) return;
    moving = true;
    await keep(made.secret, made.record);
    moving = false;
    onChanged();
  };
  const ensure = async (): Promise<void> => {
    const known = record();
    const found = known === null ? null : await read(known);
    if (found?.ok === true) return;
    const isGone = found === null || GONE.has(found.failure.reason);
    const secret = Secret.generate();
    const newRecord: KeyRecord = { fingerprint: secret.fingerprint, addedAt: clock.wall(), origin: 'generated' };
    await keepInMemory(secret, newRecord);
    audit({
      what: 'key',
      profileId: PRACTICE_PROFILE_ID,
      slot: 'active',
      change: known === null ? 'added' : 'replaced',
      fingerprint: newRecord.fingerprint,
    });
    // One that the keychain holds, and does not give out now, is not written over.
    if (isGone) {
      made = { secret, record: newRecord };
      void move();
    }
    onChanged();
  };

  return {
    ready: () => (making ??= ensure()),
    move: () => void move(),
    makeAnew: () => {
      making = null;
      made = null;
    },
  };
}
