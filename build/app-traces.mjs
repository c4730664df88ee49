/// <reference lib="dom" />
/** Everything that a running app leaves outside of its main process's memory, for the search for its key. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('./key-hunt.mjs').KeyHunt} KeyHunt */

/** V8 cuts strings in heap snapshots unless it is started with this. */
export const UNCUT_STRINGS = '--js-flags=--heap-snapshot-string-limit=100000000';

/** @param {Page} page @param {KeyHunt} hunt */
export async function searchPage(page, hunt) {
  const stores = await page.evaluate(() => ({
    local: JSON.stringify(Object.entries(localStorage)),
    session: JSON.stringify(Object.entries(sessionStorage)),
    cookies: document.cookie,
    html: document.documentElement.outerHTML,
  }));
  for (const [name, content] of Object.entries(stores)) hunt.look(`window: ${name}`, content);
  hunt.look('window: cookies of the session', JSON.stringify(await page.context().cookies()));
  const devtools = await page.context().newCDPSession(page);
  /** @type {string[]} */
  const chunks = [];
  devtools.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false, captureNumericValue: false });
  await devtools.detach();
  const snapshot = chunks.join('');
  // Before its strings, a snapshot is numbers.
  hunt.look('window: heap snapshot', snapshot.slice(Math.max(0, snapshot.lastIndexOf('"strings":'))));
}

/** @param {string} folder @param {KeyHunt} hunt @returns {Promise<number>} how many files could not be read */
export async function searchFiles(folder, hunt) {
  let unreadable = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const path = join(entry.parentPath, entry.name);
    try {
      if (entry.isSymbolicLink()) hunt.look(`file ${path}`, await readlink(path));
      else if (entry.isFile() && (await stat(path)).size > 0) hunt.look(`file ${path}`, await readFile(path));
    } catch {
      unreadable += 1;
    }
  }
  return unreadable;
}

/** The process and all that it started (Linux). @param {number} pid @returns {Promise<number[]>} */
async function processTree(pid) {
  /** @type {Map<number, number>} child to parent */
  const parents = new Map();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    // The parent is the second field after the name in brackets (proc_pid_stat(5)).
    const line = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
    parents.set(Number(name), Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1] ?? 0));
  }
  const tree = [pid];
  for (const each of tree) tree.push(...[...parents].flatMap(([child, parent]) => (parent === each ? [child] : [])));
  return tree;
}

/** @param {number} pid @param {KeyHunt} hunt @returns {Promise<{ processes: number, unreadable: number }>} */
export async function searchProcesses(pid, hunt) {
  const tree = process.platform === 'linux' ? await processTree(pid) : [];
  let unreadable = 0;
  for (const each of tree) {
    for (const name of ['cmdline', 'environ']) {
      try {
        hunt.look(
          `process ${each}: ${name}`,
          await readFile(`/proc/${each}/${name}`, 'latin1').then((text) => text.replaceAll('\0', '\n')),
        );
      } catch {
        unreadable += 1; // Chromium closes its sandboxed processes' environment to everybody.
      }
    }
  }
  return { processes: tree.length, unreadable };
}
