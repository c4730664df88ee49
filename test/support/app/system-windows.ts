/** The windows on the display, by the X server's own list: a box of the system shows there and nowhere in Electron's list. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** How many windows the display has; null where nobody can say (Debian: x11-utils). */
export async function windowsOnDisplay(): Promise<number | null> {
  try {
    const { stdout } = await promisify(execFile)('xwininfo', ['-root', '-tree']);
    return stdout.split('\n').filter((line) => /^\s+0x[0-9a-f]+ /.test(line)).length;
  } catch {
    return null;
  }
}
