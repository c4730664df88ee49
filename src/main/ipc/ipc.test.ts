import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Channel, WindowName } from '../../contracts/ipc/channel';
import { channels, type Handlers } from '../../contracts/ipc/ipc';
import { channelNames, INVOKE_TRANSPORT, type ChannelName } from '../../contracts/ipc/ipc-names';
import { fail, ok } from '../../contracts/base/result';
import { settings } from '../../contracts/settings';

type Listener = (event: unknown, name?: unknown, input?: unknown) => Promise<unknown>;
const registered = vi.hoisted(() => new Map<string, Listener>());
vi.mock('electron', () => ({
  ipcMain: { handle: (name: string, listener: Listener) => registered.set(name, listener) },
}));

const { MOST_AT_ONCE, MOST_OF_ONE, serveIpc } = await import('./ipc');

const ORIGIN = 'app://ringfence';
const mainFrame = { parent: null, origin: ORIGIN };
const from = (id: number, senderFrame: unknown = mainFrame): unknown => ({ sender: { id }, senderFrame });
const phone = from(1);
const incoming = from(2);
const ids: readonly [WindowName, number][] = [
  ['phone', 1],
  ['incoming', 2],
  ['unlock', 4],
  ['proxy', 5],
];

const called: string[] = [];
const refused: [string, string][] = [];
const logged: string[] = [];
let replaced: Partial<Handlers> = {};
let adminLocked = false;
let [phoneLocked, tooOften] = [false, ''];

beforeEach(() => {
  called.length = refused.length = logged.length = 0;
  replaced = {};
  adminLocked = phoneLocked = false;
  tooOften = '';
  const handlers = new Proxy({} as Handlers, {
    get: (_target, name: keyof Handlers) => (input: unknown) => {
      called.push(name);
      const handler = replaced[name] as ((input: unknown) => unknown) | undefined;
      return handler === undefined
        ? ok(name === 'settings.get' || name === 'settings.set' ? settings.parse({}) : null)
        : handler(input);
    },
  });
  serveIpc({
    handlers,
    windowOf: (id) => ids.find(([, each]) => each === id)?.[0] ?? null,
    origin: ORIGIN,
    admitAdmin: () =>
      Promise.resolve(adminLocked ? fail('admin-locked', 'This needs the passphrase.', 'unlock-admin') : ok(null)),
    isPhoneLocked: () => phoneLocked,
    admitNoted: (name) => (name === tooOften ? fail('rate-limited', 'Too often.') : ok(null)),
    onRefused: (channel, reason) => refused.push([channel, reason]),
    log: {
      info: () => undefined,
      warn: (line) => logged.push(line),
      error: (line, cause) => logged.push(`${line} ${String(cause)}`),
    },
  });
});

const invoke = (event: unknown, name?: unknown, input?: unknown): Promise<unknown> => {
  const listener = registered.get(INVOKE_TRANSPORT);
  if (listener === undefined) throw new Error('nothing listens');
  return listener(event, name, input);
};

describe('the door into main', () => {
  it('is one', () => {
    expect([...registered.keys()]).toEqual([INVOKE_TRANSPORT]);
  });

  it('opens to the phone window', async () => {
    expect(await invoke(phone, 'settings.get')).toEqual({ ok: true, value: settings.parse({}) });
    expect(called).toEqual(['settings.get']);
  });

  it.each<[string, unknown, unknown]>([
    ['a null frame', from(1, null), 'settings.get'],
    ['an iframe', from(1, { parent: mainFrame, origin: ORIGIN }), 'settings.get'],
    ['another origin', from(1, { parent: null, origin: 'https://example.com' }), 'settings.get'],
    ['an origin that begins like ours', from(1, { parent: null, origin: 'app://ringfence.example' }), 'settings.get'],
    ['an opaque origin', from(1, { parent: null, origin: 'null' }), 'settings.get'],
    ['a window that is not ours', from(3), 'settings.get'],
    ['the small window where it has no business', incoming, 'grants.get'],
    ['the phone window where it has no business', phone, 'incoming.act'],
    ['the phone window that tries a passphrase', phone, 'admin.unlock'],
    ['the phone window that sets a passphrase', phone, 'admin.setPassphrase'],
    ['the unlock window where it has no business', from(4), 'grants.get'],
  ])('is closed to %s', async (_who, event, name) => {
    expect(await invoke(event, name)).toMatchObject({ ok: false, failure: { reason: 'forbidden-sender' } });
    expect(called).toEqual([]);
    expect(refused).toEqual([[name, 'forbidden-sender']]);
  });

  it('looks at the sender before the channel', async () => {
    expect(await invoke(from(3), 'no.such')).toMatchObject({ failure: { reason: 'forbidden-sender' } });
  });

  it.each([
    ['no.such'],
    ['__proto__'],
    ['constructor'],
    ['toString'],
    [''],
    [undefined],
    [7],
    [{ toString: () => 'settings.get' }],
    [['settings.get']],
    ['x'.repeat(1_000_000)],
  ])('knows no channel %#', async (name) => {
    expect(await invoke(phone, name)).toMatchObject({ ok: false, failure: { reason: 'unknown-channel' } });
    expect(called).toEqual([]);
    expect(refused[0]?.[0].length).toBeLessThanOrEqual(64);
    expect(logged.join('').length).toBeLessThan(200);
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each<[string, string, unknown]>([
    ['nothing where something is wanted', 'grants.get', undefined],
    ['null', 'grants.get', null],
    ['a string', 'grants.get', 'practice'],
    ['a wrong type', 'grants.get', { profileId: 5, purpose: 'sip' }],
    ['a purpose nobody knows', 'grants.get', { profileId: 'practice', purpose: 'root' }],
    ['a path for an id', 'grants.get', { profileId: '../../etc', purpose: 'sip' }],
    ['a life of its own', 'grants.get', { profileId: 'practice', purpose: 'sip', tokenLifeS: 999_999 }],
    ['a slot nobody knows', 'keys.generate', { profileId: 'practice', slot: 'third' }],
    ['something where nothing is wanted', 'settings.get', { all: true }],
    ['a string of 1 MB', 'grants.get', { profileId: 'x'.repeat(1_000_000), purpose: 'sip' }],
    ['a bare string of 1 MB', 'grants.get', 'x'.repeat(1_000_000)],
    ['a circle', 'grants.get', circular],
    ['a BigInt', 'audit.recent', { limit: 5n }],
    ['a limit without limit', 'audit.recent', { limit: 1e9 }],
    ['a setting nobody knows', 'settings.set', { theme: 'dark', admin: true }],
    [
      'a gateway in clear',
      'profiles.save',
      {
        id: 'a',
        name: 'A',
        environment: 'production',
        provider: { kind: 'local-jwt', audience: 'x' },
        identity: '1@example.com',
        gatewayUrl: 'ws://example.com',
        presentation: { kind: 'query' },
        policy: {},
      },
    ],
  ])('refuses %s', async (_what, name, input) => {
    const answer = await invoke(phone, name, input);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'invalid-input' } });
    expect(JSON.stringify(answer).length).toBeLessThan(800);
    expect(called).toEqual([]);
    expect(refused).toEqual([[name, 'invalid-input']]);
  });

  it('hands the parsed input on, with defaults', async () => {
    const seen: unknown[] = [];
    replaced = {
      'grants.watch': (input) => {
        seen.push(input);
        return ok(null);
      },
    };
    expect(await invoke(phone, 'grants.watch', { profileId: 'practice', purpose: 'sip', on: true })).toEqual({
      ok: true,
      value: null,
    });
    expect(seen).toEqual([{ profileId: 'practice', purpose: 'sip', on: true }]);
  });

  it('strips what the output does not declare, at any depth', async () => {
    const status = {
      profileId: 'practice',
      state: 'in-memory' as const,
      active: { fingerprint: '01234567', addedAt: 1, origin: 'generated' as const, key: 'SECRET' },
      next: null,
      retired: null,
      former: null,
      lastMintAt: null,
      key: 'SECRET',
    };
    replaced = { 'keys.generate': () => ({ ...ok(status), key: 'SECRET' }) };
    const answer = await invoke(phone, 'keys.generate', { profileId: 'practice', slot: 'active' });
    expect(answer).toMatchObject({ ok: true, value: { active: { fingerprint: '01234567' } } });
    expect(JSON.stringify(answer)).not.toContain('SECRET');
  });

  it('strips a failure too', async () => {
    replaced = {
      'keys.generate': () => ({
        ok: false,
        failure: { reason: 'key-locked', sentence: 'Locked.', action: 'none', key: 'SECRET' } as never,
      }),
    };
    expect(await invoke(phone, 'keys.generate', { profileId: 'practice', slot: 'active' })).toEqual({
      ok: false,
      failure: { reason: 'key-locked', sentence: 'Locked.', action: 'none' },
    });
  });

  it.each<[string, Partial<Handlers>]>([
    [
      'throws',
      {
        'settings.get': () => {
          throw new Error('SECRET');
        },
      },
    ],
    ['rejects', { 'settings.get': () => Promise.reject(new Error('SECRET')) }],
    ['answers nonsense', { 'settings.get': () => ok({ theme: 'SECRET' } as never) }],
  ])('tells nothing of a handler that %s', async (_what, handlers) => {
    replaced = handlers;
    const answer = await invoke(phone, 'settings.get');
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'internal' } });
    expect(JSON.stringify(answer)).not.toContain('SECRET');
    expect(logged).toHaveLength(1);
  });
});

/** What agents do, and what every window asks about itself. Whatever is not in here is an admin's. */
const AGENTS: readonly ChannelName[] = [
  'proxy.question',
  'proxy.answer',
  'app.info',
  'settings.get',
  'settings.set',
  'profiles.snapshot',
  'profiles.select',
  // Revokes the token of the test, which is an admin's.
  'profiles.testDone',
  'grants.get',
  'grants.watch',
  'grants.accepted',
  'audit.recent',
  'audit.query',
  // What these two read is no secret: a public key, and the rules that hold.
  'keys.publicKey',
  'policy.effective',
  'events.snapshot',
  'events.endCall',
  'calls.authorize',
  'voice.place',
  'voice.hangUp',
  'voice.tool',
  'calls.notifyIncoming',
  'calls.dismissIncoming',
  'calls.underWay',
  'calls.lost',
  'calls.lostRead',
  'incoming.current',
  'incoming.act',
  'admin.state',
  'admin.glance',
  'admin.ask',
  'admin.lock',
  // Of the unlock window alone; both ask for the passphrase by themselves.
  'admin.unlock',
  'admin.setPassphrase',
  'phone.state',
  'phone.lock',
  'phone.unlock',
  'phone.signOut',
  'phone.closed',
];
const windowFor = (name: ChannelName): unknown =>
  from(ids.find(([window]) => window === channels[name].windows[0])?.[1] ?? 0);

describe('an input', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each<[string, ChannelName, unknown]>([
    [
      'fits its schema',
      'voice.place',
      {
        profileId: 'assistant',
        offer: `v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 00\r\n${'x'.repeat(65_440)}`,
      },
    ],
    ['is one text', 'profiles.select', 'x'.repeat(65_537)],
    ['has no end', 'settings.set', circular],
  ])('of more than 64 kB is not even parsed, also where it %s', async (_what, name, input) => {
    expect(await invoke(phone, name, input)).toMatchObject({
      failure: { reason: 'invalid-input', sentence: 'That is more than Ringfence can handle at once. Send less.' },
    });
    expect(called).toEqual([]);
  });
});

describe('a window that asks without waiting', () => {
  it('does nothing that was done too often', async () => {
    tooOften = 'phone.unlock';
    expect([await invoke(phone, 'phone.unlock'), called]).toMatchObject([{ failure: { reason: 'rate-limited' } }, []]);
  });

  const reasons = async (answers: readonly Promise<unknown>[]): Promise<readonly string[]> =>
    (await Promise.all(answers)).map((answer) => (answer as { failure?: { reason: string } }).failure?.reason ?? 'ok');

  it('has so many calls of one channel worked on at the same time, the others are refused at once; afterwards it is heard again', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    replaced = { 'audit.recent': () => gate.then(() => ok([])) };
    const asked = Array.from({ length: MOST_OF_ONE + 3 }, () => invoke(phone, 'audit.recent', { limit: 500 }));
    expect(await reasons(asked.slice(MOST_OF_ONE))).toEqual(['rate-limited', 'rate-limited', 'rate-limited']);
    expect(await reasons([invoke(phone, 'settings.get'), invoke(incoming, 'settings.get')])).toEqual(['ok', 'ok']);
    go();
    expect(new Set(await reasons(asked.slice(0, MOST_OF_ONE)))).toEqual(new Set(['ok']));
    expect(await reasons([invoke(phone, 'audit.recent', { limit: 500 })])).toEqual(['ok']);
  });

  it('has so many calls in all looked at, also those that are about to be refused: each may read the keychain', async () => {
    adminLocked = true;
    const answers = await reasons(Array.from({ length: MOST_AT_ONCE + 2 }, () => invoke(phone, 'keys.remove', {})));
    expect([answers[0], answers[MOST_AT_ONCE - 1], ...answers.slice(MOST_AT_ONCE)]).toEqual([
      'admin-locked',
      'admin-locked',
      'rate-limited',
      'rate-limited',
    ]);
  });
});

describe('the admin lock', () => {
  it.each(channelNames)('%s', async (name) => {
    adminLocked = true;
    const answer = await invoke(windowFor(name), name, { no: 'valid input' });
    if (AGENTS.includes(name)) {
      expect(answer).not.toMatchObject({ failure: { reason: 'admin-locked' } });
      return;
    }
    // Before the input is looked at.
    expect(answer).toEqual({
      ok: false,
      failure: { reason: 'admin-locked', sentence: 'This needs the passphrase.', action: 'unlock-admin' },
    });
    expect(called).toEqual([]);
    expect(refused).toEqual([[name, 'admin-locked']]);
    adminLocked = false;
    expect(await invoke(windowFor(name), name, { no: 'valid input' })).toMatchObject({
      failure: { reason: 'invalid-input' },
    });
  });

  it('is asked about after the sender', async () => {
    adminLocked = true;
    expect(await invoke(from(3), 'keys.generate', {})).toMatchObject({ failure: { reason: 'forbidden-sender' } });
    expect(await invoke(incoming, 'keys.generate', {})).toMatchObject({ failure: { reason: 'forbidden-sender' } });
  });
});

describe('the locked phone', () => {
  const grants = { profileId: 'practice', purpose: 'sip' };

  it('grants nothing', async () => {
    phoneLocked = true;
    expect(await invoke(phone, 'grants.get', grants)).toMatchObject({
      ok: false,
      failure: { reason: 'locked', action: 'unlock-phone' },
    });
    expect(called).toEqual([]);
    expect(refused).toEqual([['grants.get', 'locked']]);
  });

  it('keeps back what was made while it was being locked', async () => {
    replaced = {
      'grants.get': () => {
        phoneLocked = true;
        return ok({ token: 'SECRET' } as never);
      },
    };
    const answer = await invoke(phone, 'grants.get', grants);
    expect(called).toEqual(['grants.get']);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'locked' } });
    expect(JSON.stringify(answer)).not.toContain('SECRET');
  });

  it.each(channelNames)('%s', async (name) => {
    phoneLocked = true;
    const answer = await invoke(windowFor(name), name, { no: 'valid input' });
    const locked = (channels[name] as Channel).line === true;
    expect(((answer as { failure?: { reason: string } }).failure?.reason ?? '') === 'locked').toBe(locked);
    // Whoever locks must be able to unlock, and to say that its sockets are closed.
    if (name.startsWith('phone.') || name.startsWith('admin.')) expect(locked).toBe(false);
  });
});

it('declares windows for every channel', () => {
  for (const name of channelNames) expect(channels[name].windows.length).toBeGreaterThan(0);
});
