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
      // What a death left behind in the keychain went with the next change.
      expect(later.keychain.accounts.size).toBe(1);
      if (done) break;
    }
    expect(new Set(seen)).toEqual(new Set([old.fingerprint, wanted]));
    expect(seen.length).toBeGreaterThan(2);
  });
});
