/** All places where a key could have leaked to, read in one go. */
import { heapStrings } from './heap-snapshot';
import { searchDirectory, searchTexts, together, type Needle, type Searched } from './leak-search';
import { searchProcessMemory } from './process-memory';
import { allProcesses } from '../app/processes';
import type { RunningApp } from '../app/app';

/** What was found, by kind of place. */
export interface Everywhere {
  readonly heap: Searched;
  /** All that the windows' processes can write to; beyond the heap, and what was freed. */
  readonly rendererMemory: Searched;
  readonly localStorage: Searched;
  readonly indexedDb: Searched;
  readonly cookies: Searched;
  readonly userData: Searched;
  readonly logs: Searched;
  readonly processes: Searched;
  readonly ipc: Searched;
  readonly clipboard: Searched;
}

/** Web storage of the page as texts. */
async function webStorage({ page }: RunningApp): Promise<{ local: string[]; indexed: string[] }> {
  return await page.evaluate(async () => {
    const indexed: string[] = [];
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('a database can not be read'));
      });
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        indexed.push(JSON.stringify([name, store, await done(objects.getAllKeys()), await done(objects.getAll())]));
      }
      database.close();
    }
    const local = [localStorage, sessionStorage].flatMap((storage) =>
      Object.entries(storage).map((entry) => JSON.stringify(entry)),
    );
    return { local, indexed };
  });
}

/** Searches all of them. The app keeps running. */
export async function searchEverywhere(app: RunningApp, needles: readonly Needle[]): Promise<Everywhere> {
  const pages = app.electron.windows();
  const heaps = await Promise.all(
    pages.map(async (page) => searchTexts(needles, await heapStrings(page), `the heap of ${page.url()}`)),
  );
  const renderers = await app.electron.evaluate(({ webContents }) => [
    ...new Set(webContents.getAllWebContents().map((contents) => contents.getOSProcessId())),
  ]);
  const memory: Searched[] = [];
  for (const pid of renderers) memory.push(await searchProcessMemory(needles, pid));
  const { local, indexed } = await webStorage(app);
  const cookies = await app.electron.evaluate(async ({ session }) =>
    (await session.defaultSession.cookies.get({})).map((cookie) => JSON.stringify(cookie)),
  );
  const clipboard = await app.electron.evaluate(({ clipboard }) => clipboard.readText());
  const processes = await allProcesses();
  return {
    heap: together(heaps),
    rendererMemory: together(memory),
    localStorage: searchTexts(needles, local, 'localStorage'),
    indexedDb: searchTexts(needles, indexed, 'IndexedDB'),
    cookies: searchTexts(needles, cookies, 'a cookie'),
    userData: await searchDirectory(needles, app.userDataDir),
    logs: searchTexts(needles, await app.logs(), 'what was printed'),
    processes: together(
      processes.map((info) =>
        searchTexts(needles, [...info.commandLine, ...(info.environment ?? [])], `process ${info.pid}`),
      ),
    ),
    ipc: searchTexts(
      needles,
      (await app.ipcSeen()).map(({ channel, payload }) => `${channel} ${payload}`),
      'an IPC message',
    ),
    clipboard: searchTexts(needles, [clipboard], 'the clipboard'),
  };
}
