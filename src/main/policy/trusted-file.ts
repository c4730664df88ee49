/**
 * A file that nobody but the computer's admin can have written, and that is never taken for absent when it only can't be reached: whoever may put a link,
 * a folder or a file on the way to it could say what stands in it.
 */
import { constants, type Stats } from 'node:fs';
import { lstat, open, readFile, readlink, stat } from 'node:fs/promises';
import { dirname, parse, resolve, sep } from 'node:path';
import { textOf } from '../base/text-of';
import { errorCode } from '../../contracts/base/error-code';

export type TrustedFile =
  | { readonly is: 'absent' }
  | { readonly is: 'read'; readonly text: string }
  /** There is one, or should be one; `why` ends a sentence. */
  | { readonly is: 'refused'; readonly why: string };

export interface TrustedPlace {
  readonly path: string;
  /** User ids that may own the file and all that leads to it. */
  readonly owners: readonly number[];
}

type Found = { readonly is: 'found'; readonly path: string; readonly stats: Stats };
interface Way {
  readonly end: Found | Exclude<TrustedFile, { is: 'read' }>;
  /** Another text after each change of the file, and of who may change it. */
  readonly stamp: string;
}

const MOST_LINKS = 20;
const LARGEST = 1024 * 1024;
const FSTAB = '/etc/fstab';

const refused = (why: string) => ({ is: 'refused', why }) as const;

/** Null: nobody else can change it. Windows keeps access otherwise: its installer, or the admin, says who may write there. */
function openTo(path: string, stats: Stats, owners: readonly number[]): string | null {
  if (process.platform === 'win32') return null;
  if (!owners.includes(stats.uid)) return `${path} belongs to the user ${stats.uid}, and not to the admin`;
  if (stats.isSymbolicLink()) return null;
  // In a folder like /tmp nobody moves what is another's.
  if ((stats.mode & constants.S_IWOTH) !== 0 && !(stats.isDirectory() && (stats.mode & 0o1000) !== 0))
    return `everybody may write to ${path}`;
  return (stats.mode & constants.S_IWGRP) !== 0 && stats.gid !== 0 && !(stats.mode & 0o1000)
    ? `the group ${stats.gid} may write to ${path}`
    : null;
}

/** The place of a disk that should lie on the way to `path` and is not mounted, or null. */
export async function unmountedDisk(path: string, fstab: string = FSTAB): Promise<string | null> {
  const lines = await readFile(fstab, 'utf8').catch(() => '');
  for (const line of lines.split('\n')) {
    const [device = '#', written = 'none', , options = ''] = line.trim().split(/\s+/);
    const place = written.replace(/\\([0-7]{3})/g, (_all, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    if (device.startsWith('#') || options.split(',').includes('bind') || place === '/' || !path.startsWith(`${place}/`))
      continue;
    const [here, above] = await Promise.all([stat(place).catch(() => null), stat(dirname(place)).catch(() => null)]);
    if (here === null || here.dev === above?.dev) return place;
  }
  return null;
}

/** Goes to the file step by step, through links, as the system would. */
async function wayTo({ path, owners }: TrustedPlace): Promise<Way> {
  const { root } = parse(resolve(path));
  let steps = resolve(path)
    .slice(root.length)
    .split(sep)
    .map((name) => ({ name, isOfLink: false }));
  let at = root;
  let links = 0;
  /** A link in place of the file or its folder: somebody has put one there to lead to a file. */
  let isLinked = false;
  const stamp: string[] = [];
  const end = (way: Way['end']): Way => ({ end: way, stamp: `${stamp.join(' ')} ${way.is}` });

  for (let first = true; ; first = false) {
    const step = first ? { name: '', isOfLink: false } : steps.shift();
    if (step === undefined) return end(refused(`${at} is a folder`));
    const here = first ? at : resolve(at, step.name);
    let stats: Stats;
    try {
      stats = await lstat(here);
    } catch (cause) {
      const code = errorCode(cause) ?? 'unknown error';
      stamp.push(`${here}:${code}`);
      if (code !== 'ENOENT') return end(refused(`the disk answers ${code}`));
      if (step.isOfLink || isLinked) return end(refused(`a link on the way to it leads to ${here}, where nothing is`));
      const disk = await unmountedDisk(path);
      return end(disk === null ? { is: 'absent' } : refused(`the disk at ${disk} is not mounted`));
    }
    const { ino, dev, mode, uid, gid } = stats;
    stamp.push(`${here}:${dev}:${ino}:${mode}:${uid}:${gid}`);
    const open = openTo(here, stats, owners);
    if (open !== null) return end(refused(open));
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > MOST_LINKS) return end(refused('links lead in a circle'));
      const target = resolve(at, await readlink(here));
      stamp.push(`${target}:${stats.mtimeMs}`);
      isLinked ||= !step.isOfLink && steps.length <= 1;
      const inside = target.slice(parse(target).root.length).split(sep);
      steps = [...inside.map((name) => ({ name, isOfLink: true })), ...steps].filter(({ name }) => name !== '');
      at = parse(target).root;
    } else if (stats.isDirectory()) {
      at = here;
    } else if (steps.length > 0) {
      return end(refused(`${here} is no folder`));
    } else {
      stamp.push(`${stats.mtimeMs}:${stats.ctimeMs}:${stats.size}`);
      return end({ is: 'found', path: here, stats });
    }
  }
}

/** A text that changes whenever the file, the way to it, or who may change it does. */
export async function stampOf(place: TrustedPlace): Promise<string> {
  return (await wayTo(place)).stamp;
}

export async function readTrustedFile(place: TrustedPlace): Promise<TrustedFile> {
  const { end } = await wayTo(place);
  if (end.is !== 'found') return end;
  // A pipe would keep whoever reads it waiting.
  if (!end.stats.isFile()) return refused('it is no ordinary file');
  if (end.stats.size > LARGEST) return refused('it is too long');
  try {
    const file = await open(end.path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const { ino, dev } = await file.stat();
      if (ino !== end.stats.ino || dev !== end.stats.dev) return refused('it is being replaced');
      return { is: 'read', text: textOf(await file.readFile()) };
    } finally {
      await file.close();
    }
  } catch (cause) {
    return refused(`the disk answers ${errorCode(cause) ?? 'unknown error'}`);
  }
}
