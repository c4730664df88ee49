/**
 * The admin lock: an optional passphrase before everything that touches keys, profiles and policy. Its verifier is in the keychain; a small
 * file remembers that there is one and how many wrong tries there were, so that neither a locked keychain nor a restart opens anything.
 */
import { z } from 'zod';
import type { AdminState } from '../../contracts/locks/locks';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import type { JsonFile } from '../base/json-file';
import type { PassphraseChecks } from './passphrase-verifier';
import type { Secret } from '../secrets/secret';
import type { SecretStore } from '../secrets/secret-store';
import { createSerial } from '../base/serial';

/** How long it stays open after the passphrase was typed, ms. */
export const UNLOCKED_MS = 5 * 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;

export const ADMIN_LOCK_VERSION = 1;
export const adminLockDocument = z.object({
  version: z.literal(ADMIN_LOCK_VERSION),
  /** A passphrase was set; the keychain, which says "nothing there" when it is locked, is not believed without this. */
  configured: z.boolean(),
  /** Wrong tries in a row, through restarts. */
  wrong: z.number().int().nonnegative(),
});
export type AdminLockDocument = z.infer<typeof adminLockDocument>;

/** How long nobody may try after `wrong` wrong tries in a row, ms: 1 s, doubled up to 5 minutes. */
export function waitAfter(wrong: number): number {
  return wrong <= 0 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (wrong - 1));
}

export interface AdminLock {
  /** A sentence about its file, where that was set aside, or null. */
  readonly notice: string | null;
  readonly state: () => Promise<AdminState>;
  /** Locked, as far as its file says: no keychain is asked. For what a window shows alone. */
  readonly seemsLocked: () => boolean;
  /** Why the keychain can't say whether there is a passphrase, which counts as locked; null: it is known. */
  readonly unanswered: () => Promise<Failure | null>;
  /** Whether an admin's channel may go on now. Fails with `admin-locked`. */
  readonly admit: () => Promise<Result<null>>;
  /** Fails with `wrong-passphrase` (and how long to wait), `key-absent` (there is none), or as the keychain and the file do. */
  readonly unlock: (passphrase: string) => Promise<Result<AdminState>>;
  /** Sets, changes or (`wanted` null) removes it; afterwards it is unlocked. Fails as `unlock` does, or with `invalid-input`; then nothing has changed. */
  readonly setPassphrase: (current: string | null, wanted: string | null) => Promise<Result<AdminState>>;
  readonly lock: () => Promise<AdminState>;
  /** The computer woke up: the minutes may be over. */
  readonly check: () => void;
}

export interface AdminLockPorts {
  readonly file: JsonFile<AdminLockDocument>;
  readonly keychain: SecretStore;
  readonly passphrases: PassphraseChecks;
  /** The verifier's name in the keychain; no profile's key has it. */
  readonly account: string;
  readonly clock: Clock;
  readonly audit: (entry: NewAuditEntry) => void;
  readonly onChanged: (state: AdminState) => void;
  /**
   * Whether this installation has ever kept anything in a keychain: only then can a passphrase have been set, and a file that is not there been removed.
   */
  readonly hadKeychain: boolean;
  /** When this run of the program began, by the monotonic clock; left out: now. Waits count from there. */
  readonly startedAt?: number;
}

type Refusal = { readonly ok: false; readonly failure: Failure };

const inWords = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000);
  if (seconds > 90) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? 'a second' : `${seconds} seconds`;
};
const wrongPassphrase = (waitMs: number): Refusal =>
  fail('wrong-passphrase', `That is not the admin passphrase. Try again in ${inWords(waitMs)}.`, 'none', {
    retryAfterMs: Math.ceil(waitMs),
  });
const tooSoon = (waitMs: number): Refusal =>
  fail('wrong-passphrase', `The last passphrase was wrong, so the next try is in ${inWords(waitMs)}.`, 'none', {
    retryAfterMs: Math.ceil(waitMs),
  });
/** The verifier should be in the keychain, and is not given out. */
const hidden = (): Refusal =>
  fail(
    'key-locked',
    'The admin passphrase cannot be checked: the keychain is locked, or its entry was removed. Unlock the keychain with your sign-in password and try again.',
    'unlock-keychain',
  );
const withoutKeychain = (failure: Failure): Refusal => ({
  ok: false,
  failure: { ...failure, sentence: `An admin passphrase cannot be set up here. ${failure.sentence}`.slice(0, 300) },
});

/** Opens the lock, locked. A file that was damaged counts as one that says "there is a passphrase". */
export async function openAdminLock({
  file,
  keychain,
  passphrases,
  account,
  clock,
  audit,
  onChanged,
  hadKeychain,
  startedAt = clock.monotonic(),
}: AdminLockPorts): Promise<AdminLock> {
  const loaded = await file.load();
  let document: AdminLockDocument = loaded.value ?? {
    version: ADMIN_LOCK_VERSION,
    configured: loaded.notice !== null,
    wrong: 0,
  };
  /** The file is not there, and the keychain has not said yet that there is no passphrase: that counts as one. */
  let unknown = loaded.value === null && loaded.notice === null && hadKeychain;
  let whyUnknown: Failure | null = null;
  let settling: Promise<void> | null = null;
  // The damaged one was set aside: without another in its place the next start would know nothing of a passphrase.
  if (loaded.notice !== null) await file.save(document);
  /** As it was last read; null: not read yet, or not given out. */
  let verifier: Secret | null = null;
  let reading: Promise<Result<Secret | null>> | null = null;
  let unlockedAt: { readonly wall: number; readonly monotonic: number } | null = null;
  /** By the monotonic clock alone, and anew at each start: no setting of the clock and no restart shortens the wait. */
  let waitsFrom = startedAt;
  let cancelTimer = (): void => undefined;
  const serial = createSerial();

  const waitMs = (): number => Math.max(0, waitAfter(document.wrong) - (clock.monotonic() - waitsFrom));
  // The clock that says "longer ago" is believed: one may stand still during a sleep, the other may be set back.
  const leftMs = (): number =>
    unlockedAt === null
      ? 0
      : UNLOCKED_MS - Math.max(clock.wall() - unlockedAt.wall, clock.monotonic() - unlockedAt.monotonic);
  const change = async (next: Omit<AdminLockDocument, 'version'>): Promise<Result<null>> => {
    // Also when the disk is full: what is remembered of this run is never less.
    document = { version: ADMIN_LOCK_VERSION, ...next };
    return file.save(document);
  };

  const readVerifier = async (): Promise<Result<Secret | null>> => {
    if (verifier !== null) return ok(verifier);
    // All who ask at once share one question to the keychain: a page can't have it asked by the hundred.
    reading ??= keychain.read(account).finally(() => {
      reading = null;
    });
    const read = await reading;
    if (read.ok) verifier = read.value;
    return read;
  };
  /** A locked keychain says "nothing there", too: only one that proves to be open is believed. */
  const settle = async (): Promise<void> => {
    const open = await keychain.opens();
    whyUnknown = open.ok ? null : open.failure;
    if (!open.ok) return;
    // What was read before may be what it said while it was locked.
    const read = await keychain.read(account);
    whyUnknown = read.ok ? null : read.failure;
    if (!read.ok) return;
    unknown = false;
    verifier = read.value;
    if (read.value === null) await file.save(document);
    else await change({ configured: true, wrong: document.wrong });
  };
  const isConfigured = async (): Promise<boolean> => {
    const read = await readVerifier();
    if (unknown) await (settling ??= settle().finally(() => (settling = null)));
    return unknown || document.configured || (read.ok && read.value !== null);
  };

  const stateWhen = (configured: boolean): AdminState => {
    const left = leftMs();
    const wait = waitMs();
    const unlocked = configured && left > 0;
    return {
      configured,
      unlocked,
      until: unlocked ? Math.round(clock.wall() + left) : null,
      retryAt: configured && wait > 0 ? Math.round(clock.wall() + wait) : null,
    };
  };
  const state = async (): Promise<AdminState> => stateWhen(await isConfigured());
  const tell = (configured: boolean): AdminState => {
    const now = stateWhen(configured);
    onChanged(now);
    return now;
  };

  const close = (cause: 'asked' | 'time'): void => {
    if (unlockedAt === null) return;
    unlockedAt = null;
    cancelTimer();
    audit({ what: 'admin', profileId: '', change: 'locked', cause });
    tell(true);
  };
  const check = (): void => {
    if (unlockedAt === null) return;
    const left = leftMs();
    if (left <= 0) close('time');
    else {
      cancelTimer();
      cancelTimer = clock.after(left, check);
    }
  };
  const open = (): void => {
    unlockedAt = { wall: clock.wall(), monotonic: clock.monotonic() };
    check();
  };

  /** One try. It counts as wrong before it is looked at, so that ending the program in between saves nothing. */
  const tryPassphrase = async (passphrase: string, known: Secret): Promise<Result<null>> => {
    const wait = waitMs();
    if (wait > 0) return tooSoon(wait);
    const { wrong } = document;
    const counted = await change({ configured: true, wrong: wrong + 1 });
    if (!counted.ok) return counted;
    if (await passphrases.fits(passphrase, known)) {
      await change({ configured: true, wrong: 0 });
      return ok(null);
    }
    waitsFrom = clock.monotonic();
    audit({ what: 'admin', profileId: '', change: 'wrong', cause: 'asked' });
    tell(true);
    return wrongPassphrase(waitMs());
  };

  /** Null: there is no passphrase. */
  const knownVerifier = async (): Promise<Result<Secret | null>> => {
    const configured = await isConfigured();
    const read = await readVerifier();
    if (!read.ok) return read;
    return read.value === null && configured ? hidden() : read;
  };

  const unlock = async (passphrase: string): Promise<Result<AdminState>> => {
    const known = await knownVerifier();
    if (!known.ok) return known;
    if (known.value === null) return fail('key-absent', 'No admin passphrase is set, so nothing is locked.');
    const tried = await tryPassphrase(passphrase, known.value);
    if (!tried.ok) return tried;
    audit({ what: 'admin', profileId: '', change: 'unlocked', cause: 'asked' });
    open();
    return ok(tell(true));
  };

  const remove = async (): Promise<Result<AdminState>> => {
    const removed = await keychain.remove(account);
    if (!removed.ok) return removed;
    // It was read a moment ago: "not there" is what a locked keychain says.
    if (!removed.value) return hidden();
    verifier = null;
    unlockedAt = null;
    cancelTimer();
    const saved = await change({ configured: false, wrong: 0 });
    if (!saved.ok) return saved;
    audit({ what: 'admin', profileId: '', change: 'passphrase-removed', cause: 'asked' });
    return ok(tell(false));
  };

  const setPassphrase = async (current: string | null, wanted: string | null): Promise<Result<AdminState>> => {
    const known = await knownVerifier();
    // An unreadable keychain is only harmless where nothing was ever kept in it; the write says what is wrong with it.
    if (!known.ok && (document.configured || unknown)) return known;
    const made = wanted === null ? null : await passphrases.verifierFor(wanted);
    if (made !== null && !made.ok) return made;
    const existing = known.ok ? known.value : null;
    if (existing !== null) {
      const tried = await tryPassphrase(current ?? '', existing);
      if (!tried.ok) return tried;
    }
    if (made === null) return existing === null ? ok(tell(false)) : remove();
    const kept = await keychain.write(account, made.value);
    if (!kept.ok) return existing === null ? withoutKeychain(kept.failure) : kept;
    verifier = made.value;
    const saved = await change({ configured: true, wrong: 0 });
    if (!saved.ok) return saved;
    audit({
      what: 'admin',
      profileId: '',
      change: existing === null ? 'passphrase-set' : 'passphrase-changed',
      cause: 'asked',
    });
    open();
    return ok(tell(true));
  };

  return {
    notice: loaded.notice,
    state,
    seemsLocked: () => document.configured && leftMs() <= 0,
    unanswered: async () => ((await isConfigured()) && unknown ? whyUnknown : null),
    admit: async () => {
      if (leftMs() > 0) return ok(null);
      return (await isConfigured())
        ? fail('admin-locked', 'This needs the admin passphrase: keys, profiles and policy are locked.', 'unlock-admin')
        : ok(null);
    },
    // One after the other: tries that meet would else pass the wait together.
    unlock: (passphrase) => serial(() => unlock(passphrase)),
    setPassphrase: (current, wanted) => serial(() => setPassphrase(current, wanted)),
    lock: () => {
      close('asked');
      return state();
    },
    check,
  };
}
