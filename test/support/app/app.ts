/** Launches the built app as its users do, with a fake microphone, private folders, and everything it says recorded. */
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';
import { startAsterisk, type Asterisk, type AsteriskOptions } from '../../lab/asterisk/asterisk';
import { asteriskProblem } from '../../lab/asterisk/asterisk-needs';
import { labProblem, startLab, type Lab, type LabOptions } from '../../lab/lab';
import { startGatewayProcess, type GatewayProcess } from '../servers/gateway-process';
import { secretServiceProblem, startSecretService, type SecretService } from '../servers/secret-service';
import { UNCUT_STRINGS_FLAG } from '../security/heap-snapshot';
import { readIpcRecord, writeIpcRecorder, type IpcMessage } from './ipc-recorder';
import { keyringProblem, startKeyring, type KeyringSession } from './keyring-session';
import { measured } from '../measured';
import { isRunning, processTree } from './processes';
import { temporaryFolder } from '../temporary-folder';
import { writeToneFile } from '../sound/tone';

/** What a launch may choose. */
export interface LaunchOptions {
  /** A folder that outlives this launch; without it, one that is removed at `close`. */
  readonly userDataDir?: string;
  /** Frequency of the fake microphone's bursts in Hz; null: this computer has no microphone. */
  readonly toneHz?: number | null;
  readonly extraArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `DBUS_SESSION_BUS_ADDRESS` of a private bus with a keyring; without it there is no keychain. */
  readonly bus?: string;
  /** Without the recorder and the copy of what is printed: for measuring times. */
  readonly bare?: boolean;
}

/** The running app. */
export interface RunningApp {
  readonly electron: ElectronApplication;
  /** The phone window. */
  readonly page: Page;
  readonly userDataDir: string;
  /** Process id of Electron's main process. */
  readonly pid: number;
  /** All it ever wrote: standard output and error from the first byte, and each page's console. */
  readonly logs: () => Promise<readonly string[]>;
  /** Every IPC message in either direction, from the first. */
  readonly ipcSeen: () => Promise<readonly IpcMessage[]>;
  /** Quits as the user would; by force if that takes longer than 10 s (which is an error). Removes its folders. */
  readonly close: () => Promise<void>;
}

const QUIT_WITHIN_MS = 10_000;
const WINDOW_WITHIN_MS = 15_000;

/** The phone window's address. */
export const PHONE_URL = 'app://ringfence/index.html';

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start the end-to-end tests with npm run e2e.`);
  return value;
}

/** True when the renderer is expected to run in Chromium's OS sandbox. */
export const osSandbox = (): boolean => variable('RINGFENCE_E2E_OS_SANDBOX') === '1';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A shell script that starts Electron with the recorder and keeps a copy of all that is printed; Playwright itself drops the first lines and NODE_OPTIONS. */
async function writeStarter(folder: string): Promise<{ starter: string; log: string; record: string }> {
  const [starter, log, record, recorder] = ['start.sh', 'printed.log', 'ipc.jsonl', 'recorder.cjs'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  await writeIpcRecorder(recorder, record);
  await writeFile(log, '');
  const lines = [
    '#!/bin/bash',
    `export NODE_OPTIONS=${quoted(`--require=${recorder}`)}`,
    `exec ${quoted(variable('RINGFENCE_E2E_ELECTRON'))} "$@" > >(exec tee -a ${quoted(log)}) 2> >(exec tee -a ${quoted(log)} >&2)`,
  ];
  await writeFile(starter, `${lines.join('\n')}\n`, { mode: 0o755 });
  return { starter, log, record };
}

async function phoneWindow(electron: ElectronApplication): Promise<Page> {
  const page =
    electron.windows().find((each) => each.url() === PHONE_URL) ??
    (await electron.firstWindow({ timeout: WINDOW_WITHIN_MS }));
  await page.waitForURL(PHONE_URL, { timeout: WINDOW_WITHIN_MS });
  return page;
}

/** Ends what is left of a process tree, by process id. */
async function endByForce(pid: number): Promise<void> {
  for (const each of await processTree(pid)) {
    try {
      process.kill(each.pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

/** The driver's failure to connect, which says nothing of the app. */
class NotReached extends Error {}

/** Starts the app and waits for its phone window. Its own folder is made `inside` another one. Where the driver did not reach it, it is started once more, and that is printed. */
export async function launchApp(options: LaunchOptions = {}, inside?: string): Promise<RunningApp> {
  try {
    return await launchOnce(options, inside);
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    measured(`started again: ${error.message}`);
    return await launchOnce(options, inside);
  }
}

async function launchOnce(options: LaunchOptions, inside: string | undefined): Promise<RunningApp> {
  const folder = await temporaryFolder(inside);
  const userDataDir = options.userDataDir ?? join(folder, 'user-data');
  await mkdir(userDataDir, { recursive: true });
  const { starter, log, record } = await writeStarter(folder);
  const tone = join(folder, 'microphone.wav');
  const toneHz = options.toneHz === undefined ? 700 : options.toneHz;
  if (toneHz !== null) await writeToneFile(tone, toneHz);

  const inherited = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const electron = await _electron
    .launch({
      timeout: WINDOW_WITHIN_MS,
      executablePath: options.bare === true ? variable('RINGFENCE_E2E_ELECTRON') : starter,
      chromiumSandbox: osSandbox(),
      args: [
        ...(JSON.parse(variable('RINGFENCE_E2E_ARGS')) as string[]),
        `--user-data-dir=${userDataDir}`,
        `--js-flags=${UNCUT_STRINGS_FLAG}`,
        ...(toneHz === null ? [] : ['--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${tone}`]),
        ...(options.extraArgs ?? []),
        variable('RINGFENCE_E2E_APP'),
      ],
      // No file of this computer's admin has a say in a test.
      env: {
        ...inherited,
        DBUS_SESSION_BUS_ADDRESS: options.bus ?? 'disabled:',
        RINGFENCE_POLICY_FILE: join(folder, 'policy.json'),
        ...options.env,
      },
    })
    .catch(async (cause: unknown) => {
      throw new NotReached(
        `the driver did not reach the app, which printed:\n${(await readFile(log, 'utf8')).slice(-3000)}`,
        { cause },
      );
    });
  const child = electron.process();
  const { pid } = child;
  if (pid === undefined) throw new Error('Electron has no process id');

  const consoleLines: string[] = [];
  const listen = (page: Page): void => {
    page.on('console', (message) => consoleLines.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => consoleLines.push(`pageerror: ${error.message}`));
  };
  electron.on('window', listen);
  electron.windows().forEach(listen);

  const close = async (): Promise<void> => {
    const tree = await processTree(pid);
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
    const asked = performance.now();
    const limit = setTimeout(() => void endByForce(pid), QUIT_WITHIN_MS);
    // The driver may wait for an answer of a process that is gone.
    await Promise.race([electron.close().catch(() => undefined), exited]);
    await exited;
    clearTimeout(limit);
    const forced = performance.now() - asked >= QUIT_WITHIN_MS;
    // Chromium's helpers end a moment after the main process.
    const end = Date.now() + 5000;
    while (tree.some((each) => isRunning(each.pid)) && Date.now() < end) await new Promise(setImmediate);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    if (forced) throw new Error(`the app did not quit within ${QUIT_WITHIN_MS / 1000} s of being asked`);
  };

  try {
    const page = await phoneWindow(electron);
    // Before a text becomes a key a person is asked in a box of the system: here he agrees, and he reads that the clipboard was changed. All other boxes are the tests' own affair.
    await electron.evaluate(({ dialog }) => {
      const real = dialog.showMessageBox.bind(dialog);
      const agreeing = (...given: unknown[]): unknown =>
        ['Use this as a key?', 'The clipboard was changed'].includes((given.at(-1) as { title: string }).title)
          ? Promise.resolve({ response: 1, checkboxChecked: false })
          : Reflect.apply(real, dialog, given);
      Object.assign(dialog, { showMessageBox: agreeing });
    });
    return {
      electron,
      page,
      userDataDir,
      pid,
      logs: async () => [...(await readFile(log, 'utf8')).split('\n'), ...consoleLines],
      ipcSeen: () => readIpcRecord(record),
      close,
    };
  } catch (error) {
    const printed = await readFile(log, 'utf8');
    await endByForce(pid);
    await close().catch(() => undefined);
    // V8 dropped the driver's own promise: the app answered.
    if (String(error).includes('promise was garbage collected')) throw new NotReached(String(error));
    throw new Error(`the phone window did not appear; the app printed:\n${printed.slice(-3000)}`, { cause: error });
  }
}

interface Fixtures {
  /** Holds what the test's apps write; removed when they are closed. */
  readonly folder: string;
  /** For an app that is started twice: a `userDataDir` that stays until the end of the test. */
  readonly userDataDir: string;
  /** Launches an app that is closed at the end of the test; what it printed is attached to a failed test. */
  readonly launch: (options?: LaunchOptions) => Promise<RunningApp>;
  /** A gateway in a process of its own. */
  readonly gateway: GatewayProcess;
  /** A private keychain; where none can be had the test is skipped, loudly. */
  readonly keyring: KeyringSession;
  /** A keychain that behaves as the test wants; where none can be had the test is skipped, loudly. */
  readonly secretService: SecretService;
  /** What the `lab` is started with: `test.use({ labOptions: ... })`. */
  readonly labOptions: LabOptions;
  /** Kamailio, rtpengine and an ordinary phone; where they can't be had the test is skipped, loudly. What they printed is attached to a failed test. */
  readonly lab: Lab;
  /** What the `asterisk` is started with. */
  readonly asteriskOptions: AsteriskOptions;
  /** Asterisk and an ordinary phone; as `lab`. Specs that want one are named asterisk-*.spec.ts. */
  readonly asterisk: Asterisk;
}

/** Playwright's `test` with the phone's surroundings. Each is made when a test names it, and leaves nothing behind. */
export const test = base.extend<Fixtures>({
  folder: async ({}, use) => {
    const folder = await temporaryFolder();
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  },
  userDataDir: async ({ folder }, use) => {
    await use(join(folder, 'user-data'));
  },
  launch: async ({ folder }, use, testInfo) => {
    const running = new Set<RunningApp>();
    await use(async (options) => {
      const app = await launchApp(options, folder);
      running.add(app);
      return {
        ...app,
        close: async () => {
          running.delete(app);
          await app.close();
        },
      };
    });
    for (const app of running) {
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('printed by the app', { body: (await app.logs()).join('\n'), contentType: 'text/plain' });
      }
      await app.close();
    }
  },
  gateway: async ({}, use) => {
    const gateway = await startGatewayProcess(join(variable('RINGFENCE_E2E_APP'), 'out', 'main', 'gateway-cli.js'));
    await use(gateway);
    await gateway.close();
  },
  keyring: async ({}, use, testInfo) => {
    const problem = await keyringProblem();
    testInfo.skip(problem !== null, problem ?? '');
    const keyring = await startKeyring();
    await use(keyring);
    await keyring.close();
  },
  secretService: async ({}, use, testInfo) => {
    const problem = await secretServiceProblem();
    testInfo.skip(problem !== null, problem ?? '');
    const service = await startSecretService();
    await use(service);
    await service.close();
  },
  labOptions: [{}, { option: true }],
  lab: async ({ labOptions }, use, testInfo) => {
    const problem = await labProblem();
    testInfo.skip(problem !== null, problem ?? '');
    const lab = await startLab(labOptions);
    await use(lab);
    if (testInfo.status !== testInfo.expectedStatus)
      await testInfo.attach('printed by the lab', { body: await lab.logs(), contentType: 'text/plain' });
    await lab.close();
  },
  asteriskOptions: [{}, { option: true }],
  asterisk: async ({ asteriskOptions }, use, testInfo) => {
    const problem = await asteriskProblem();
    testInfo.skip(problem !== null, problem ?? '');
    const asterisk = await startAsterisk(asteriskOptions);
    await use(asterisk);
    if (testInfo.status !== testInfo.expectedStatus)
      await testInfo.attach('printed by Asterisk', { body: await asterisk.logs(), contentType: 'text/plain' });
    await asterisk.close();
  },
});
export { expect } from '@playwright/test';
