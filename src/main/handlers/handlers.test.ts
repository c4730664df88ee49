import { describe, expect, it, vi } from 'vitest';
import type { PhoneLockState } from '../../contracts/locks/locks';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import { profile as profileSchema, type ProfilesSnapshot } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import { settings } from '../../contracts/settings';
import { createNoteRefusal } from '../audit/note-refusal';
import { createTakeKey, type TakeKeyPorts } from '../consent/take-key';
import { createChangeLines, type ChangeLinesPorts } from '../tokens/change-lines';
import { createAppHandlers, type AppPorts } from './app-handlers';
import { createCallHandlers, type CallPorts } from './call-handlers';
import { createGrantHandlers, type GrantPorts } from './grant-handlers';
import { createKeyHandlers, type KeyPorts } from './key-handlers';
import { createProfileHandlers, type ProfilePorts } from './profile-handlers';
import { practiceProfile } from '../profiles/practice-profile';
import { madeKey, type OfferedKey } from '../secrets/offered-key';
import { Secret } from '../secrets/secret';
import { exampleProfile } from '../../../test/support/app/example-profile';

const work = exampleProfile();
const signer = profileSchema.parse({
  ...work,
  id: 'signer',
  provider: { kind: 'local-jwt', audience: 'pbx', algorithm: 'EdDSA' },
});
const sauti = profileSchema.parse({ ...work, id: 'sauti', provider: { kind: 'sautikit' } });
const snapshot: ProfilesSnapshot = {
  profiles: [practiceProfile(null, null), work, signer, sauti],
  activeProfileId: 'practice',
  keys: [],
  notice: null,
  auditNotice: null,
  keychain: { available: true, advice: null },
};
const status = {
  profileId: 'work',
  state: 'in-keychain' as const,
  active: null,
  next: null,
  retired: null,
  former: null,
  lastMintAt: null,
};

/** Everything works, and says what was asked of it. */
function setUp(phoneLock: PhoneLockState = { lockedBy: null }) {
  const asked: string[] = [];
  const note =
    <T>(what: string, value: T) =>
    (...all: unknown[]): T => {
      asked.push([what, ...all.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)))].join(' '));
      return value;
    };
  const removeKey = vi.fn((): Promise<Result<typeof status>> => Promise.resolve(ok(status)));
  const putKey = vi.fn((): Promise<Result<typeof status>> => Promise.resolve(ok(status)));
  const keyFromClipboard = vi.fn(() =>
    Promise.resolve({ key: ok(madeKey(Secret.generate())), take: note('take', Promise.resolve()) }),
  );
  const keyFromFile = vi.fn((): Promise<Result<OfferedKey>> =>
    Promise.resolve(fail('cancelled', 'No file was chosen.')),
  );
  const agreed = { value: true };
  const append = note('audit', undefined);
  const ports: AppPorts &
    CallPorts &
    Omit<TakeKeyPorts & ChangeLinesPorts & GrantPorts & KeyPorts & ProfilePorts, 'takeKey' | 'lines'> = {
    appInfo: () =>
      Promise.resolve({ version: '1', electron: '33', chromium: '130', platform: 'linux', log: '', osSandbox: true }),
    settings: {
      current: () => settings.parse({}),
      notice: null,
      change: (part) => Promise.resolve(ok({ ...settings.parse({}), ...(part as object) })),
    },
    onSettingsChanged: note('themed', undefined),
    profiles: {
      find: (id) => snapshot.profiles.find((each) => each.id === id) ?? null,
      save: note('save', Promise.resolve(ok('changed' as const))),
      remove: (id) => Promise.resolve(id === PRACTICE_PROFILE_ID ? fail('profile-invalid', 'It stays.') : ok(null)),
      select: note('select', Promise.resolve(ok(null))),
    },
    confirmChange: () => Promise.resolve(ok(null)),
    onChanged: note('changed', undefined),
    noteRefusal: createNoteRefusal(append),
    audit: append,
    snapshot: () => snapshot,
    keys: {
      ready: Promise.resolve(),
      put: (profileId, slot, _secret, origin) => note('put', putKey())(profileId, slot, origin),
      remove: removeKey,
      promote: note('promote', Promise.resolve(ok(status))),
      finishRotation: note('finish', Promise.resolve(ok(status))),
      accepted: note('accepted', Promise.resolve(ok(null))),
      back: note('back', Promise.resolve(ok(status))),
    },
    keyFromClipboard,
    handOverKey: (secret) => note('hand over', Promise.resolve())(secret),
    keyFromFile,
    keyQuestion: {
      agreeThen: async (profile, slot, from, offer, put) => {
        const offered = await offer();
        const key = offered.ok ? ok(offered.value.secret) : offered;
        if (!key.ok && from !== 'clipboard') return key;
        return note('ask', agreed.value)(profile.id, slot, from) ? put(key) : fail('cancelled', 'No.');
      },
    },
    broker: {
      grant: note('grant', Promise.resolve(fail('key-absent', 'None.'))),
      revokeAll: note('revoke', Promise.resolve()),
    },
    renewal: {
      watch: note('watch', undefined),
      unwatch: note('unwatch', undefined),
      accepted: note('renews', undefined),
    },
    incoming: {
      notify: ({ callId }) => Promise.resolve(callId === 'rings'),
      dismiss: note('dismiss', undefined),
      current: () => [],
      act: (callId) => callId === 'rings',
    },
    run: {
      setCallsUnderWay: (calls) => note('under way', undefined)(calls),
      lost: () => ({ calls: 1, how: 'stopped' }),
      forget: note('forget', undefined),
    },
    notify: note('notify', undefined),
    phoneLock: {
      state: () => phoneLock,
    },
  };
  const handlers = {
    ...createAppHandlers(ports),
    ...createProfileHandlers({ ...ports, lines: createChangeLines(ports) }),
    ...createKeyHandlers({ ...ports, takeKey: createTakeKey(ports) }),
    ...createGrantHandlers(ports),
    ...createCallHandlers(ports),
  };
  return { handlers, asked, removeKey, putKey, keyFromClipboard, keyFromFile, agreed };
}

describe('the handlers', () => {
  it('ask the broker on behalf of a window', async () => {
    const { handlers, asked } = setUp();
    await handlers['grants.get']({ profileId: 'work', purpose: 'sip' });
    expect(asked).toEqual(['grant work sip asked']);
  });

  it('watch grants of profiles that exist', async () => {
    const { handlers, asked } = setUp();
    await handlers['grants.watch']({ profileId: 'work', purpose: 'sip', on: true });
    await handlers['grants.watch']({ profileId: 'work', purpose: 'sip', on: false });
    expect(await handlers['grants.watch']({ profileId: 'nobody', purpose: 'sip', on: true })).toMatchObject({
      failure: { reason: 'unknown-profile' },
    });
    expect(await handlers['grants.watch']({ profileId: 'nobody', purpose: 'sip', on: false })).toEqual(ok(null));
    expect(asked).toEqual([
      'watch work sip',
      'unwatch work sip',
      'audit {"what":"refusal","profileId":"nobody","purpose":"watch","reason":"unknown-profile"}',
      'unwatch nobody sip',
    ]);
  });

  it('watch no grants while the phone is locked, and let a window that closes its line stop watching', async () => {
    const { handlers, asked } = setUp({ lockedBy: 'agent' });
    expect(await handlers['grants.watch']({ profileId: 'work', purpose: 'sip', on: true })).toMatchObject({
      failure: { reason: 'locked', action: 'unlock-phone' },
    });
    expect(await handlers['grants.watch']({ profileId: 'work', purpose: 'sip', on: false })).toEqual(ok(null));
    expect(asked).toEqual([
      'audit {"what":"refusal","profileId":"work","purpose":"watch","reason":"locked"}',
      'unwatch work sip',
    ]);
  });

  it('take a key from where it was offered', async () => {
    const { handlers, asked } = setUp();
    await handlers['keys.pasteFromClipboard']({ profileId: 'work', slot: 'active' });
    await handlers['keys.generate']({ profileId: 'work', slot: 'next' });
    expect(await handlers['keys.loadFromFile']({ profileId: 'work', slot: 'active' })).toMatchObject({
      failure: { reason: 'cancelled' },
    });
    // What was made here for a gateway elsewhere is handed over once, and written down.
    expect(asked).toEqual([
      'ask work active clipboard',
      'take',
      'put work active clipboard',
      'ask work next generated',
      'put work next generated',
      'hand over "[redacted]"',
      expect.stringMatching(
        /^audit {"what":"key","profileId":"work","slot":"next","change":"copied","fingerprint":"[0-9a-f]{8}"}$/,
      ),
    ]);
  });

  it('make a key for the Practice line without copying it anywhere: its gateway gets it from main', async () => {
    const { handlers, asked } = setUp();
    await handlers['keys.generate']({ profileId: 'practice', slot: 'next' });
    expect(asked).toEqual(['put practice next generated']);
  });

  it('make a private key where the line signs with one, and copy nothing of it anywhere', async () => {
    const { handlers, asked } = setUp();
    await handlers['keys.generate']({ profileId: 'signer', slot: 'active' });
    expect(asked).toEqual(['ask signer active generated', 'put signer active generated']);
  });

  it('make no key for a system that issues its own', async () => {
    const { handlers, asked } = setUp();
    expect(await handlers['keys.generate']({ profileId: 'sauti', slot: 'active' })).toMatchObject({
      failure: { reason: 'key-unusable' },
    });
    expect(asked).toEqual(['audit {"what":"refusal","profileId":"sauti","purpose":"key","reason":"key-unusable"}']);
  });

  it('finish a rotation', async () => {
    const { handlers, asked } = setUp();
    expect((await handlers['keys.finishRotation']({ profileId: 'work' })).ok).toBe(true);
    expect(asked).toEqual(['finish work']);
  });

  it('go back to the one before the promotion', async () => {
    const { handlers, asked } = setUp();
    expect((await handlers['keys.back']({ profileId: 'work' })).ok).toBe(true);
    expect(asked).toEqual(['back work']);
  });

  it('are accepted: their tokens are renewed from then on, and the key before them goes', async () => {
    const { handlers, asked } = setUp();
    expect((await handlers['grants.accepted']({ profileId: 'work', key: 'e07c1b95' })).ok).toBe(true);
    expect(asked).toEqual(['renews work e07c1b95', 'accepted work e07c1b95']);
  });

  it('leave the clipboard alone for a profile that is not there', async () => {
    const { handlers, keyFromClipboard } = setUp();
    expect(await handlers['keys.pasteFromClipboard']({ profileId: 'nobody', slot: 'active' })).toMatchObject({
      failure: { reason: 'unknown-profile' },
    });
    expect(keyFromClipboard).not.toHaveBeenCalled();
  });

  it('take no key without the word of the person: the clipboard keeps its text, a file and a key that was made are dropped', async () => {
    const { handlers, asked, keyFromClipboard, keyFromFile, putKey, agreed } = setUp();
    agreed.value = false;
    keyFromFile.mockResolvedValueOnce(ok(madeKey(Secret.generate())));
    expect(await handlers['keys.pasteFromClipboard']({ profileId: 'work', slot: 'active' })).toMatchObject({
      failure: { reason: 'cancelled' },
    });
    expect(await handlers['keys.loadFromFile']({ profileId: 'sauti', slot: 'next' })).toMatchObject({
      failure: { reason: 'cancelled' },
    });
    expect(await handlers['keys.generate']({ profileId: 'work', slot: 'next' })).toMatchObject({
      failure: { reason: 'cancelled' },
    });
    expect(asked).toEqual(['ask work active clipboard', 'ask sauti next file', 'ask work next generated']);
    expect(keyFromClipboard).toHaveBeenCalledOnce();
    expect(putKey).not.toHaveBeenCalled();
  });

  it('put a key back on the clipboard when the keychain did not take it, and only then', async () => {
    const { handlers, asked, putKey } = setUp();
    const paste = () => handlers['keys.pasteFromClipboard']({ profileId: 'work', slot: 'active' });
    putKey.mockResolvedValueOnce(fail('key-locked', 'The keychain is locked.', 'unlock-keychain'));
    expect(await paste()).toMatchObject({
      failure: {
        reason: 'key-locked',
        sentence: 'The keychain is locked. The key is back on the clipboard for a minute.',
      },
    });
    expect(asked.filter((each) => each.startsWith('hand over'))).toHaveLength(1);
    putKey.mockResolvedValueOnce(fail('key-unusable', 'That is the active key.', 'paste-key'));
    expect(await paste()).toMatchObject({ failure: { sentence: 'That is the active key.' } });
    expect((await paste()).ok).toBe(true);
    expect(asked.filter((each) => each.startsWith('hand over'))).toHaveLength(1);
  });

  it('remove a profile with its keys, revoking its tokens first, and keep both when a key is locked', async () => {
    const { handlers, asked, removeKey } = setUp();
    removeKey.mockResolvedValueOnce(fail('key-locked', 'Locked.'));
    expect(await handlers['profiles.remove']({ profileId: 'work' })).toMatchObject({
      failure: { reason: 'key-locked' },
    });
    expect(asked).toEqual([
      'revoke work',
      'audit {"what":"refusal","profileId":"work","purpose":"key","reason":"key-locked"}',
    ]);
    asked.length = 0;
    expect(await handlers['profiles.remove']({ profileId: 'work' })).toEqual(ok(snapshot));
    expect(asked).toEqual([
      'revoke work',
      'audit {"what":"profile","profileId":"work","change":"removed"}',
      'changed work line',
    ]);
  });

  it('remove a profile where there is no keychain any more', async () => {
    const { handlers, removeKey } = setUp();
    removeKey.mockResolvedValue(fail('keychain-unavailable', 'None.'));
    expect((await handlers['profiles.remove']({ profileId: 'work' })).ok).toBe(true);
  });

  it('never take the keys of the Practice line away with it', async () => {
    const { handlers, removeKey } = setUp();
    expect(await handlers['profiles.remove']({ profileId: 'practice' })).toMatchObject({
      failure: { reason: 'profile-invalid' },
    });
    expect(removeKey).not.toHaveBeenCalled();
  });

  it('audit a saved profile, and tell of settings', async () => {
    const { handlers, asked } = setUp();
    await handlers['profiles.save'](work);
    await handlers['settings.set']({ theme: 'dark' });
    expect(asked.filter((each) => !each.startsWith('save'))).toEqual([
      'audit {"what":"profile","profileId":"work","change":"changed"}',
      'changed work line',
      expect.stringMatching(/^themed .*"theme":"dark"/),
      expect.stringMatching(/^notify settings.changed/),
    ]);
  });

  it('keep how many calls are up, and forget lost calls when somebody has read of them', async () => {
    const { handlers, asked } = setUp();
    expect(await handlers['calls.underWay']({ calls: 2 })).toEqual(ok(null));
    expect(await handlers['calls.lost'](undefined)).toEqual(ok({ calls: 1, how: 'stopped' }));
    expect(await handlers['calls.lostRead'](undefined)).toEqual(ok(null));
    expect(asked).toEqual(['under way 2', 'forget']);
  });

  it('say when a call does not ring any more, or is not shown', async () => {
    const { handlers } = setUp();
    const announced = { name: 'Asha', number: '1', profileId: 'work', sipCallId: 'x@wire' };
    expect(await handlers['calls.notifyIncoming']({ ...announced, callId: 'rings' })).toEqual(ok(null));
    expect(await handlers['calls.notifyIncoming']({ ...announced, callId: 'made-up' })).toMatchObject({
      failure: { reason: 'cancelled' },
    });
    expect(await handlers['incoming.act']({ callId: 'rings', action: 'answer' })).toEqual(ok(null));
    expect(await handlers['incoming.act']({ callId: 'gone', action: 'answer' })).toMatchObject({ ok: false });
  });
});
