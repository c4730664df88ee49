/**
 * Ends the process of a window's page and loads the page in a new one, whatever the old page does: what it held in its memory is gone with the process.
 * A page that leaves by itself goes without a crash; one that is hung or clings to its window loses its process by force.
 */
import type { WebContents } from 'electron';
import type { Clock } from '../base/clock';

/** Chromium's time for telling that a process is gone, ms. */
const GONE_WITHIN_MS = 2_000;
/** A page of another site, which Chromium gives a process of its own. */
const ELSEWHERE = 'about:blank';

export type PageContents = Pick<
  WebContents,
  'getOSProcessId' | 'loadURL' | 'forcefullyCrashRenderer' | 'isDestroyed' | 'once'
>;

export interface FreshPagePorts {
  readonly contents: PageContents;
  readonly page: string;
  /** The old page's time for leaving, ms; 0: none, it had its time. */
  readonly leaveWithinMs: number;
  readonly clock: Pick<Clock, 'after'>;
  /** Ends a process of the system at once; one that is gone already is none. */
  readonly kill: (pid: number) => void;
  readonly onProblem: (cause: unknown) => void;
}

/** Resolves when the old process is gone and the new page is on its way. */
export async function loadInNewProcess({
  contents,
  page,
  leaveWithinMs,
  clock,
  kill,
  onProblem,
}: FreshPagePorts): Promise<void> {
  if (contents.isDestroyed()) return;
  const within = (ms: number, work: Promise<boolean>): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, () => resolve(false));
      void work.then((done) => {
        cancel();
        resolve(done);
      });
    });
  const old = contents.getOSProcessId();
  const leave = (): Promise<boolean> =>
    contents.loadURL(ELSEWHERE).then(
      () => true,
      () => false,
    );
  const isElsewhere = leaveWithinMs > 0 && (await within(leaveWithinMs, leave()));
  if (contents.isDestroyed()) return;
  if (!isElsewhere || contents.getOSProcessId() === old) {
    const gone = new Promise<boolean>((resolve) => {
      contents.once('render-process-gone', () => resolve(true));
    });
    contents.forcefullyCrashRenderer();
    await within(GONE_WITHIN_MS, gone);
  }
  // Chromium may keep a process that shows nothing any more; another process of the window is not this one.
  if (old > 0) kill(old);
  if (contents.isDestroyed()) return;
  void contents.loadURL(page).catch(onProblem);
}

/** Ends a process by its id. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
