/**
 * Stands in for Electron's `default_app.asar` in a runtime that has none: takes the first argument that is no switch as
 * the app's folder (or main file), and loads it as Electron itself would.
 */
import { app } from 'electron';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const at = process.argv.findIndex((argument, index) => index > 0 && !argument.startsWith('-'));
const target = at < 0 ? undefined : process.argv[at];
if (target === undefined) {
  console.log(`Electron ${process.versions.electron}: name the folder of an app to run it.`);
  app.exit(process.argv.includes('--version') ? 0 : 1);
} else if (!existsSync(target)) {
  console.error(`${target} is not there, so there is no app to run.`);
  app.exit(1);
} else {
  const path = resolve(target);
  const isFolder = statSync(path).isDirectory();
  /** @type {unknown} */
  const parsed = isFolder ? JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) : {};
  const about = /** @type {{ name?: string, productName?: string, version?: string, main?: string }} */ (parsed);
  const name = about.productName ?? about.name;
  if (name !== undefined) app.setName(name);
  // Electron's own default_app sets these two, but electron.d.ts does not declare them.
  const undeclared = /** @type {{ setVersion(version: string): void, setAppPath(path: string): void }} */ (
    /** @type {unknown} */ (app)
  );
  if (about.version !== undefined) undeclared.setVersion(about.version);
  undeclared.setAppPath(isFolder ? path : dirname(path));
  // Makes `app.isPackaged` and the like read as they do under `electron .`; process.argv stays as it is, as there.
  Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
  await import(pathToFileURL(isFolder ? join(path, about.main ?? 'index.js') : path).href);
}
