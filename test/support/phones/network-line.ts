/** A line of the app to the Kamailio at the far end of the cables (build/networks.mjs), over TLS. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '../../survival/orders';
import { expect, type LaunchOptions, type RunningApp } from '../app/app';
import type { KeyringSession } from '../app/keyring-session';
import { lineTo, takeLine, untilRegistered } from '../app/phone-driver';
import { trustAuthority } from '../servers/trusted-authority';
import { AGENT } from './lab-line';

/** What a test gives for it: its own fixtures. */
export interface Surroundings {
  readonly launch: (options: LaunchOptions) => Promise<RunningApp>;
  readonly keyring: KeyringSession;
  readonly folder: string;
}

/** Launches the app, which trusts the lab's authority, and waits until it is registered as the agent. */
export async function joinNetwork(
  network: Network,
  { launch, keyring, folder }: Surroundings,
  options: LaunchOptions = {},
): Promise<RunningApp> {
  const { wssUrl, ca, domain, issuer, audience, key } = await network.facts();
  const home = join(folder, 'home');
  const authority = join(folder, 'ca.pem');
  await writeFile(authority, ca);
  await trustAuthority(home, authority);
  const app = await launch({ ...options, bus: keyring.bus, env: { HOME: home } });
  const identity = `${AGENT}@${domain}`;
  await takeLine(app, lineTo(wssUrl, AGENT, { identity, provider: { kind: 'local-jwt', issuer, audience } }), key);
  await expect(app.page.getByTestId('registration')).toContainText(`as ${AGENT}`);
  await untilRegistered(app.page);
  return app;
}
