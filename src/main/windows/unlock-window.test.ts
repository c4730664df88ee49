import { beforeEach, expect, it, vi } from 'vitest';

const made = vi.hoisted(
  () => [] as { url: string; focused: number; destroyed: boolean; on: Map<string, () => void> }[],
);
vi.mock('electron', () => ({
  app: { isPackaged: false },
  nativeTheme: { shouldUseDarkColors: false },
  screen: {},
  protocol: {},
  session: {},
  systemPreferences: {},
  BrowserWindow: class {
    readonly seen = { url: '', focused: 0, destroyed: false, on: new Map<string, () => void>() };
    readonly webContents = { on: () => undefined };
    constructor() {
      made.push(this.seen);
    }
    readonly once = (name: string, listener: () => void): void => void this.seen.on.set(name, listener);
    readonly show = (): void => undefined;
    readonly focus = (): void => void (this.seen.focused += 1);
    readonly isDestroyed = (): boolean => this.seen.destroyed;
    readonly destroy = (): void => {
      this.seen.destroyed = true;
      this.seen.on.get('closed')?.();
    };
    readonly close = this.destroy;
    readonly loadURL = (url: string): Promise<void> => {
      this.seen.url = url;
      return Promise.resolve();
    };
  },
}));
const { createUnlockWindow } = await import('./unlock-window');

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const setUp = () =>
  createUnlockWindow({
    preload: '/p.cjs',
    partition: 'unlock',
    parent: () => null,
    log: silent,
    onMade: () => undefined,
    onClosed: () => undefined,
  });
beforeEach(() => void (made.length = 0));

it('is never taken away by the phone window: another question brings the one that is open to the front', async () => {
  const small = setUp();
  const first = small.open('unlock');
  const second = small.open('set-passphrase');
  expect(made).toMatchObject([{ url: 'app://ringfence/unlock.html?question=unlock', focused: 2, destroyed: false }]);
  small.close();
  await Promise.all([first, second]);
  void small.open('set-passphrase');
  expect(made.map(({ url }) => url)).toEqual([
    'app://ringfence/unlock.html?question=unlock',
    'app://ringfence/unlock.html?question=set-passphrase',
  ]);
});
