/** What the lab needs of a machine. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Programs, and the Debian packages that bring them (build/system-packages.mjs installs the same). */
const PROGRAMS: readonly (readonly [program: string, debian: string])[] = [
  ['kamailio', 'kamailio'],
  ['kamcmd', 'kamailio'],
  ['rtpengine', 'rtpengine-daemon'],
  ['baresip', 'baresip-core'],
  ['sipp', 'sip-tester'],
  ['openssl', 'openssl'],
  ['setpriv', 'util-linux'],
];
/** Modules that packages of their own bring. */
const MODULES: readonly (readonly [module: string, debian: string])[] = [
  ['websocket', 'kamailio-websocket-modules'],
  ['tls', 'kamailio-tls-modules'],
  ['crypto', 'kamailio-tls-modules'],
  ['jansson', 'kamailio-extra-modules'],
  ['auth_ephemeral', 'kamailio-autheph-modules'],
];

/** Ordinary phones that some tests have beside baresip. Where one is missing, its tests alone are skipped. */
const PHONES = {
  linphone: { program: 'linphonec', debian: 'linphone-cli' },
  twinkle: { program: 'twinkle-console', debian: 'twinkle-console' },
} as const;

/** Where programs are: daemons live in sbin, which an ordinary user's PATH may lack. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The environment of the lab's programs: nothing of ours but where programs are. */
export const programEnvironment = (home: string): Record<string, string> => ({
  PATH: FOLDERS.join(delimiter),
  HOME: home,
  LANG: 'C',
});

const there = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
const anywhere = async (paths: readonly string[]): Promise<boolean> =>
  (await Promise.all(paths.map(there))).some(Boolean);

/** Debian puts modules into a folder named after the architecture. */
async function moduleFolders(): Promise<string[]> {
  const triplet = await new Promise<string>((resolve) =>
    execFile('dpkg-architecture', ['-qDEB_HOST_MULTIARCH'], (error, stdout) =>
      resolve(error === null ? stdout.trim() : ''),
    ),
  );
  return ['x86_64-linux-gnu', 'aarch64-linux-gnu', triplet]
    .filter((one) => one !== '')
    .map((one) => `/usr/lib/${one}/kamailio/modules`);
}

/** Why there can be no lab here, and what to install; null when there can. */
export async function missingForLab(): Promise<string | null> {
  if (process.platform !== 'linux') return 'the lab needs Linux, with Kamailio, rtpengine, baresip and SIPp';
  const folders = await moduleFolders();
  const lacking: string[] = [];
  for (const [program, debian] of PROGRAMS)
    if (!(await anywhere(FOLDERS.map((folder) => join(folder, program))))) lacking.push(debian);
  for (const [module, debian] of MODULES)
    if (!(await anywhere(folders.map((folder) => join(folder, `${module}.so`))))) lacking.push(debian);
  if (lacking.length === 0) return null;
  return `the lab needs \`apt-get install --no-install-recommends ${[...new Set(lacking)].join(' ')}\``;
}

/** Why this phone can't be started here, and what to install; null when it can. */
export async function missingForPhone(phone: keyof typeof PHONES): Promise<string | null> {
  const { program, debian } = PHONES[phone];
  if (await anywhere(FOLDERS.map((folder) => join(folder, program)))) return null;
  return `${phone} is missing: \`apt-get install --no-install-recommends ${debian}\``;
}
