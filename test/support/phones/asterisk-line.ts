/** A line of the app to the lab's Asterisk, as the preset "Asterisk" fills it in. */
import type { ProfileInput } from '../../../src/contracts/profile/profile';
import { PRESETS } from '../../../src/renderer/ui/profiles/presets';
import type { Asterisk } from '../../lab/asterisk/asterisk';
import { expect, type RunningApp } from '../app/app';
import { takeLine, untilRegistered } from '../app/phone-driver';

/** The profile that a person has after choosing the preset and entering what `npm run lab -- --server asterisk` prints. */
export function lineToAsterisk(
  asterisk: Pick<Asterisk, 'domain' | 'url' | 'serviceUrl'>,
  user = '1001',
  more: Partial<ProfileInput> = {},
): ProfileInput {
  const preset = PRESETS.find(({ id }) => id === 'asterisk')?.gives;
  if (preset?.provider?.kind !== 'generic-http' || preset.presentation === undefined)
    throw new Error('the preset has changed');
  return {
    id: `asterisk-${user}`,
    name: `Asterisk ${user}`,
    environment: 'development',
    provider: { ...preset.provider, url: asterisk.serviceUrl },
    identity: `${user}@${asterisk.domain}`,
    displayName: `Agent ${user}`,
    gatewayUrl: asterisk.url,
    presentation: preset.presentation,
    policy: { tokenLifeS: 300, purposes: ['sip'] },
    iceServers: [],
    ...more,
  };
}

/** Gives the app the line with its key, and waits until Asterisk has it registered. */
export async function joinAsterisk(
  app: RunningApp,
  asterisk: Asterisk,
  { user = '1001', more = {} }: { readonly user?: string; readonly more?: Partial<ProfileInput> } = {},
): Promise<void> {
  await takeLine(app, lineToAsterisk(asterisk, user, more), asterisk.key);
  await expect(app.page.getByTestId('registration')).toContainText(`as ${user}`);
  await untilRegistered(app.page);
  expect(await asterisk.contacts(user)).toHaveLength(1);
}
