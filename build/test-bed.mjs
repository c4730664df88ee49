/** Everything Electron needs to be driven by a program: a display, a user to be, a private home, and how they are told. */
import { CannotContinue, say, warn } from './program.mjs';
import { presentDisplay, virtualDisplay } from './display.mjs';
import { electronLaunch, launchVariables } from './unprivileged.mjs';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * @typedef {object} TestBed
 * @property {import('./unprivileged.mjs').ElectronLaunch} launch
 * @property {Record<string, string>} env for the program that drives Electron; run it by `launch.invoke`
 * @property {() => Promise<void>} close
 */

/**
 * @param {import('./electron-runtime.mjs').Runtime} runtime
 * @param {{ display: 'virtual' | 'present', mustRead: readonly string[] }} choice `virtual`: never on the person's own screen
 * @returns {Promise<TestBed>} rejects with `CannotContinue`
 */
export async function setUpTestBed(runtime, { display: wanted, mustRead }) {
  const present = wanted === 'present' || process.platform !== 'linux' ? await presentDisplay() : null;
  if (present !== null && 'problem' in present)
    throw new CannotContinue(`No window can be opened: ${present.problem}.`);
  const display = present ?? (await virtualDisplay());
  // A signal ends us by way of `exit`, where the display and running children are ended and the home is removed.
  const leave = () => process.exit(1);
  for (const signal of SIGNALS) process.once(signal, leave);
  try {
    const launch = await electronLaunch(
      { executablePath: runtime.executablePath, home: 'temporary', mustRead },
      { ...process.env, ...display.env },
    );
    if (launch.osSandbox) say(`sandbox: ${launch.reason}`);
    else warn(launch.reason);
    return {
      launch,
      env: {
        ...launch.env,
        ...launchVariables(launch),
        RINGFENCE_E2E_RUNTIME: `Electron ${runtime.version}, ${runtime.why}`,
      },
      close: async () => {
        for (const signal of SIGNALS) process.off(signal, leave);
        await launch.home.remove();
        await display.close();
      },
    };
  } catch (error) {
    await display.close();
    throw error;
  }
}
