/** What a command reads (a key from standard input, a passphrase from the terminal or from another file descriptor) and where its answer goes. */
import { createReadStream } from 'node:fs';
import { isatty } from 'node:tty';
import { fail, ok, type Result } from '../../contracts/base/result';
import { readOfferedKey, type OfferedKey } from '../secrets/offered-key';
import type { Answer } from './answer';

/** More than the longest key with its white space, bytes. */
const LARGEST_KEY = 16 * 1024;
const LONGEST_PASSPHRASE = 1_024;
const ENTERS = ['\r', '\n'];
/** Ctrl-C and Ctrl-D. */
const ENDS = ['\u0003', '\u0004'];
const BACKSPACES = ['\u007f', '\b'];

export interface Terminal {
  /** Fails with `key-unusable` (nothing there, a terminal, too large, or no key). */
  readonly readKey: () => Promise<Result<OfferedKey>>;
  /** Asked for without echo; or all that `fd` holds up to its first line feed. Fails with `admin-locked` where nobody can be asked, or `cancelled`. */
  readonly readPassphrase: (fd: number | null) => Promise<Result<string>>;
  /** Says why, and lets `ms` pass. */
  readonly wait: (ms: number, why: string) => Promise<void>;
}

/** Up to `most` bytes and one more. Rejects when the descriptor is not open. */
async function readAll(fd: number, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // The path is not used where there is a descriptor.
  for await (const chunk of createReadStream('', { fd, autoClose: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) break;
  }
  return Buffer.concat(chunks);
}

/** Reads one line from the terminal on standard input; what is typed is not shown. */
function askUnseen(question: string): Promise<Result<string>> {
  const { stdin, stderr } = process;
  return new Promise((resolve) => {
    let typed: string[] = [];
    const end = (result: Result<string>): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      resolve(result);
    };
    const onData = (text: string): void => {
      for (const sign of text) {
        if (ENTERS.includes(sign) || ENDS.includes(sign)) {
          end(
            ENTERS.includes(sign)
              ? ok(typed.join(''))
              : fail('cancelled', 'No passphrase was typed; nothing was changed.'),
          );
          return;
        }
        if (BACKSPACES.includes(sign)) typed = typed.slice(0, -1);
        else if (typed.length < LONGEST_PASSPHRASE) typed.push(sign);
      }
    };
    stdin.setRawMode(true);
    stdin.setEncoding('utf8');
    stdin.on('data', onData);
    stdin.resume();
    // Now that nothing is echoed.
    stderr.write(question);
  });
}

/** The terminal that this process was started from. */
export const systemTerminal: Terminal = {
  readKey: async () => {
    const usage = 'Standard input holds no key: ringfence keys set --profile P --slot active < FILE';
    // Typed at a terminal it would be seen, and kept in its scroll-back.
    if (isatty(0)) return fail('key-unusable', usage, 'paste-key');
    const bytes = await readAll(0, LARGEST_KEY).catch(() => Buffer.alloc(0));
    if (bytes.length > LARGEST_KEY)
      return fail('key-unusable', 'That is too large to be a key. Give the key alone.', 'paste-key');
    if (bytes.toString('utf8').trim() === '') return fail('key-unusable', usage, 'paste-key');
    const key = readOfferedKey(bytes);
    bytes.fill(0);
    return key;
  },
  readPassphrase: async (fd) => {
    if (fd !== null) {
      const bytes = await readAll(fd, LONGEST_PASSPHRASE).catch(() => null);
      if (bytes === null)
        return fail('admin-locked', `File descriptor ${fd} can't be read: open it, as in 3< FILE.`, 'unlock-admin');
      return ok(bytes.toString('utf8').split(/\r?\n/, 1)[0] ?? '');
    }
    if (!isatty(0))
      return fail(
        'admin-locked',
        'This needs the admin passphrase, and there is no terminal to ask for it: give it by --passphrase-fd N.',
        'unlock-admin',
      );
    return askUnseen('Admin passphrase: ');
  },
  wait: (ms, why) => {
    process.stderr.write(`${why}\n`);
    // Not a timer of systemClock: nothing else keeps the process alive meanwhile.
    return new Promise((resolve) => setTimeout(resolve, ms));
  },
};

/** Names come from files: what moves a cursor, or turns text around, is not passed on to a terminal. */
const shownText = (text: string): string =>
  text.replace(/(?!\n)[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, ' ');

/** Resolves when all is written, or nobody reads it any more. */
export async function printAnswer({ out, err }: Answer): Promise<void> {
  for (const [stream, text] of [
    [process.stdout, out],
    [process.stderr, err],
  ] as const) {
    if (text === '') continue;
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve());
      stream.write(shownText(text), () => resolve());
    });
  }
}
