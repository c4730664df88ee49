/** What becomes of a call when `npm start` is ended from its terminal: the far end hears a BYE, the registrar that nobody is there, and nothing is left. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUnregister } from '../support/phones/sip-frames';
import { callCard, dial, untilRegistered } from '../support/app/phone-driver';
import {
  hiddenDisplay,
  terminalPlace,
  type Display,
  type TerminalPlace,
  type TerminalStart,
} from '../support/app/terminal-start';

const runs = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
const PROBLEM =
  process.platform !== 'linux'
    ? 'it needs Linux'
    : !runs('script')
      ? 'it needs script(1): apt-get install bsdutils'
      : spawnSync('Xvfb', ['-version']).error === undefined
        ? null
        : 'it needs Xvfb: apt-get install xvfb';

const CTRL_C = '\x03';
const kill = async (app: TerminalStart, words: RegExp, signal: NodeJS.Signals): Promise<void> => {
  process.kill((await app.find(words)).pid, signal);
};
/** The app's own main process: npm's words and start.mjs's hold no path of a runtime. */
const APP = /electron\S* .*--user-data-dir/;
const WAYS: Readonly<Record<string, (app: TerminalStart) => Promise<void> | void>> = {
  'Ctrl+C': (app) => app.type(CTRL_C),
  'Ctrl+C three times': (app) => app.type(CTRL_C.repeat(3)),
  'a terminal that is closed': (app) => app.closeTerminal(),
  'SIGTERM to npm': (app) => kill(app, /^npm start/, 'SIGTERM'),
  'a starter that is killed': (app) => kill(app, /^node build\/start\.mjs/, 'SIGKILL'),
  'five signals to the app itself': async (app) => {
    const { pid } = await app.find(APP);
    for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.kill(pid, signal);
  },
};

describe('a call on the Practice line', () => {
  let display: Display;
  let place: TerminalPlace;
  beforeAll(async () => {
    if (PROBLEM !== null) return;
    display = await hiddenDisplay();
    place = await terminalPlace(display);
  });
  afterAll(async () => {
    if (PROBLEM !== null) return;
    await place.close();
    await display.close();
  });

  const inCall = async (): Promise<TerminalStart> => {
    const app = await place.start();
    await untilRegistered(app.page);
    await dial(app.page, 'echo');
    await callCard(app.page, 'active').waitFor();
    return app;
  };
  const answered = (app: TerminalStart, method: string): boolean =>
    app.frames.some(
      (frame) => frame.startsWith('< SIP/2.0 200 ') && new RegExp(`^CSeq: \\d+ ${method}\\r?$`, 'm').test(frame),
    );

  for (const [way, act] of Object.entries(WAYS))
    it(
      `ends with BYE and without a registration, and leaves nothing: ${way}`,
      { timeout: 120_000 },
      async ({ skip }) => {
        if (PROBLEM !== null) skip(PROBLEM);
        const app = await inCall();
        await act(app);
        await app.ended();
        expect(app.frames.some((frame) => frame.startsWith('> BYE '))).toBe(true);
        expect(answered(app, 'BYE')).toBe(true);
        const gone = app.frames.findIndex(isUnregister);
        expect(gone).toBeGreaterThan(-1);
        expect(
          app.frames
            .slice(gone)
            .some((frame) => frame.startsWith('< SIP/2.0 200 ') && /^CSeq: \d+ REGISTER\r?$/m.test(frame)),
        ).toBe(true);
        expect(await app.left()).toEqual([]);
      },
    );

  it(
    'is cut off where the app is killed; the next start removes what is left, and says so',
    { timeout: 120_000 },
    async ({ skip }) => {
      if (PROBLEM !== null) skip(PROBLEM);
      const killed = await inCall();
      await kill(killed, APP, 'SIGKILL');
      await killed.ended();
      expect(await killed.left()).toHaveLength(1);
      const next = await place.start();
      await next.page.getByTestId('lost-calls').getByText('Last time Ringfence stopped during a call').waitFor();
      next.type(CTRL_C);
      await next.ended();
      expect(await next.left()).toEqual([]);
    },
  );
});
