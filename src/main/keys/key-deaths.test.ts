import { describe, expect, it } from 'vitest';
import { fakeKeychain, fixture, opened, type Fixture } from '../../../test/support/app/key-fixture';
import { ok } from '../../contracts/base/result';
import type { Keys } from './keys';
import type { ProfilesDocument } from '../profiles/profile-store';
import { Secret } from '../secrets/secret';

describe('whatever dies on the way', () => {
  const [old, next] = [Secret.generate(), Secret.generate()];
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

  /** The computer dies before its `steps`-th write to the keychain or the disk; true when the work was done before. */
  async function dieAfter(
    steps: number,
    work: (keys: Keys) => Promise<unknown>,
    promoted = false,
  ): Promise<{ readonly done: boolean; readonly later: Fixture }> {
    const inside = fakeKeychain();
    const disk: { content: ProfilesDocument | null } = { content: null };
    const before = await fixture(inside, disk);
    await before.keys.put('work', 'active', old, 'clipboard');
    await before.keys.put('work', 'next', next, 'clipboard');
    let left = steps;
    const step = <T>(action: () => Promise<T>): Promise<T> => ((left -= 1) >= 0 ? action() : never<T>());
    const dying = {
      ...inside,
      accounts: inside.accounts,
      write: (account: string, secret: Secret) => step(() => inside.write(account, secret)),
      remove: (account: string) => step(() => inside.remove(account)),
    };
    if (promoted) await before.keys.promote('work');
    const { keys } = await fixture(dying, disk, () => step(() => Promise.resolve(ok(null))));
    const done = await Promise.race([
      work(keys).then(() => true),
      new Promise<false>((resolve) => setImmediate(() => resolve(false))),
    ]);
    return { done, later: await fixture(inside, disk) };
  }

  /** What signs after the restart, checked against what the records say. */
  async function signs({ keys }: Fixture): Promise<string> {
    const status = keys.status('work');
    const found = await opened(keys, 'work');
    if (!found.ok) expect.unreachable(found.failure.sentence);
    expect(found.value.fingerprint).toBe(status.active?.fingerprint);
    expect(keys.status('work').state).toBe('in-keychain');
    return found.value.fingerprint;
  }

  it.each<[string, (keys: Keys) => Promise<unknown>, string]>([
    ['a promotion', (keys) => keys.promote('work'), next.fingerprint],
    ['a replacement', (keys) => keys.put('work', 'active', next, 'clipboard'), next.fingerprint],
  ])('in %s, the old key or the new one signs, and the records say which', async (_what, work, wanted) => {
    const seen: string[] = [];
    for (let steps = 0; ; steps++) {
      const { done, later } = await dieAfter(steps, work);
      const signing = await signs(later);
      seen.push(signing);
      const { next: waiting, retired } = later.keys.status('work');
      if (signing === old.fingerprint) {
        // Nothing is lost: the next key is still there, and can be promoted now.
        expect([waiting?.fingerprint, retired]).toEqual([next.fingerprint, null]);
        expect((await later.keys.promote('work')).ok).toBe(true);
      } else {
        expect([waiting, retired?.fingerprint]).toEqual([null, old.fingerprint]);
        await later.keys.put('work', 'next', Secret.generate(), 'clipboard');
        expect(later.keychain.accounts.size).toBe(2);
        await later.keys.remove('work', 'next');
      }
      expect(await signs(later)).toBe(wanted);
      // What a death left behind in the keychain went with the next change, and the key before with the first accepted token.
      await later.keys.accepted('work', wanted);
      expect(later.keychain.accounts.size).toBe(1);
      if (done) break;
    }
    expect(new Set(seen)).toEqual(new Set([old.fingerprint, wanted]));
    expect(seen.length).toBeGreaterThan(2);
  });

  it('when a token of the promoted key was accepted, the old key is gone at the latest with the next one that is', async () => {
    const seen: number[] = [];
    for (let steps = 0; ; steps++) {
      const { done, later } = await dieAfter(steps, (keys) => keys.accepted('work', next.fingerprint), true);
      expect(await signs(later)).toBe(next.fingerprint);
      const left = later.keychain.accounts.size;
      seen.push(left);
      // What is left in the keychain is named, so that it can be brought back or removed.
      if (left === 2) expect(later.keys.status('work').former?.fingerprint).toBe(old.fingerprint);
      await later.keys.accepted('work', next.fingerprint);
      expect(later.keychain.accounts.size).toBe(1);
      expect(later.keys.status('work').former).toBeNull();
      if (done) break;
    }
    expect(new Set(seen)).toEqual(new Set([2, 1]));
  });

  it('on the way back, the old key or the new one signs, and the other one is still there', async () => {
    const seen: string[] = [];
    for (let steps = 0; ; steps++) {
      const { done, later } = await dieAfter(steps, (keys) => keys.back('work'), true);
      const signing = await signs(later);
      seen.push(signing);
      const { next: waiting, former } = later.keys.status('work');
      expect([waiting?.fingerprint, former?.fingerprint]).toEqual(
        signing === old.fingerprint ? [next.fingerprint, undefined] : [undefined, old.fingerprint],
      );
      expect(later.keychain.accounts.size).toBe(2);
      if (signing === next.fingerprint) expect((await later.keys.back('work')).ok).toBe(true);
      expect(await signs(later)).toBe(old.fingerprint);
      if (done) break;
    }
    expect(new Set(seen)).toEqual(new Set([next.fingerprint, old.fingerprint]));
  });
});
