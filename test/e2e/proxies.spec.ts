/** In an office: the proxy of the network, its password, its script, and who is trusted for the request that carries a key. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { makeCertificates, type LabCertificates } from '../lab/certificates';
import { expect, test as base, type RunningApp } from '../support/app/app';
import { ask, invoke, lineTo, takeLine, untilRegistered } from '../support/app/phone-driver';
import { violations } from '../support/app/unlock-window';
import { answerJson, openHttpServer } from '../support/servers/hostile-http-server';
import { openOfficeProxy } from '../support/servers/office-proxy';
import { openTlsFront, type TlsFront } from '../support/servers/tls-front';
import { certutilProblem, trustAuthority } from '../support/servers/trusted-authority';

interface Fixtures {
  readonly certificates: LabCertificates;
  /** A home folder whose programs trust the authority. */
  readonly home: string;
  /** wss:// in front of the gateway. */
  readonly front: TlsFront;
}

const GATEWAY = 'wss://gateway.example:8443/';
const TARGET = 'gateway.example:8443';
const PASSWORD = { user: 'agent', password: `of the office ${Date.now()}` };

const test = base.extend<Fixtures>({
  certificates: async ({ folder }, use, testInfo) => {
    const missing = await new Promise<boolean>((resolve) =>
      execFile('openssl', ['version'], (error) => resolve(error !== null)),
    );
    testInfo.skip(missing, 'openssl is missing: apt-get install openssl.');
    await use(await makeCertificates(join(folder, 'tls'), ['gateway.example', 'localhost']));
  },
  home: async ({ folder, certificates }, use, testInfo) => {
    const problem = await certutilProblem();
    testInfo.skip(problem !== null, problem ?? '');
    const home = join(folder, 'home');
    await mkdir(home);
    await trustAuthority(home, certificates.ca);
    await use(home);
  },
  front: async ({ gateway, certificates }, use) => {
    const front = await openTlsFront(gateway.url, certificates.good);
    await use(front);
    await front.close();
  },
});

const portOf = (front: TlsFront): number => Number(new URL(front.url).port);
const proxyWindows = ({ electron }: RunningApp): Page[] =>
  electron.windows().filter((page) => page.url().includes('/proxy.html'));

async function proxyWindow(app: RunningApp): Promise<Page> {
  await expect.poll(() => proxyWindows(app).length, { timeout: 20_000 }).toBe(1);
  const [page] = proxyWindows(app);
  if (page === undefined) throw new Error('no proxy window');
  await expect(page.getByRole('heading', { name: 'Proxy password' })).toBeVisible();
  return page;
}

async function typeInto(page: Page, user: string, password: string): Promise<void> {
  const gone = page.waitForEvent('close');
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await Promise.all([
    gone,
    page
      .getByRole('button', { name: 'Use it' })
      .click()
      .catch(() => undefined),
  ]);
}

test('the password of a proxy is typed into a window of its own, kept in the keychain, and seen by the proxy alone', async ({
  launch,
  gateway,
  keyring,
  folder,
  front,
  home,
}, testInfo) => {
  test.setTimeout(150_000);
  const proxy = await openOfficeProxy({
    route: (target) => (target === TARGET ? portOf(front) : null),
    password: PASSWORD,
  });
  try {
    const started = {
      bus: keyring.bus,
      userDataDir: join(folder, 'kept'),
      env: { HOME: home, https_proxy: proxy.url, http_proxy: proxy.url },
    };
    const app = await launch(started);
    await takeLine(app, lineTo(GATEWAY, '1001'), gateway.key);
    const first = await proxyWindow(app);
    await expect(first.getByText(`127.0.0.1:${proxy.port}`)).toBeVisible();
    for (const theme of ['light', 'dark'] as const) {
      await ask(app.page, 'settings.set', { theme });
      await expect(first.locator('html')).toHaveAttribute('data-theme', theme);
      expect.soft(await violations(first), `the window for a proxy's password, ${theme}`).toEqual([]);
      await first.screenshot({ path: testInfo.outputPath(`proxy-${theme}.png`) });
    }
    expect(await first.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out').toBe(
      true,
    );
    // It is a process of its own, and the phone window can neither ask nor answer.
    const processes = await app.electron.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((each) => [each.getURL(), each.getOSProcessId()] as const),
    );
    const idOf = (page: string): number | undefined => processes.find(([url]) => url.includes(page))?.[1];
    expect(idOf('/proxy.html')).not.toBe(idOf('/index.html'));
    expect(await invoke(app.page, 'proxy.answer', { user: 'a', password: 'b' })).toMatchObject({
      failure: { reason: 'forbidden-sender' },
    });
    await typeInto(first, PASSWORD.user, 'wrong');
    const second = await proxyWindow(app);
    await expect(second.getByRole('alert')).toContainText('refused');
    await typeInto(second, PASSWORD.user, PASSWORD.password);
    await untilRegistered(app.page, 60_000);
    const secret = [PASSWORD.password, Buffer.from(`${PASSWORD.user}:${PASSWORD.password}`).toString('base64')];
    for (const each of secret) {
      expect((await app.logs()).join('\n')).not.toContain(each);
      expect((await readFile(join(started.userDataDir, 'audit.jsonl'), 'utf8')).includes(each)).toBe(false);
    }
    await app.close();

    const again = await launch(started);
    await untilRegistered(again.page, 60_000);
    expect(proxyWindows(again)).toEqual([]);
  } finally {
    await proxy.close();
  }
});

test("main's own requests use the proxy of the system's settings; NODE_EXTRA_CA_CERTS makes it trust nobody for a key", async ({
  launch,
  keyring,
  certificates,
}) => {
  const server = await openHttpServer(answerJson(200, { token: 't' }), certificates.good);
  const proxy = await openOfficeProxy({ route: () => Number(new URL(server.url).port) });
  try {
    const app = await launch({
      bus: keyring.bus,
      env: { https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: certificates.ca },
    });
    for (const [id, baseUrl] of [
      ['line-here', server.url],
      ['line-elsewhere', 'https://gateway.example:9443'],
    ] as const) {
      const line = lineTo('', '1001', {
        id,
        provider: { kind: 'sautikit', baseUrl },
        presentation: { kind: 'query', parameter: 'token' },
      });
      await takeLine(app, line, `key_${'x'.repeat(40)}`);
      const refused = await invoke(app.page, 'grants.get', { profileId: id, purpose: 'sip' });
      expect(refused, baseUrl).toMatchObject({ failure: { reason: 'certificate-refused' } });
    }
    // This computer's own was asked straight, the other one through the proxy.
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set(['gateway.example:9443']));
    expect(server.requests).toEqual([]);
  } finally {
    await proxy.close();
    await server.close();
  }
});

for (const scheme of ['wss:', 'https:'])
  test(`a script (PAC) names the proxy of the WebSocket: one that knows ${scheme} alone`, async ({
    launch,
    gateway,
    keyring,
    front,
    home,
  }) => {
    const proxy = await openOfficeProxy({ route: (target) => (target === TARGET ? portOf(front) : null) });
    const asked: string[] = [];
    const script = createServer((_request, response) => {
      asked.push('script');
      response
        .writeHead(200, { 'content-type': 'application/x-ns-proxy-autoconfig' })
        .end(
          `function FindProxyForURL(url) { return url.indexOf('${scheme}') == 0 ? 'PROXY 127.0.0.1:${proxy.port}' : 'DIRECT'; }`,
        );
    });
    script.listen(0, '127.0.0.1');
    await once(script, 'listening');
    try {
      const { port } = script.address() as AddressInfo;
      const app = await launch({ bus: keyring.bus, env: { HOME: home, auto_proxy: `http://127.0.0.1:${port}/p.pac` } });
      await takeLine(app, lineTo(GATEWAY, '1001'), gateway.key);
      await untilRegistered(app.page, 40_000);
      expect(proxy.asked.map(({ target }) => target)).toContain(TARGET);
      expect(asked.length).toBeGreaterThan(0);
    } finally {
      script.close();
      await proxy.close();
    }
  });
