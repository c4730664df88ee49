/** A line of the app to the lab's Kamailio. */
import type { Presentation, ProfileInput } from '../../../src/contracts/profile/profile';
import type { Lab, LabPresentation } from '../../lab/lab';
import { expect, type RunningApp } from '../app/app';
import { takeLine, untilRegistered } from '../app/phone-driver';

/** How a profile names the lab's presentations. */
const PRESENTATIONS: Readonly<Record<LabPresentation, Presentation>> = {
  query: { kind: 'query', parameter: 'token' },
  subprotocol: { kind: 'subprotocol', template: 'bearer.<token>' },
  bearer: { kind: 'bearer', header: 'Authorization', realm: '' },
  digest: { kind: 'digest', realm: '' },
  'main-injected': { kind: 'main-injected' },
};

/** The user whom the app registers as. */
export const AGENT = '1001';

/** The profile that an operator of this Kamailio would hand out. */
export function lineToLab(lab: Lab, more: Partial<ProfileInput> = {}): ProfileInput {
  return {
    id: 'lab',
    name: 'Lab',
    environment: 'development',
    provider:
      lab.presentation === 'digest'
        ? { kind: 'ephemeral-credentials' }
        : { kind: 'local-jwt', issuer: lab.issuer, audience: lab.audience },
    identity: `${AGENT}@${lab.domain}`,
    displayName: `Agent ${AGENT}`,
    gatewayUrl: lab.url,
    presentation: PRESENTATIONS[lab.presentation],
    policy: { tokenLifeS: 300, purposes: ['sip'] },
    iceServers: [],
    ...more,
  };
}

/** Gives the app a line to the lab, with its key, and waits until Kamailio has it registered. */
export async function joinLab(app: RunningApp, lab: Lab, more: Partial<ProfileInput> = {}): Promise<void> {
  await takeLine(app, lineToLab(lab, more), lab.activeKey);
  await expect(app.page.getByTestId('registration')).toContainText(`as ${AGENT}`);
  await untilRegistered(app.page);
  expect(await lab.kamailio.contacts(AGENT)).toHaveLength(1);
}
