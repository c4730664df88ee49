/** The passwords of the network's proxies: asked of a person in a window of its own, kept in the keychain, given to the proxy they are for. */
import { fail, ok, type Result } from '../../contracts/base/result';
import type { ProxyLogin, ProxyQuestion } from '../../contracts/proxy';
import { Secret } from './secret';
import type { SecretStore } from './secret-store';

export interface ProxyPasswordPorts {
  readonly keychain: SecretStore;
  /** What the keychain knows a proxy's password by. */
  readonly account: (proxy: string) => string;
  /** Opens the small window; resolves when it is closed. */
  readonly open: () => Promise<void>;
  readonly close: () => void;
  /** Somebody typed the password of this proxy. */
  readonly onTyped: (proxy: string) => void;
  readonly onProblem: (sentence: string) => void;
}

export interface ProxyPasswords {
  /** The value of Proxy-Authorization for a proxy (`host:port`), or null. */
  readonly authorizationFor: (proxy: string) => string | null;
  /** The same as name and password. */
  readonly loginFor: (proxy: string) => ProxyLogin | null;
  /**
   * A proxy wants a password, and `given` was none or not the right one. True: there is another one now, of the keychain or typed meanwhile. False:
   * a person is asked, and `onTyped` tells of the answer; a window that was closed is not opened again by itself.
   */
  readonly another: (proxy: string, given: string | null) => Promise<boolean>;
  /** What the open window asks. */
  readonly question: () => ProxyQuestion;
  /** What was typed into it. */
  readonly answer: (login: ProxyLogin) => Promise<Result<null>>;
  /** The person acted: whoever was asked before may be asked again. */
  readonly askAgain: () => void;
  /** The keychain was silent, and has answered: what it holds counts now. */
  readonly keychainAnswered: () => void;
}

/** A key in the keychain is one line of at least 16 plain characters; a password may be anything. */
const KEPT = 'ringfence-proxy:';
const kept = ({ user, password }: ProxyLogin): string =>
  `${KEPT}${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
function readKept(text: string): ProxyLogin | null {
  if (!text.startsWith(KEPT)) return null;
  const words = Buffer.from(text.slice(KEPT.length), 'base64').toString('utf8');
  const colon = words.indexOf(':');
  return colon > 0 ? { user: words.slice(0, colon), password: words.slice(colon + 1) } : null;
}

const basic = ({ user, password }: ProxyLogin): string =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;

export function createProxyPasswords(ports: ProxyPasswordPorts): ProxyPasswords {
  const known = new Map<string, ProxyLogin>();
  /** The keychain was asked once for each; what it gave may be wrong by now. */
  const read = new Map<string, Promise<void>>();
  const dismissed = new Set<string>();
  /** The keychain was silent when it was asked for these: a person is not asked for what it may hold. */
  const unread = new Set<string>();
  let asked: ProxyQuestion | null = null;

  const authorizationFor = (proxy: string): string | null => {
    const login = known.get(proxy);
    return login === undefined ? null : basic(login);
  };
  const readKeychain = async (proxy: string): Promise<void> => {
    const found = await ports.keychain.readQuietly(ports.account(proxy));
    if (!found.ok && found.failure.reason === 'keychain-asks') {
      unread.add(proxy);
      return;
    }
    if (!found.ok || found.value === null || known.has(proxy)) return;
    const login = readKept(found.value.use((bytes) => Buffer.from(bytes).toString('utf8')));
    if (login !== null) known.set(proxy, login);
  };
  const keep = async (proxy: string, login: ProxyLogin): Promise<void> => {
    const secret = Secret.fromText(kept(login));
    const written = secret.ok ? await ports.keychain.write(ports.account(proxy), secret.value) : secret;
    if (!written.ok) ports.onProblem(`a proxy's password could not be kept: ${written.failure.sentence}`);
  };
  const ask = (question: ProxyQuestion): void => {
    if (asked !== null || dismissed.has(question.proxy)) return;
    asked = question;
    void ports.open().finally(() => {
      if (!known.has(question.proxy)) dismissed.add(question.proxy);
      asked = null;
    });
  };

  const another = async (proxy: string, given: string | null): Promise<boolean> => {
    if (given === null) {
      const reading = read.get(proxy) ?? readKeychain(proxy);
      read.set(proxy, reading);
      await reading;
      if (unread.has(proxy)) read.delete(proxy);
    }
    const now = authorizationFor(proxy);
    if (now !== null && now !== given) return true;
    known.delete(proxy);
    if (!unread.has(proxy)) ask({ proxy, refused: given !== null });
    return false;
  };

  return {
    authorizationFor,
    loginFor: (proxy) => known.get(proxy) ?? null,
    another,
    question: () => asked ?? { proxy: '', refused: false },
    answer: (login) => {
      if (asked === null) return Promise.resolve(fail('cancelled', 'Nobody asks for this password any more.'));
      const { proxy } = asked;
      known.set(proxy, login);
      dismissed.delete(proxy);
      // The keychain may ask a person; it works all the same until the program ends.
      void keep(proxy, login);
      ports.close();
      ports.onTyped(proxy);
      return Promise.resolve(ok(null));
    },
    askAgain: () => dismissed.clear(),
    keychainAnswered: () => {
      for (const proxy of [...unread]) {
        unread.delete(proxy);
        void another(proxy, null).then((has) => {
          if (has) ports.onTyped(proxy);
        });
      }
    },
  };
}
