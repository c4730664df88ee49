/** The zones and rooms hold: what must not compile does not, and each arrow rule fires on the arrow it forbids. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

// A tree of hundreds of files is read for seconds, where others work beside it for many: the limit is for what hangs.
vi.setConfig({ testTimeout: 120_000 });

const checkout = resolve(import.meta.dirname, '../..');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringfence-walls-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Compiler errors of one line of code, were it a file of the zone. */
function errorsIn(zone: string, code: string): string[] {
  const configPath = join(checkout, `tsconfig.${zone}.json`);
  const parsed = ts.getParsedCommandLineOfConfigFile(
    configPath,
    { noEmit: true, composite: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  if (parsed === undefined) throw new Error(`no ${configPath}`);
  const file = join(folder, 'probe.ts');
  writeFileSync(file, code);
  const program = ts.createProgram([file], { ...parsed.options, rootDir: '/', emitDeclarationOnly: false });
  return ts
    .getPreEmitDiagnostics(program)
    .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}

describe('a zone is a compiler fact', () => {
  it.each([
    ['main', 'export const x = document.title;', /document/],
    ['gateway', 'export const x = window.location;', /window/],
    ['renderer', 'export const x = process.env;', /process/],
    ['renderer', "export { readFileSync } from 'node:fs';", /node:fs/],
    ['contracts', 'export const x = window.location;', /window/],
    ['contracts', 'export const x = process.env;', /process/],
    ['preload', 'export const x = process.env;', /process/],
  ])('%s refuses %s', (zone, code, expected) => {
    expect(errorsIn(zone, code).join('\n')).toMatch(expected);
  });

  it.each([
    ['main', 'export const x = process.pid;'],
    ['renderer', 'export const x = document.title;'],
    ['contracts', "export const x = new URL('wss://example.com').hostname;"],
  ])('%s accepts %s', (zone, code) => {
    expect(errorsIn(zone, code)).toEqual([]);
  });
});

const report = z.object({
  summary: z.object({ violations: z.array(z.object({ rule: z.object({ name: z.string() }), from: z.string() })) }),
});

type Violation = z.infer<typeof report>['summary']['violations'][number];

/** What the arrow table says of a tree of the given files. */
function violations(files: Readonly<Record<string, string>>): Violation[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const name of ['tsconfig.base.json', 'tsconfig.test.json', '.dependency-cruiser.cjs']) {
    writeFileSync(join(folder, name), readFileSync(join(checkout, name)));
  }
  mkdirSync(join(folder, 'test'), { recursive: true });
  const cli = join(checkout, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  // Exit code is the number of violations; the report is on standard output either way.
  let output = '';
  try {
    output = execFileSync(
      process.execPath,
      [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'test'],
      { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
  } catch (error) {
    output = z.object({ stdout: z.string() }).parse(error).stdout;
  }
  return report.parse(JSON.parse(output)).summary.violations;
}

/** Names of the rules that fire in a tree of the given files. */
const firedRules = (files: Readonly<Record<string, string>>): string[] =>
  violations(files).map(({ rule }) => rule.name);

const npmPackage = (name: string): Record<string, string> => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: 'module.exports = {};',
});
const manifest = {
  'package.json': JSON.stringify({
    dependencies: { zod: '1', jssip: '1', keytar: '1', jose: '1', 'node-datachannel': '1' },
    devDependencies: { react: '1' },
  }),
};
const leaf = 'export const x = 1;';

/** The same files under names of their own (`a-3.ts`), so that all cases stand in one tree: reading a tree takes seconds. */
function numbered(files: Readonly<Record<string, string>>, number: number): Record<string, string> {
  const own = Object.keys(files).filter((path) => !path.startsWith('node_modules/'));
  const stems = new Set(own.map((path) => basename(path, '.ts')));
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) =>
      own.includes(path)
        ? [
            path.replace(/\.ts$/, `-${number}.ts`),
            text.replace(/'(\.[^']*\/)([^/']+)'/g, (whole, folders: string, stem: string) =>
              stems.has(stem) ? `'${folders}${stem}-${number}'` : whole,
            ),
          ]
        : [path, text],
    ),
  );
}

describe('the arrow table', () => {
  const arrows: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    [
      'no-circles',
      { 'src/main/a.ts': "import './b'; export const a = 1;", 'src/main/b.ts': "import './a'; export const b = 1;" },
    ],
    ['no-orphan-arrow', { 'src/main/a.ts': "import './nowhere';" }],
    ['contracts-import-zod-alone', { 'src/contracts/a.ts': "import 'jose';", ...npmPackage('jose') }],
    ['main-imports-contracts', { 'src/main/a.ts': "import '../renderer/b';", 'src/renderer/b.ts': leaf }],
    ['main-imports-contracts', { 'src/main/a.ts': "import '../gateway/b';", 'src/gateway/b.ts': leaf }],
    [
      'only-index-composes',
      {
        'src/main/tokens/broker.ts': "import '../composition/compose-tokens';",
        'src/main/composition/compose-tokens.ts': leaf,
      },
    ],
    [
      'preload-imports-names-only',
      { 'src/preload/a.ts': "import '../contracts/ipc/ipc';", 'src/contracts/ipc/ipc.ts': leaf },
    ],
    ['renderer-imports-contracts', { 'src/renderer/a.ts': "import '../main/b';", 'src/main/b.ts': leaf }],
    ['gateway-imports-contracts', { 'src/gateway/a.ts': "import '../main/b';", 'src/main/b.ts': leaf }],
    ['renderer-knows-no-node', { 'src/renderer/a.ts': "import 'node:fs';" }],
    ['renderer-knows-no-electron', { 'src/renderer/a.ts': "import 'electron';", ...npmPackage('electron') }],
    ['ui-goes-through-state', { 'src/renderer/ui/a.ts': "import '../phone/b';", 'src/renderer/phone/b.ts': leaf }],
    ['state-knows-no-ui', { 'src/renderer/state/a.ts': "import '../ui/b';", 'src/renderer/ui/b.ts': leaf }],
    ['engine-knows-no-react', { 'src/renderer/phone/a.ts': "import 'react';", ...npmPackage('react') }],
    ['nothing-imports-test-or-build', { 'src/main/a.ts': "import '../../test/support/b';", 'test/support/b.ts': leaf }],
    ['no-dev-dependency-in-main', { 'src/main/a.ts': "import 'react';", ...npmPackage('react') }],
    ['ui-feature-keys', { 'src/renderer/ui/keys/a.ts': "import '../audit/b';", 'src/renderer/ui/audit/b.ts': leaf }],
    ['ui-feature-phone', { 'src/renderer/ui/phone/a.ts': "import '../app/b';", 'src/renderer/ui/app/b.ts': leaf }],
    [
      'ui-kit-knows-no-feature',
      { 'src/renderer/ui/kit/a.ts': "import '../keys/b';", 'src/renderer/ui/keys/b.ts': leaf },
    ],
    [
      'few-rooms-talk-to-electron',
      { 'src/main/keys/a.ts': "import { app } from 'electron';", ...npmPackage('electron') },
    ],
    ['one-file-imports-jssip', { 'src/renderer/phone/call/call.ts': "import 'jssip';", ...npmPackage('jssip') }],
    ['one-file-imports-keytar', { 'src/main/tokens/broker.ts': "import 'keytar';", ...npmPackage('keytar') }],
    ['one-file-signs', { 'src/main/tokens/broker.ts': "import 'jose';", ...npmPackage('jose') }],
    [
      'one-file-makes-media',
      { 'src/gateway/proxy.ts': "import 'node-datachannel';", ...npmPackage('node-datachannel') },
    ],
  ];

  it('each rule fires on the arrow that it forbids', () => {
    const trees = arrows.map(([, files], number) => numbered(files, number));
    const fired = violations(Object.assign({}, manifest, ...trees) as Record<string, string>);
    const heard = arrows.map(([rule], number) => [
      rule,
      fired.some(({ rule: { name }, from }) => name === rule && from in (trees[number] ?? {})),
    ]);
    expect(heard).toEqual(arrows.map(([rule]) => [rule, true]));
  });

  /** A zone's rooms from above to below; `beside` draws the arrows that a room may have to one of its own layer. */
  const zones = {
    main: {
      base: 'src/main',
      rows: [
        ['composition'],
        ['cli'],
        ['handlers'],
        ['assistant', 'tokens', 'consent', 'control-api'],
        ['providers', 'ipc', 'keys', 'locks', 'practice', 'history', 'contacts', 'recordings', 'diagnostics'],
        ['profiles', 'secrets'],
        ['policy', 'audit', 'settings', 'windows', 'desktop'],
        ['lockdown', 'tools'],
        ['base'],
      ],
      drawn: ['assistant>tokens', 'ipc>locks', 'providers>keys'],
    },
    renderer: {
      base: 'src/renderer',
      rows: [['ui'], ['state'], ['voice'], ['phone'], ['media', 'events'], ['base']],
      drawn: [],
    },
    phone: {
      base: 'src/renderer/phone',
      rows: [['agent'], ['transfer', 'conference'], ['call', 'registration', 'jssip'], ['port'], ['wire'], ['base']],
      drawn: [],
    },
  } as const;

  it.each(Object.entries(zones))(
    'the layers of %s: each arrow up or aside fires, each arrow down does not',
    (zone, { base, rows, drawn }) => {
      const rooms = rows.flatMap((row, level) => row.map((room) => ({ room, level })));
      const aside: readonly string[] = drawn;
      const files: Record<string, string> = {};
      const wrong: string[] = [];
      for (const from of rooms) {
        files[`${base}/${from.room}/leaf.ts`] = leaf;
        for (const to of rooms) {
          if (from.room === to.room) continue;
          files[`${base}/${from.room}/to-${to.room}.ts`] = `import '../${to.room}/leaf';`;
          if (to.level > from.level || aside.includes(`${from.room}>${to.room}`)) continue;
          wrong.push(`${zone}-layer-${from.room} ${base}/${from.room}/to-${to.room}.ts`);
        }
      }
      const fired = violations({ ...manifest, ...files }).filter(({ rule }) => rule.name.startsWith(`${zone}-layer-`));
      expect(fired.map(({ rule, from }) => `${rule.name} ${from}`).sort()).toEqual(wrong.sort());
    },
  );

  it('is silent on the arrows that are drawn', () => {
    expect(
      firedRules({
        ...manifest,
        ...npmPackage('zod'),
        ...npmPackage('jssip'),
        'src/contracts/a.ts': "import 'zod'; export const x = 1;",
        'src/main/a.ts': "import '../contracts/a';",
        'src/renderer/ui/a.ts': "import '../state/b';",
        'src/renderer/state/b.ts': "import '../phone/jssip/jssip-stack'; export const x = 1;",
        'src/renderer/phone/jssip/jssip-stack.ts': "import 'jssip'; export const y = 1;",
      }),
    ).toEqual([]);
  });
});

describe('ipcMain', () => {
  // A named import is below what the arrow table sees, so ESLint watches this one.
  it.each([
    ['src/main/index.ts', 1],
    ['src/main/ipc/ipc.ts', 0],
  ])('imported by %s: %i complaint', async (path, complaints) => {
    // With CI=true typescript-eslint takes each file's text from the disk, not the text it is given, unless told not to.
    const eslint = new ESLint({
      cwd: checkout,
      overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
    });
    const [result] = await eslint.lintText("import { ipcMain } from 'electron';\nipcMain.removeHandler('x');\n", {
      filePath: join(checkout, path),
    });
    expect(result?.messages.filter((message) => message.fatal === true)).toEqual([]);
    expect(result?.messages.filter((message) => message.ruleId === 'no-restricted-imports')).toHaveLength(complaints);
  });
});
