import { expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { ok } from '../../contracts/base/result';
import { createDialogBackOff, FIRST_PAUSE_MS } from '../consent/dialog-back-off';
import { createLockHandlers, type LockPorts } from './lock-handlers';

const lockState = { configured: true, unlocked: true, until: null, retryAt: null };

function setUp() {
  const time = createFakeClock();
  let opened = 0;
  let closeWindow = (): void => undefined;
  let closed = Promise.resolve();
  const handlers = createLockHandlers({
    adminLock: {
      state: () => Promise.resolve(lockState),
      unlock: () => Promise.resolve(ok(lockState)),
      setPassphrase: () => Promise.resolve(ok(lockState)),
    } as unknown as LockPorts['adminLock'],
    phoneLock: {} as LockPorts['phoneLock'],
    backOff: createDialogBackOff({ monotonic: time.now }),
    unlockWindow: {
      open: () => {
        if (closed === settled) {
          opened += 1;
          closed = new Promise((resolve) => {
            closeWindow = () => {
              closed = settled;
              resolve();
            };
          });
        }
        return closed;
      },
      close: () => closeWindow(),
    },
  });
  const settled = closed;
  const ask = () => Promise.resolve(handlers['admin.ask']({ question: 'unlock' }));
  return { time, handlers, ask, opened: () => opened, close: () => closeWindow() };
}

it('the window for the passphrase opens not again at once after it was closed, and ever later: a page tires nobody', async () => {
  const { time, ask, opened, close } = setUp();
  for (const [pause, times] of [
    [FIRST_PAUSE_MS, 1],
    [2 * FIRST_PAUSE_MS, 2],
    [4 * FIRST_PAUSE_MS, 3],
  ] as const) {
    const asked = ask();
    close();
    expect(await asked).toEqual(ok(lockState));
    expect(opened()).toBe(times);
    await time.advance(pause - 1);
    expect(await ask()).toMatchObject({ failure: { reason: 'cancelled', retryAfterMs: 1 } });
    expect(opened()).toBe(times);
    await time.advance(1);
  }
});

it('who asks while it is open waits for the same window, and one answer counts once', async () => {
  const { ask, opened, close, time } = setUp();
  const both = [ask(), ask()];
  close();
  await Promise.all(both);
  expect(opened()).toBe(1);
  await time.advance(FIRST_PAUSE_MS);
  void ask();
  expect(opened()).toBe(2);
});

it('a passphrase that was right ends the pauses', async () => {
  const { ask, handlers, opened } = setUp();
  for (const times of [1, 2, 3]) {
    const asked = ask();
    await handlers['admin.unlock']({ passphrase: 'right' });
    expect((await asked).ok).toBe(true);
    expect(opened()).toBe(times);
  }
});
