/** What a gateway, or whatever stands in its place, may answer to a connect: no answer ends the app, and each is told in words. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { RingfenceApi } from '../../src/contracts/ipc/ipc';
import { makeCertificates, type LabCertificates } from '../lab/certificates';
import { expect, test as base } from '../support/app/app';
import { ask, lineTo, takeLine } from '../support/app/phone-driver';
import { openAnsweringServer } from '../support/servers/answering-server';
import { openOfficeProxy } from '../support/servers/office-proxy';
import { openTlsFront } from '../support/servers/tls-front';
import { certutilProblem, trustAuthority } from '../support/servers/trusted-authority';

interface Fixtures {
  readonly certificates: LabCertificates;
  /** A home folder whose programs trust the authority. */
  readonly home: string;
}

const test = base.extend<Fixtures>({
  certificates: async ({ folder }, use, testInfo) => {
    const missing = await new Promise<boolean>((resolve) =>
      execFile('openssl', ['version'], (error) => resolve(error !== null)),
    );
    testInfo.skip(missing, 'openssl is missing: apt-get install openssl.');
    await use(await makeCertificates(join(folder, 'tls'), ['127.0.0.1', 'gateway.example']));
  },
  home: async ({ folder, certificates }, use, testInfo) => {
    const problem = await certutilProblem();
    testInfo.skip(problem !== null, problem ?? '');
    const home = join(folder, 'home');
    await mkdir(home);
    await trustAuthority(home, certificates.ca);
    await use(home);
  },
});

/** A challenge is what an Electron before 39 dies of (electron#48505). */
const CHALLENGES = [
  '401 Unauthorized\r\nWWW-Authenticate: Basic realm="gateway"',
  '401 Unauthorized\r\nWWW-Authenticate: Digest realm="g", nonce="n", qop="auth"',
  '401 Unauthorized\r\nWWW-Authenticate: Negotiate',
  '401 Unauthorized\r\nWWW-Authenticate: Basic realm="a"\r\nWWW-Authenticate: NTLM',
  '401 Unauthorized',
];
const ANSWERS: readonly (readonly [answer: string, sentence: string])[] = [
  ['302 Found\r\nLocation: http://sign-in.example/', 'points to another page (HTTP 302)'],
  ['200 OK\r\nContent-Type: text/html', 'A web page (HTTP 200) answers in place of the gateway.'],
  ['429 Too Many Requests', 'The gateway was asked too often'],
  ['502 Bad Gateway\r\nContent-Type: text/html', 'does not reach the gateway itself (HTTP 502)'],
  ['503 Service Unavailable', 'The gateway takes no connections now (HTTP 503)'],
  ['407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"', 'asks for the password of a proxy'],
  ['404 Not Found', 'answers, and opens no WebSocket'],
];

/** Opens a WebSocket there by the page's own means; the value is what main tells the page about it. */
async function connect(page: Page, url: string): Promise<string> {
  return await page.evaluate(async (address) => {
    const { ringfence } = globalThis as unknown as { ringfence: RingfenceApi };
    const told = new Promise<string>((resolve) => {
      const ends = [
        ringfence.subscribe('gateway.answered', ({ failure }) => end(failure.sentence)),
        ringfence.subscribe('grants.failed', ({ failure }) => end(failure.sentence)),
      ];
      const end = (sentence: string): void => {
        for (const each of ends) each();
        resolve(sentence);
      };
    });
    const closed = new Promise((resolve) => {
      new WebSocket(address, 'sip').addEventListener('close', resolve);
    });
    await closed;
    return await told;
  }, url);
}

test('no challenge of a gateway ends the app, and each is told to the line', async ({ launch, gateway, keyring }) => {
  const app = await launch({ bus: keyring.bus });
  const server = await openAnsweringServer(`HTTP/1.1 ${CHALLENGES[0] ?? ''}`);
  try {
    await takeLine(app, lineTo(server.url, '1001'), gateway.key);
    const { page } = app;
    await page.getByTestId('registration').click();
    await expect(page.getByRole('dialog', { name: 'Registration' })).toContainText('The gateway refused the token.', {
      timeout: 15_000,
    });
    await page.keyboard.press('Escape');
    for (const answer of CHALLENGES) {
      server.answer = `HTTP/1.1 ${answer}`;
      expect(await connect(page, server.url), answer).toContain('The gateway refused the token.');
    }
    // The same process, and it still works.
    expect(await ask(page, 'app.info')).toMatchObject({ platform: process.platform });
  } finally {
    await server.close();
  }
});

test('what answers in place of a gateway is told in words', async ({
  launch,
  gateway,
  keyring,
  certificates,
  home,
}) => {
  test.setTimeout(120_000);
  const app = await launch({ bus: keyring.bus, env: { HOME: home } });
  const server = await openAnsweringServer(`HTTP/1.1 ${ANSWERS[0]?.[0] ?? ''}`);
  const front = await openTlsFront(server.url, certificates.good);
  try {
    await takeLine(app, lineTo(front.url, '1001'), gateway.key);
    const { page } = app;
    await page.getByTestId('registration').click();
    await expect(page.getByRole('dialog', { name: 'Registration' })).toContainText(ANSWERS[0]?.[1] ?? '', {
      timeout: 20_000,
    });
    await page.keyboard.press('Escape');
    for (const [answer, sentence] of ANSWERS) {
      server.answer = `HTTP/1.1 ${answer}`;
      // What the last look found holds for a while.
      await expect.poll(() => connect(page, front.url), { message: answer, timeout: 15_000 }).toContain(sentence);
    }
    expect(await ask(page, 'app.info')).toMatchObject({ platform: process.platform });
  } finally {
    await front.close();
    await server.close();
  }
});

test("a proxy's 407 does not end the app; and the app asks the network for nothing but its gateway", async ({
  launch,
  gateway,
  keyring,
}) => {
  const proxy = await openOfficeProxy({ route: () => null, password: { user: 'nobody', password: 'knows' } });
  try {
    const app = await launch({ bus: keyring.bus, env: { https_proxy: proxy.url, http_proxy: proxy.url } });
    await takeLine(app, lineTo('wss://gateway.example/ws', '1001'), gateway.key);
    await app.page.getByTestId('registration').click();
    await expect(app.page.getByRole('dialog', { name: 'Registration' })).toContainText(
      'The proxy of this network wants a user name and a password',
      { timeout: 20_000 },
    );
    // No dictionary for the spelling, no word to whoever made Chromium.
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set(['gateway.example:443']));
    expect(await ask(app.page, 'app.info')).toMatchObject({ platform: process.platform });
  } finally {
    await proxy.close();
  }
});
