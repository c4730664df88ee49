import { describe, expect, it, vi } from 'vitest';
import { failureOf, fakeKeychain, fixture, opened, work, type Fixture } from '../../../test/support/app/key-fixture';
import { profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import { Secret } from '../secrets/secret';
import { ASKED_AGAIN_MS } from './way-back';

const [old, next] = [Secret.generate(), Secret.generate()];

/** `old` signed, `next` was promoted, and no token of it was accepted. */
async function promoted(...given: Parameters<typeof fixture>): Promise<Fixture> {
  const made = await fixture(...given);
  await made.keys.put('work', 'active', old, 'clipboard');
  await made.keys.put('work', 'next', next, 'file');
  expect((await made.keys.promote('work')).ok).toBe(true);
  return made;
}
const namedIn = ({ keys }: Fixture) => {
  const { active, next: waiting, former, retired } = keys.status('work');
  return [active, waiting, former, retired].map((each) => each?.fingerprint ?? null);
};

describe('after a promotion', () => {
  it('the old key is kept and named, over a restart too; nothing hands it out', async () => {
    const first = await promoted();
    for (const each of [first, await first.restart()]) {
      expect(namedIn(each)).toEqual([next.fingerprint, null, old.fingerprint, old.fingerprint]);
      expect(each.keys.untried('work')).toBe(next.fingerprint);
      expect(each.keychain.accounts.size).toBe(2);
      expect(await opened(each.keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
      expect(each.keys.inSlot('work', 'next')).toMatchObject({ ok: false, failure: { reason: 'key-absent' } });
    }
  });

  it('an admin brings it back: it signs again, the promoted one comes next, and can be promoted once more', async () => {
    const made = await (await promoted()).restart();
    made.changed.mockClear();
    expect((await made.keys.back('work')).ok).toBe(true);
    expect(namedIn(made)).toEqual([old.fingerprint, next.fingerprint, null, null]);
    expect(made.keys.untried('work')).toBeNull();
    expect(made.changed).toHaveBeenLastCalledWith('work', [next.fingerprint]);
    expect(made.audited.at(-1)).toEqual({
      what: 'key',
      profileId: 'work',
      slot: 'active',
      change: 'back',
      fingerprint: old.fingerprint,
    });
    expect(await opened(made.keys, 'work')).toMatchObject({ value: { fingerprint: old.fingerprint } });
    await made.keys.promote('work');
    expect(namedIn(made)).toEqual([next.fingerprint, null, old.fingerprint, old.fingerprint]);
    expect(await opened(made.keys, 'work')).toMatchObject({ value: { fingerprint: next.fingerprint } });
  });

  it('the first token that is accepted ends the way back, and the bytes are gone', async () => {
    const made = await promoted();
    await made.keys.accepted('work', next.fingerprint);
    expect(namedIn(made)).toEqual([next.fingerprint, null, null, old.fingerprint]);
    expect(made.keychain.accounts.size).toBe(1);
    expect(made.keys.untried('work')).toBeNull();
    expect(made.audited.at(-1)).toMatchObject({ change: 'accepted', fingerprint: next.fingerprint });
    expect(failureOf(await made.keys.back('work'))).toMatchObject({ reason: 'key-absent', action: 'open-keys' });
    const lines = made.audited.length;
    await made.keys.accepted('work', next.fingerprint);
    expect(made.audited).toHaveLength(lines);
  });

  it.each([old.fingerprint, '01234567'])('the word that %s was accepted ends nothing', async (fingerprint) => {
    const made = await promoted();
    await made.keys.accepted('work', fingerprint);
    await made.keys.accepted('nobody', fingerprint);
    expect(made.keychain.accounts.size).toBe(2);
    expect((await made.keys.back('work')).ok).toBe(true);
  });

  it.each<[string, ({ keys }: Fixture) => Promise<Result<unknown>>, number]>([
    ['another next key', ({ keys }) => keys.put('work', 'next', Secret.generate(), 'file'), 2],
    ['a replacement', ({ keys }) => keys.put('work', 'active', Secret.generate(), 'file'), 1],
    ['the end of the rotation', ({ keys }) => keys.finishRotation('work'), 1],
    ['the removal of the key', ({ keys }) => keys.remove('work', 'active'), 0],
  ])('%s ends the way back as well, and leaves no bytes', async (_what, act, left) => {
    const made = await promoted();
    expect((await act(made)).ok).toBe(true);
    expect(made.keys.status('work').former).toBeNull();
    expect(made.keychain.accounts.size).toBe(left);
    expect(failureOf(await made.keys.back('work'))).toMatchObject({ reason: 'key-absent' });
  });

  it('the same key, added once more, changes nothing about it', async () => {
    const made = await promoted();
    await made.keys.put('work', 'active', next, 'clipboard');
    expect(made.keys.untried('work')).toBe(next.fingerprint);
    expect((await made.keys.back('work')).ok).toBe(true);
  });

  it('a locked or missing keychain and a full disk change nothing; later all goes on', async () => {
    let disk: Result<null> = ok(null);
    const made = await promoted(fakeKeychain(), { content: null }, () => Promise.resolve(disk));
    const before = namedIn(made);
    for (const [mode, reason] of [
      ['locked', 'key-locked'],
      ['gone', 'keychain-unavailable'],
    ] as const) {
      made.keychain.mode = mode;
      made.pass(ASKED_AGAIN_MS);
      for (const act of [
        () => made.keys.back('work'),
        () => made.keys.accepted('work', next.fingerprint),
        () => made.keys.finishRotation('work'),
        () => made.keys.remove('work', 'active'),
      ])
        expect(failureOf(await act())).toMatchObject({ reason });
      expect(namedIn(made)).toEqual(before);
    }
    made.keychain.mode = 'open';
    made.pass(ASKED_AGAIN_MS);
    disk = fail('file-unreadable', 'The disk is full.', 'retry');
    for (const act of [() => made.keys.back('work'), () => made.keys.accepted('work', next.fingerprint)])
      expect(failureOf(await act())).toMatchObject({ reason: 'file-unreadable' });
    expect(namedIn(made)).toEqual(before);
    disk = ok(null);
    expect((await made.keys.back('work')).ok).toBe(true);
  });

  it('a keychain that is locked when the first token is accepted is asked once an hour, not at each token', async () => {
    const made = await promoted();
    const asked = vi.spyOn(made.keychain, 'remove');
    made.keychain.mode = 'locked';
    for (let each = 0; each < 20; each += 1)
      expect(failureOf(await made.keys.accepted('work', next.fingerprint))).toMatchObject({ reason: 'key-locked' });
    expect(asked).toHaveBeenCalledTimes(1);
    made.keychain.mode = 'open';
    expect((await made.keys.accepted('work', next.fingerprint)).ok).toBe(false);
    made.pass(ASKED_AGAIN_MS);
    expect((await made.keys.accepted('work', next.fingerprint)).ok).toBe(true);
    expect(made.keychain.accounts.size).toBe(1);
  });

  it('each line has its own way back', async () => {
    const made = await promoted();
    await made.profiles.save(profile.parse({ ...work, id: 'other', identity: '1002@pbx.example.com' }));
    const [first, second] = [Secret.generate(), Secret.generate()];
    await made.keys.put('other', 'active', first, 'file');
    await made.keys.put('other', 'next', second, 'file');
    await made.keys.promote('other');
    await made.keys.accepted('other', second.fingerprint);
    expect(made.keys.status('other').former).toBeNull();
    expect((await made.keys.back('work')).ok).toBe(true);
    expect(made.keychain.accounts.size).toBe(3);
  });
});

describe('a key is untried', () => {
  it('when it replaced another one, without a way back', async () => {
    const { keys, keychain } = await fixture();
    await keys.put('work', 'active', old, 'clipboard');
    expect(keys.untried('work')).toBeNull();
    await keys.put('work', 'active', next, 'clipboard');
    expect([keys.untried('work'), keys.status('work').former, keychain.accounts.size]).toEqual([
      next.fingerprint,
      null,
      1,
    ]);
    await keys.accepted('work', next.fingerprint);
    expect(keys.untried('work')).toBeNull();
  });

  it('never on the Practice line, whose gateway has both keys at once', async () => {
    const { keys, keychain } = await fixture();
    await keys.practiceKeys();
    await vi.waitFor(() => expect(keys.status('practice').state).toBe('in-keychain'));
    await keys.put('practice', 'next', next, 'generated');
    await keys.promote('practice');
    await keys.put('practice', 'active', old, 'generated');
    expect([keys.untried('practice'), keys.status('practice').former, keychain.accounts.size]).toEqual([null, null, 1]);
  });
});
