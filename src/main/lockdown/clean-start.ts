/**
 * What a package may be started with. An edited shortcut, or another program of the same user, could add switches of Chromium and Node, and variables
 * that both read: some open a debugger, some write tokens down, some take half of the sandbox away before our first line runs. So those that are
 * known to do no harm are listed here, and the app begins again without all others. Pure.
 */

/** Ours, and those by which people choose their language, their screen and their graphics. */
const SWITCHES: ReadonlySet<string> = new Set([
  'user-data-dir',
  'help',
  'h',
  'lang',
  'force-device-scale-factor',
  'high-dpi-support',
  'ozone-platform',
  'ozone-platform-hint',
  'disable-gpu',
]);

/** Variables of these families are read by Node, Electron or Chromium. All others are the desktop's. */
const FAMILIES = /^(?:NODE|ELECTRON|CHROME|CHROMIUM|GOOGLE|V8|UV|OPENSSL|BREAKPAD)_|^SSLKEYLOGFILE$/i;

const VARIABLES: ReadonlySet<string> = new Set([
  'CHROME_DESKTOP',
  'ELECTRON_OZONE_PLATFORM_HINT',
  'ELECTRON_FORCE_WINDOW_MENU_BAR',
  'ELECTRON_NO_ATTACH_CONSOLE',
  // Whole offices set it. Main hands the list of authorities to each of its requests, so nothing here reads it.
  'NODE_EXTRA_CA_CERTS',
]);

/** Chromium reads one hyphen as two, and on Windows a slash as well; Node reads an underscore as a hyphen. */
function switchIn(word: string, platform: NodeJS.Platform): string | null {
  const found = (platform === 'win32' ? /^(?:--?|\/)([^=]+)/ : /^--?([^=]+)/).exec(word);
  return found?.[1]?.toLowerCase().replaceAll('_', '-') ?? null;
}

export interface StartWords {
  /** Of the process, without the program. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** A command checks the words after its first one itself. */
  readonly isCommand: boolean;
}

export interface CleanStart {
  /** The same words without switches that are not listed. */
  readonly words: readonly string[];
  /** Names of variables to begin again without. */
  readonly without: readonly string[];
  /** What was found that is not listed, by its name alone: a value may be a secret. Empty: the start is clean. */
  readonly found: readonly string[];
}

/** Looks through everything that the process was started with. */
export function cleanStart({ words, env, platform, isCommand }: StartWords): CleanStart {
  const first = words.findIndex((word) => switchIn(word, platform) === null && word !== '-' && word !== '--');
  const own = isCommand && first !== -1 ? words.slice(first) : [];
  const looked = words.slice(0, words.length - own.length);
  const isListed = (word: string): boolean => {
    const name = switchIn(word, platform);
    // A command opens no renderer that a sandbox would hold, and as root Chromium runs no other way.
    return name === null || SWITCHES.has(name) || (isCommand && name === 'no-sandbox');
  };
  const without = Object.keys(env).filter((name) => FAMILIES.test(name) && !VARIABLES.has(name.toUpperCase()));
  const foreign = looked.filter((word) => !isListed(word));
  return {
    words: [...looked.filter(isListed), ...own],
    without,
    found: [...new Set([...foreign.map((word) => `--${switchIn(word, platform) ?? ''}`), ...without])],
  };
}
