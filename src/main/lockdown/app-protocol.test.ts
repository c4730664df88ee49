import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, fileFor, serveFile } from './app-protocol';

let folder = '';
let root = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringfence-files-'));
  root = join(folder, 'renderer');
  mkdirSync(join(root, 'assets'), { recursive: true });
  mkdirSync(join(folder, 'renderer-secrets'));
  writeFileSync(join(root, 'index.html'), '<!doctype html>');
  writeFileSync(join(root, 'unlock.html'), '<!doctype html>');
  writeFileSync(join(root, 'assets', 'unlock.html'), '<!doctype html>');
  writeFileSync(join(root, 'assets', 'a b.js'), 'x');
  writeFileSync(join(root, 'notes.txt'), 'x');
  writeFileSync(join(folder, 'outside.html'), 'x');
  writeFileSync(join(folder, 'renderer-secrets', 'index.html'), 'x');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (url: string, method = 'GET'): Promise<Response> => serveFile({ url, method }, root, ['index.html']);

describe('app://', () => {
  it('serves the page with its policy', async () => {
    const answer = await get('app://ringfence/index.html?x=1#y');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('<!doctype html>');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('serves a script below, with its type', async () => {
    const answer = await get('app://ringfence/assets/a%20b.js');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  });

  it.each([
    'app://ringfence/',
    'app://ringfence/missing.txt',
    'app://ringfence/assets',
    'app://ringfence/notes.txt',
    'app://other/index.html',
    'app://ringfence/..%2foutside.html',
    'app://ringfence/..%2Foutside.html',
    'app://ringfence/%2e%2e/outside.html',
    'app://ringfence/assets/..%2f..%2foutside.html',
    'app://ringfence/..%5coutside.html',
    'app://ringfence/../renderer-secrets/index.html',
    'app://ringfence/..%2frenderer-secrets/index.html',
    'app://ringfence/%00index.html',
    'app://ringfence/%zz.html',
    'app://ringfence//etc/passwd.html',
    'file:///etc/passwd',
    'nonsense',
  ])('refuses %s', async (url) => {
    expect((await get(url)).status).toBe(404);
  });

  it.each([
    'app://ringfence/unlock.html',
    'app://ringfence/unlock.html?question=unlock',
    'app://ringfence/assets/unlock.html',
    'app://ringfence/unlock%2ehtml',
  ])(
    'answers with nothing for a page that belongs to another window, so that the one that is there stays: %s',
    async (url) => {
      const answer = await get(url);
      expect([answer.status, await answer.text()]).toEqual([204, '']);
    },
  );

  it('refuses any method but GET', async () => {
    expect((await get('app://ringfence/index.html', 'POST')).status).toBe(404);
  });

  it('lets the one style element in that react-aria makes', () => {
    const style = '@layer {\n  [data-react-aria-pressable] {\n    touch-action: pan-x pan-y pinch-zoom;\n  }\n}';
    expect(CONTENT_SECURITY_POLICY).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  });

  it('names files below its folder only', () => {
    expect(fileFor('app://ringfence/index.html', root)).toBe(join(root, 'index.html'));
  });

  it("takes the system's boxes away from every page: no dialog, no printing, no download, no window", () => {
    const sandbox = CONTENT_SECURITY_POLICY.split('; ').find((each) => each.startsWith('sandbox'));
    expect(sandbox).toBe('sandbox allow-scripts allow-same-origin allow-forms');
  });

  it('has a policy without any hole for scripts or frames', () => {
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/);
    expect(CONTENT_SECURITY_POLICY).toMatch(/default-src 'none'/);
    expect(CONTENT_SECURITY_POLICY).toMatch(/frame-src 'none'/);
  });
});
