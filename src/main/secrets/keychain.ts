/**
 * The operating system's keychain, through keytar. Its traps, all met and measured: loading may throw (no libsecret), any call may
 * hang on an unlock prompt, a locked keyring answers "not there", and `findCredentials` crashes the process on a locked
 * keyring, so it is never called.
 */
import { fail, ok, type Result } from '../../contracts/base/result';
import type { Clock } from '../base/clock';
import { Secret } from './secret';
import type { SecretStore } from './secret-store';

/** What we use of keytar; the tests pass a fake. */
export interface KeychainModule {
  readonly getPassword: (service: string, account: string) => Promise<string | null>;
  readonly setPassword: (service: string, account: string, password: string) => Promise<void>;
  readonly deletePassword: (service: string, account: string) => Promise<boolean>;
}

/** The service under which all keys appear in the keychain's own window. */
export const KEYCHAIN_SERVICE = 'Ringfence';
const READ_TIMEOUT_MS = 2_000;
/** Windows' credential store: CRED_MAX_CREDENTIAL_BLOB_SIZE, 5 * 512 bytes. An RSA key of 3072 bits has 2,484, one of 4096 bits 3,272. */
const MOST_ON_WINDOWS = 2_560;
/** Long enough for a person to type a password into the unlock prompt. */
const WRITE_TIMEOUT_MS = 15_000;

/** What to do where no keychain answers, for each platform. */
function missing(
  platform: string,
  details: string,
): { readonly ok: false; readonly failure: ReturnType<typeof fail>['failure'] } {
  const sentence =
    platform === 'linux'
      ? "No keychain answers on this computer, so keys can't be kept. Install gnome-keyring (or KWallet) and sign in again."
      : "The keychain of this computer does not answer, so keys can't be kept. Sign out, sign in again and retry.";
  return fail('keychain-unavailable', sentence, 'install-keychain', { details: details.slice(0, 300) });
}

const locked = (details: string) =>
  fail('key-locked', 'The keychain is locked. Unlock it with your sign-in password and try again.', 'unlock-keychain', {
    details: details.slice(0, 300),
  });

async function loadKeytar(): Promise<KeychainModule> {
  const loaded: { readonly default: KeychainModule } = await import('keytar');
  return loaded.default;
}

/** The keychain as a `SecretStore`. Nothing is loaded before the first call. */
export function createKeychain(
  clock: Clock,
  load: () => Promise<KeychainModule> = loadKeytar,
  platform: string = process.platform,
): SecretStore {
  let keytar: Promise<KeychainModule> | null = null;

  // `late` decides what silence means: a prompt that nobody answers (locked).
  const call = async <T>(timeoutMs: number, action: (module: KeychainModule) => Promise<T>): Promise<Result<T>> => {
    let cancelTimer: () => void = () => undefined;
    const late = new Promise<'late'>((resolve) => {
      cancelTimer = clock.after(timeoutMs, () => resolve('late'));
    });
    try {
      keytar ??= load();
      const outcome = await Promise.race([keytar.then(action).then((value) => ({ value })), late]);
      return outcome === 'late' ? locked(`no answer within ${timeoutMs / 1000} s`) : ok(outcome.value);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      return /locked/i.test(message) ? locked(message) : missing(platform, message);
    } finally {
      cancelTimer();
    }
  };

  return {
    probe: async () => {
      const answer = await call(READ_TIMEOUT_MS, (module) => module.getPassword(KEYCHAIN_SERVICE, 'probe'));
      return answer.ok ? ok(null) : answer;
    },
    read: async (account) => {
      const answer = await call(READ_TIMEOUT_MS, (module) => module.getPassword(KEYCHAIN_SERVICE, account));
      if (!answer.ok) return answer;
      return answer.value === null ? ok(null) : Secret.fromText(answer.value);
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
      const answer = await call(WRITE_TIMEOUT_MS, (module) => module.setPassword(KEYCHAIN_SERVICE, account, text));
      return answer.ok ? ok(null) : answer;
    },
    remove: (account) => call(WRITE_TIMEOUT_MS, (module) => module.deletePassword(KEYCHAIN_SERVICE, account)),
  };
}
