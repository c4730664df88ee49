/**
 * A secret service (org.freedesktop.secrets) on a private bus, that behaves as a test wants: it answers late, asks a person, refuses, gives out
 * garbage, or drops off the bus. Keytar and libsecret, which ask it, are the real ones.
 */
import { createRequire } from 'node:module';
import { rm } from 'node:fs/promises';
import { missingProgram, startPrivateBus } from '../app/private-bus';
import { temporaryFolder } from '../temporary-folder';

/** The parts of a message that are used here; the library has no types for them. */
interface Message {
  readonly type?: number;
  readonly serial?: number;
  readonly replySerial?: number;
  readonly sender?: string;
  readonly destination?: string;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly errorName?: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
  readonly flags?: number;
}
interface Connection {
  readonly message: (message: Message) => void;
  readonly on: (event: 'message', listener: (message: Message) => void) => void;
  readonly once: (event: 'end', listener: () => void) => void;
  readonly end: () => void;
}
const { createConnection } = createRequire(import.meta.url)('@homebridge/dbus-native') as {
  readonly createConnection: (options: { readonly busAddress: string; readonly ayBuffer: boolean }) => Connection;
};

const [METHOD_CALL, METHOD_RETURN, ERROR, SIGNAL] = [1, 2, 3, 4] as const;
const NO_REPLY_EXPECTED = 1;
const NAME = 'org.freedesktop.secrets';
const ROOT = '/org/freedesktop/secrets';
const COLLECTION = `${ROOT}/collection/test`;
const BUS = 'org.freedesktop.DBus';
const SECRET = 'org.freedesktop.Secret';
const NONE = '/';

/** What it answers to a call: a body, or an error's name and text. */
type Reply =
  { readonly signature: string; readonly body: readonly unknown[] } | { readonly error: string; readonly text: string };

export interface Behaviour {
  /** The collection is locked: an unlock asks a person. */
  locked: boolean;
  /** What the person does when a dialog opens; null: nothing before `answer`. */
  person: 'unlock' | 'dismiss' | null;
  /** No answer to a question for a secret (and none to a write or a removal) leaves before `release`. */
  held: boolean;
  /** Every question for a secret, write and removal is refused with this error. */
  refusal: { readonly error: string; readonly text: string } | null;
  /** What is given out instead of each secret; null: what was kept. `wrong-type`: an answer of another signature. */
  garbage: Buffer | 'wrong-type' | null;
}

export interface SecretService extends Behaviour {
  /** `DBUS_SESSION_BUS_ADDRESS` of the bus that it is on. */
  readonly bus: string;
  /** Secrets by account, as they were kept. */
  readonly kept: ReadonlyMap<string, Buffer>;
  /** The members that were called so far, in order. */
  readonly called: readonly string[];
  /** Prompts that wait for a person. */
  readonly openPrompts: () => number;
  /** The person answers all of them. */
  readonly answer: (what: 'unlock' | 'dismiss') => void;
  /** What is held leaves, and nothing is held any more. */
  readonly release: () => void;
  /** Removes an entry, as the person does in the keychain's own window; what it returns puts it back. */
  readonly forget: (account: string) => () => void;
  /** Drops off the bus, with all that is open. */
  readonly vanish: () => Promise<void>;
  /** Comes back. No session of before is known. */
  readonly comeBack: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Why no secret service can be started here, as a sentence that says what to install; null when one can. */
export async function secretServiceProblem(): Promise<string | null> {
  if (process.platform !== 'linux') return 'A private D-Bus can only be started on Linux.';
  return (await missingProgram(['dbus-daemon'])) === null ? null : 'dbus-daemon is missing: apt-get install dbus.';
}

interface Item {
  readonly path: string;
  readonly attributes: readonly (readonly [string, string])[];
  secret: Buffer;
}

const attribute = (attributes: Item['attributes'], name: string): string =>
  attributes.find(([key]) => key === name)?.[1] ?? '';
const fits = (item: Item, wanted: Item['attributes']): boolean =>
  wanted.every(([name, value]) => attribute(item.attributes, name) === value);

/** Starts a bus and an empty, unlocked secret service on it. */
export async function startSecretService(): Promise<SecretService> {
  const folder = await temporaryFolder();
  const bus = await startPrivateBus(folder);
  const items: Item[] = [];
  const called: string[] = [];
  let connection: Connection | null = null;
  let serial = 0;
  let numbers = 0;
  let sessions = new Set<string>();
  let waiting: (() => void)[] = [];
  /** By the prompt's path: what it is about, and whether it is shown. */
  let prompts = new Map<string, { readonly about: readonly string[]; shown: boolean }>();

  const send = (message: Message): void => connection?.message({ ...message, serial: (serial += 1) });
  const emit = (path: string, name: string, member: string, signature: string, body: readonly unknown[]): void =>
    send({ type: SIGNAL, path, interface: name, member, signature, body });
  const found = (path: string): Item | undefined => items.find((item) => item.path === path);
  const noSuch = (what: string): Reply => ({ error: `${SECRET}.Error.NoSuchObject`, text: `no such ${what}` });
  const isLocked = (): Reply => ({ error: `${SECRET}.Error.IsLocked`, text: 'Cannot do that in a locked collection' });
  const newPrompt = (about: readonly string[]): string => {
    const path = `${ROOT}/prompt/p${(numbers += 1)}`;
    prompts.set(path, { about, shown: false });
    return path;
  };

  const show = (path: string): boolean => {
    const prompt = prompts.get(path);
    if (prompt !== undefined) prompt.shown = true;
    return prompt !== undefined;
  };

  /** The bytes of a secret as they are given out, in the session's struct. */
  const secretOf = (session: string, item: Item): readonly unknown[] => [
    session,
    Buffer.alloc(0),
    service.garbage instanceof Buffer ? service.garbage : item.secret,
    'text/plain',
  ];

  const inSession = (session: string, what: () => Reply): Reply =>
    sessions.has(session) ? what() : { error: `${SECRET}.Error.NoSession`, text: 'The session does not exist' };

  const createItem = ([properties, secret, replace]: readonly unknown[]): Reply => {
    const [session, , value] = secret as [string, unknown, Buffer];
    const given = properties as [string, [unknown, [Item['attributes']]]][];
    const attributes = given.find(([name]) => name.endsWith('Attributes'))?.[1][1][0] ?? [];
    return inSession(session, () => {
      if (service.locked) return isLocked();
      const before = replace === true ? items.find((item) => fits(item, attributes)) : undefined;
      const item = before ?? { path: `${COLLECTION}/i${(numbers += 1)}`, attributes, secret: value };
      item.secret = Buffer.from(value);
      if (before === undefined) items.push(item);
      return { signature: 'oo', body: [item.path, NONE] };
    });
  };

  const replyTo = ({ member = '', path = '', body = [], interface: name = '' }: Message): Reply => {
    switch (member) {
      case 'OpenSession': {
        if (body[0] !== 'plain') return { error: `${BUS}.Error.NotSupported`, text: 'plain only' };
        const session = `${ROOT}/session/s${(numbers += 1)}`;
        sessions.add(session);
        return { signature: 'vo', body: [['s', ''], session] };
      }
      case 'GetAll':
        return { signature: 'a{sv}', body: [[]] };
      case 'ReadAlias':
        return { signature: 'o', body: [COLLECTION] };
      case 'SearchItems': {
        const paths = items.filter((item) => fits(item, body[0] as Item['attributes'])).map((item) => item.path);
        return { signature: 'aoao', body: service.locked ? [[], paths] : [paths, []] };
      }
      case 'Unlock':
        return service.locked
          ? { signature: 'aoo', body: [[], newPrompt(body[0] as readonly string[])] }
          : { signature: 'aoo', body: [body[0], NONE] };
      case 'Prompt':
        if (!show(path)) return noSuch('prompt');
        if (service.person !== null) setImmediate(() => complete(path, service.person === 'unlock'));
        return { signature: '', body: [] };
      case 'Dismiss':
        complete(path, false);
        return { signature: '', body: [] };
      case 'GetSecret':
      case 'GetSecrets': {
        const session = body.at(-1) as string;
        if (service.garbage === 'wrong-type') return { signature: 's', body: ['no secret'] };
        return inSession(session, () => {
          if (service.locked) return isLocked();
          if (member === 'GetSecret') {
            const item = found(path);
            return item === undefined ? noSuch('item') : { signature: '(oayays)', body: [secretOf(session, item)] };
          }
          const asked = (body[0] as readonly string[]).map(found).filter((item) => item !== undefined);
          return { signature: 'a{o(oayays)}', body: [asked.map((item) => [item.path, secretOf(session, item)])] };
        });
      }
      case 'CreateItem':
        return createItem(body);
      case 'Delete': {
        if (service.locked) return { signature: 'o', body: [newPrompt([path])] };
        const at = items.findIndex((item) => item.path === path);
        if (at < 0) return noSuch('item');
        items.splice(at, 1);
        return { signature: 'o', body: [NONE] };
      }
      default:
        return { error: `${BUS}.Error.UnknownMethod`, text: `no ${name}.${member}` };
    }
  };

  const complete = (path: string, unlocked: boolean): void => {
    const prompt = prompts.get(path);
    if (prompt === undefined) return;
    prompts.delete(path);
    if (unlocked) service.locked = false;
    emit(path, `${SECRET}.Prompt`, 'Completed', 'bv', [!unlocked, ['ao', unlocked ? prompt.about : []]]);
  };

  /** What is a question for a secret, a write or a removal, and not about the conversation itself. */
  const MATTERS = new Set(['SearchItems', 'GetSecret', 'GetSecrets', 'CreateItem', 'Delete']);
  const onCall = (message: Message): void => {
    const { sender, serial: replySerial, member = '', flags = 0 } = message;
    called.push(member);
    const reply = (): void => {
      const answer = MATTERS.has(member) && service.refusal !== null ? service.refusal : replyTo(message);
      if ((flags & NO_REPLY_EXPECTED) !== 0 || sender === undefined || replySerial === undefined) return;
      if ('error' in answer)
        send({
          type: ERROR,
          replySerial,
          destination: sender,
          errorName: answer.error,
          signature: 's',
          body: [answer.text],
        });
      else send({ type: METHOD_RETURN, replySerial, destination: sender, ...answer });
    };
    if (service.held && MATTERS.has(member)) waiting.push(reply);
    else reply();
  };

  /** Takes its name; resolves when it has it. */
  const comeBack = async (): Promise<void> => {
    const made = createConnection({ busAddress: bus.address, ayBuffer: true });
    connection = made;
    serial = 0;
    sessions = new Set();
    prompts = new Map();
    waiting = [];
    const toBus = (member: string, signature: string, body: readonly unknown[]): void =>
      send({
        type: METHOD_CALL,
        destination: BUS,
        path: '/org/freedesktop/DBus',
        interface: BUS,
        member,
        signature,
        body,
      });
    await new Promise<void>((resolve, reject) => {
      made.on('message', (message) => {
        if (message.type === METHOD_CALL) onCall(message);
        // The second thing that was asked of the bus.
        else if (message.replySerial === 2)
          if (message.type === ERROR) reject(new Error(`${NAME} is taken`));
          else resolve();
      });
      toBus('Hello', '', []);
      toBus('RequestName', 'su', [NAME, 4]);
    });
  };
  const vanish = async (): Promise<void> => {
    const leaving = connection;
    connection = null;
    if (leaving === null) return;
    const ended = new Promise<void>((resolve) => leaving.once('end', resolve));
    leaving.end();
    await ended;
  };

  const service: SecretService = {
    bus: bus.address,
    locked: false,
    person: null,
    held: false,
    refusal: null,
    garbage: null,
    get kept() {
      return new Map(items.map((item) => [attribute(item.attributes, 'account'), item.secret]));
    },
    called,
    openPrompts: () => [...prompts.values()].filter(({ shown }) => shown).length,
    answer: (what) => [...prompts.keys()].forEach((path) => complete(path, what === 'unlock')),
    release: () => {
      service.held = false;
      waiting.splice(0).forEach((reply) => reply());
    },
    forget: (account) => {
      const at = items.findIndex((item) => attribute(item.attributes, 'account') === account);
      const gone = at < 0 ? [] : items.splice(at, 1);
      return () => void items.push(...gone);
    },
    vanish,
    comeBack,
    close: async () => {
      await vanish();
      await bus.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await comeBack();
  return service;
}
