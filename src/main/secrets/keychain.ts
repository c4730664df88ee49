/**
 * The operating system's keychain, through keytar. Its traps, all met and measured: loading may throw (no libsecret), any call may
 * hang on an unlock prompt, a locked keyring answers "not there", and `findCredentials` crashes the process on a locked
 * keyring, so it is never called. A call that hangs holds its process at its end, so that the app asks from a process of its own (keychain-process.ts).
 */
import { fail, ok, type Result } from '../../contracts/base/result';
import type { Clock } from '../base/clock';
import { absent, damaged, meaningOf, refused, removed } from './keychain-failures';
import { loadKeytar, type KeychainModule } from './keytar';
import { createKeychainQueue, PATIENCE_MS, type KeychainQueue } from './keychain-queue';
import { createKeychainRefusal } from './keychain-refusal';
import { Secret } from './secret';
import type { SecretStore } from './secret-store';

/** The keychain, and whether it is silent just now, which is how a dialog looks from here. */
export interface Keychain extends SecretStore, Pick<KeychainQueue, 'settles' | 'isSilent' | 'follow'> {}

/** The service under which all keys appear in the keychain's own window. */
export const KEYCHAIN_SERVICE = 'Ringfence';
/** The account that is asked for where nothing is wanted but an answer. */
const PROBE = 'probe';
/** What took longer than this, ms, has waited for a person: on Linux a dialog that was closed looks like an entry that is not there. */
const PERSON_MS = 1_000;
const NOTHING_CAME = 'nothing came from its dialog';
/** Windows' credential store: CRED_MAX_CREDENTIAL_BLOB_SIZE, 5 * 512 bytes. An RSA key of 3072 bits has 2,484, one of 4096 bits 3,272. */
const MOST_ON_WINDOWS = 2_560;

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

interface Found {
  readonly secret: Secret | null;
  /** A person was asked, and nothing came. */
  readonly wasRefused: boolean;
}

export interface KeychainOptions {
  /** How keytar is reached; called once, at the first question. */
  readonly load?: () => Promise<KeychainModule>;
  readonly platform?: string;
  /** How long a command waits for whoever sits before it, ms; then it ends. Left out: this is the app, which goes on. */
  readonly endsAfterMs?: number;
}

/** The keychain as a `SecretStore`. Nothing is loaded before the first call. */
export function createKeychain(
  clock: Clock,
  { load = loadKeytar, platform = process.platform, endsAfterMs }: KeychainOptions = {},
): Keychain {
  const queue = createKeychainQueue(clock, {
    patienceMs: endsAfterMs ?? PATIENCE_MS,
    endsThen: endsAfterMs !== undefined,
  });
  const refusal = createKeychainRefusal(clock, platform === 'linux');
  let keytar: Promise<KeychainModule> | null = null;

  const ask = async <T>(
    what: string,
    account: string,
    isChange: boolean,
    action: (module: KeychainModule) => Promise<T>,
    provesOpen: (value: T) => boolean = () => true,
  ): Promise<Result<T>> => {
    let module: KeychainModule;
    try {
      module = await (keytar ??= load());
    } catch (cause) {
      return absent(platform, wordsOf(cause));
    }
    return queue.put({
      name: `${what} ${account}`,
      account,
      isChange,
      ...(module.started === undefined ? {} : { started: module.started }),
      ask: () =>
        action(module).then(
          (value) => {
            const isOpen = provesOpen(value);
            if (isOpen && refusal.clear(account)) queue.opened();
            return { result: ok(value), provesOpen: isOpen };
          },
          (cause: unknown) => {
            const result = meaningOf(wordsOf(cause), platform);
            if (result.failure.reason === 'keychain-refused') refusal.note(account);
            return { result, provesOpen: false };
          },
        ),
    });
  };

  const find = async (account: string, quietly: boolean): Promise<Result<Found>> => {
    const found = await ask(
      quietly ? 'read quietly' : 'read',
      account,
      false,
      async (module) => {
        // Now, and not before: it may have been refused while this question waited for its turn.
        if (refusal.covers(account, quietly)) return { read: null, wasRefused: true };
        const began = clock.monotonic();
        const text = await module.getPassword(KEYCHAIN_SERVICE, account);
        const read = text === null ? null : Secret.fromText(text);
        // Elsewhere "nothing" means that there is nothing.
        const wasRefused = read === null && platform === 'linux' && clock.monotonic() - began > PERSON_MS;
        if (wasRefused) refusal.note(account);
        return { read, wasRefused };
      },
      ({ read }) => read !== null,
    );
    if (!found.ok) return found;
    const { read, wasRefused } = found.value;
    if (read?.ok === false) return damaged(read.failure.sentence);
    return ok({ secret: read === null ? null : read.value, wasRefused });
  };
  const opens = (): Promise<Result<null>> =>
    ask('open', PROBE, false, async (module) => {
      await module.setPassword(KEYCHAIN_SERVICE, PROBE, PROBE);
      await module.deletePassword(KEYCHAIN_SERVICE, PROBE);
      return null;
    });

  return {
    settles: queue.settles,
    isSilent: queue.isSilent,
    follow: queue.follow,
    opens,
    probe: async () => {
      const answer = await ask(
        'probe',
        PROBE,
        false,
        (module) => module.getPassword(KEYCHAIN_SERVICE, PROBE),
        (value) => value !== null,
      );
      return answer.ok ? ok(null) : answer;
    },
    read: async (account) => {
      const found = await find(account, false);
      return found.ok ? ok(found.value.secret) : found;
    },
    readQuietly: async (account) => {
      const found = await find(account, true);
      if (!found.ok) return found;
      return found.value.wasRefused ? refused(NOTHING_CAME) : ok(found.value.secret);
    },
    readKept: async (account) => {
      const found = await find(account, false);
      if (!found.ok) return found;
      const { secret, wasRefused } = found.value;
      if (secret !== null) return ok(secret);
      // To be asked once more would be the same dialog again.
      if (wasRefused) return refused(NOTHING_CAME);
      // Elsewhere "nothing" means that there is nothing.
      if (platform !== 'linux') return removed();
      const open = await opens();
      return open.ok ? removed() : open;
    },
    write: async (account, secret) => {
      const text = secret.use((bytes) => Buffer.from(bytes).toString('utf8'));
      if (platform === 'win32' && Buffer.byteLength(text) > MOST_ON_WINDOWS) {
        return fail(
          'key-unusable',
          `The keychain of Windows takes keys of at most ${MOST_ON_WINDOWS} bytes, and this one has ${Buffer.byteLength(text)}. Take an RSA key of at most 3072 bits, or use ES256 or EdDSA.`,
          'open-keys',
        );
      }
      const answer = await ask('write', account, true, (module) => module.setPassword(KEYCHAIN_SERVICE, account, text));
      return answer.ok ? ok(null) : answer;
    },
    remove: (account) =>
      ask(
        'remove',
        account,
        true,
        (module) => module.deletePassword(KEYCHAIN_SERVICE, account),
        (wasThere) => wasThere,
      ),
  };
}
