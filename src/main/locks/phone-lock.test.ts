import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { createPhoneLock, CLOSE_WITHIN_MS, REVOKE_WITHIN_MS, type PhoneLockPorts } from './phone-lock';

/** A window that says by itself that it closed its sockets, unless it is `hung`. */
function setUp(more: Partial<PhoneLockPorts> = {}, hung = false) {
  const time = createFakeClock();
  const story: string[] = [];
  const note = (what: string) => (): void => void story.push(what);
  const lock = createPhoneLock({
    clock: { after: time.after, monotonic: time.now },
    activeProfileId: () => 'work',
    onScreenLock: () => 'lock',
    isScreenLocked: () => false,
    dropGrants: note('grants dropped'),
    revoke: () => {
      story.push('revoked');
      return Promise.resolve();
    },
    forgetLine: () => {
      story.push('line forgotten');
      return Promise.resolve();
    },
    endWindow: (leaveWithinMs) => {
      story.push(leaveWithinMs === 0 ? 'window ended by force' : 'window ended');
      return Promise.resolve();
    },
    audit: (entry) => story.push(entry.what === 'phone' ? `audit ${entry.change} ${entry.cause}` : entry.what),
    onChanged: ({ lockedBy }) => {
      story.push(`told ${String(lockedBy)}`);
      if (lockedBy !== null && !hung)
        queueMicrotask(() => {
          story.push('window closed its sockets');
          lock.closed();
        });
    },
    ...more,
  });
  return { lock, story, time };
}

const CLOSED = ['window closed its sockets', 'window ended', 'revoked'];

describe('the phone', () => {
  it('is locked in order: no more grants, unregistered, then the provider is asked', async () => {
    const { lock, story } = setUp();
    const locking = lock.lock('agent');
    // From the first moment on.
    expect(lock.state()).toEqual({ lockedBy: 'agent' });
    await locking;
    expect(story).toEqual(['grants dropped', 'audit locked agent', 'told agent', ...CLOSED]);
  });

  it('is unlocked by whoever sits there', async () => {
    const { lock, story } = setUp();
    await lock.lock('agent');
    story.length = 0;
    expect(await lock.unlock()).toEqual({ ok: true, value: { lockedBy: null } });
    expect(story).toEqual(['audit unlocked agent', 'told null']);
  });

  it('is locked once', async () => {
    const { lock, story } = setUp();
    await Promise.all([lock.lock('agent'), lock.lock('agent'), lock.screenLocked()]);
    expect(story.filter((line) => line.startsWith('audit'))).toEqual(['audit locked agent']);
  });

  it('a window that answers loses its process all the same: a page that was taken over answers too', async () => {
    let ended = (): void => undefined;
    const { lock, story, time } = setUp({ endWindow: () => new Promise((resolve) => (ended = resolve)) });
    const locking = lock.lock('agent');
    await time.settle();
    // The provider is asked when nobody can use the tokens any more.
    expect(story.at(-1)).toBe('window closed its sockets');
    ended();
    await locking;
    expect(story.at(-1)).toBe('revoked');
  });

  it('a window that does not answer loses its process', async () => {
    const { lock, story, time } = setUp({}, true);
    const locking = lock.lock('agent');
    await time.advance(CLOSE_WITHIN_MS - 1);
    expect(story).not.toContain('window ended by force');
    await time.advance(1);
    await locking;
    expect(story.slice(3)).toEqual(['audit late agent', 'window ended by force', 'revoked']);
  });

  it('a provider that does not answer holds nothing up', async () => {
    const { lock, time } = setUp({ revoke: () => new Promise(() => undefined) });
    const locking = lock.lock('agent');
    await time.advance(REVOKE_WITHIN_MS);
    await locking;
  });

  it('an unlocking waits until the line is closed, so that no new token is revoked', async () => {
    let revoked = (): void => undefined;
    const { lock, story, time } = setUp({
      revoke: () =>
        new Promise((resolve) => {
          revoked = resolve;
        }),
    });
    void lock.lock('agent');
    const unlocking = lock.unlock();
    await time.settle();
    expect(story).not.toContain('told null');
    revoked();
    await unlocking;
    expect(story.at(-1)).toBe('told null');
  });
});

describe('the screen of the computer', () => {
  it('takes the line away where the policy says so, and brings it back', async () => {
    const { lock, story } = setUp();
    await lock.screenLocked();
    expect(lock.state()).toEqual({ lockedBy: 'screen' });
    await lock.screenUnlocked();
    expect(lock.state()).toEqual({ lockedBy: null });
    expect(story).toEqual([
      'grants dropped',
      'audit locked screen',
      'told screen',
      ...CLOSED,
      'audit unlocked screen',
      'told null',
    ]);
  });

  it('changes nothing where the policy keeps the line', async () => {
    const { lock, story } = setUp({ onScreenLock: () => 'keep' });
    await lock.screenLocked();
    await lock.screenUnlocked();
    expect(story).toEqual([]);
  });

  it('brings nothing back that the agent closed', async () => {
    const { lock } = setUp();
    await lock.lock('agent');
    await lock.screenLocked();
    await lock.screenUnlocked();
    expect(lock.state()).toEqual({ lockedBy: 'agent' });
  });

  it('while it is locked, no window opens the phone', async () => {
    const { lock } = setUp({ isScreenLocked: () => true });
    await lock.screenLocked();
    expect(await lock.unlock()).toMatchObject({ ok: false, failure: { reason: 'locked' } });
    expect(lock.state()).toEqual({ lockedBy: 'screen' });
  });
});

describe('signing out', () => {
  it('closes, forgets, and loads the window anew', async () => {
    const { lock, story } = setUp();
    await lock.signOut();
    expect(lock.state()).toEqual({ lockedBy: 'sign-out' });
    expect(story).toEqual(['grants dropped', 'audit locked sign-out', 'told sign-out', ...CLOSED, 'line forgotten']);
    expect((await lock.unlock()).ok).toBe(true);
  });

  it('from a locked phone forgets too, and is written down', async () => {
    const { lock, story } = setUp();
    await lock.lock('agent');
    story.length = 0;
    await lock.signOut();
    expect(story).toEqual(['audit locked sign-out', 'line forgotten', 'window ended']);
  });
});

describe('the end of the program', () => {
  it('closes the line first, and does not load a hung window anew', async () => {
    const { lock, story, time } = setUp({}, true);
    const quitting = lock.lock('quit');
    await time.advance(CLOSE_WITHIN_MS);
    await quitting;
    expect(story).toEqual(['grants dropped', 'audit locked quit', 'told quit', 'audit late quit', 'revoked']);
  });

  it('can not be undone by a window', async () => {
    const { lock } = setUp();
    await lock.lock('quit');
    await lock.unlock();
    expect(lock.state()).toEqual({ lockedBy: 'quit' });
  });

  it('is written down when the phone was locked before', async () => {
    const { lock, story } = setUp();
    await lock.lock('agent');
    await lock.lock('quit');
    expect(story.at(-1)).toBe('audit locked quit');
  });
});
