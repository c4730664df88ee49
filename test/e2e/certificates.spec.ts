import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { makeCertificates, type LabCertificates } from '../lab/certificates';
import { expect, test as base } from '../support/app/app';
import { callCard, dial, lineTo, press, takeLine, untilRegistered } from '../support/app/phone-driver';
import { openTlsFront, type TlsFront } from '../support/servers/tls-front';
import { certutilProblem, trustAuthority } from '../support/servers/trusted-authority';

interface Fixtures {
  readonly certificates: LabCertificates;
  /** wss:// in front of the gateway, with the certificate of this name. */
  readonly front: (certificate: 'good' | 'expired' | 'otherHost') => Promise<TlsFront>;
  /** A home folder whose programs trust the authority. */
  readonly trustingHome: string;
}

const test = base.extend<Fixtures>({
  certificates: async ({ folder }, use, testInfo) => {
    const missing = await new Promise<boolean>((resolve) =>
      execFile('openssl', ['version'], (error) => resolve(error !== null)),
    );
    testInfo.skip(missing, 'openssl is missing: apt-get install openssl.');
    await use(await makeCertificates(join(folder, 'tls'), ['127.0.0.1']));
  },
  front: async ({ gateway, certificates }, use) => {
    const fronts: TlsFront[] = [];
    await use(async (name) => {
      const front = await openTlsFront(gateway.url, certificates[name]);
      fronts.push(front);
      return front;
    });
    for (const front of fronts) await front.close();
  },
  trustingHome: async ({ folder, certificates }, use, testInfo) => {
    const problem = await certutilProblem();
    testInfo.skip(problem !== null, problem ?? '');
    const home = join(folder, 'home');
    await mkdir(home);
    await trustAuthority(home, certificates.ca);
    await use(home);
  },
});

const hostOf = (front: TlsFront): string => new URL(front.url).host;

/** What the agent reads below the calls, with the sentence that the status holds. */
async function agentReads(page: Page, sentence: string): Promise<void> {
  await expect(page.getByTestId('registration')).toHaveAttribute('data-phase', 'waiting');
  await expect(page.getByRole('status').filter({ hasText: sentence })).toBeVisible();
  await page.getByTestId('registration').click();
  await expect(page.getByRole('dialog', { name: 'Registration' })).toContainText(sentence);
  await page.keyboard.press('Escape');
  await expect(page.getByText('does not answer')).toHaveCount(0);
}

test('an authority that this computer does not know: the agent reads whose certificate it is, and what to do', async ({
  launch,
  gateway,
  keyring,
  front,
}) => {
  const app = await launch({ bus: keyring.bus });
  const good = await front('good');
  await takeLine(app, lineTo(good.url, '1001'), gateway.key);
  await agentReads(
    app.page,
    `${hostOf(good)} does not send the certificate of "Ringfence lab CA of one run", the issuer of its own.`,
  );
});

test('a certificate for another host', async ({ launch, gateway, keyring, front, trustingHome }) => {
  const app = await launch({ bus: keyring.bus, env: { HOME: trustingHome } });
  const other = await front('otherHost');
  await takeLine(app, lineTo(other.url, '1001'), gateway.key);
  await agentReads(
    app.page,
    `The certificate that ${hostOf(other)} shows is for another name ("other.ringfence.test").`,
  );
  await app.page.getByTestId('registration').click();
  await app.page.getByRole('dialog', { name: 'Registration' }).getByRole('button', { name: 'Open profiles' }).click();
  await expect(app.page.getByRole('tab', { name: 'Profiles' })).toHaveAttribute('aria-selected', 'true');
});

test('an expired certificate', async ({ launch, gateway, keyring, front, trustingHome }) => {
  const app = await launch({ bus: keyring.bus, env: { HOME: trustingHome } });
  const expired = await front('expired');
  await takeLine(app, lineTo(expired.url, '1001'), gateway.key);
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  await agentReads(
    app.page,
    `The certificate of ${hostOf(expired)} expired on ${yesterday}. The gateway's admin has to renew it.`,
  );
});

test("the company's own authority, trusted by this computer: registered and calling over wss", async ({
  launch,
  gateway,
  keyring,
  front,
  trustingHome,
}) => {
  const app = await launch({ bus: keyring.bus, env: { HOME: trustingHome } });
  const good = await front('good');
  await takeLine(app, lineTo(good.url, '1001'), gateway.key);
  await expect(app.page.getByTestId('registration')).toContainText('as 1001');
  await untilRegistered(app.page);
  await dial(app.page, 'echo');
  await expect(callCard(app.page, 'active')).toBeVisible();
  await press(app.page, 'end');
});
