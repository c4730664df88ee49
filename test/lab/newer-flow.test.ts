/** A dialog outlives the WebSocket it began on: what its peer sends goes to the same phone's newer one. */
import { expect, it, onTestFinished } from 'vitest';
import { SipClient } from '../support/phones/sip-client';
import { setUpLab } from './lab-fixture';

const lab = setUpLab();

async function phone(user: string): Promise<SipClient> {
  const opened = await SipClient.open(lab().url, user, { token: lab().mint({ sub: user }), domain: lab().domain });
  onTestFinished(() => opened.drop());
  return opened;
}

/** Registers the contact of `of`, who may be a phone that is back on another WebSocket. */
async function register(client: SipClient, of: SipClient = client): Promise<void> {
  const contact = `<${of.contactUri}>;reg-id=1;+sip.instance="${of.instance}";expires=300`;
  expect((await client.response(client.request('REGISTER', { to: `<${client.aor}>`, contact }))).status).toBe(200);
}

it('brings BYE to whoever is back, and to nobody else', async () => {
  const [asha, kamau] = [await phone('1001'), await phone('1002')];
  await register(asha);
  await register(kamau);
  const invite = kamau.request('INVITE', { uri: asha.aor });
  const received = await asha.nextRequest('INVITE');
  asha.reply(received, 200, { toTag: 'asha' });
  const dialog = kamau.acknowledge(invite, await kamau.response(invite));
  await asha.nextRequest('ACK');

  await asha.drop();
  const [back, other] = [await phone('1001'), await phone('1001')];
  await register(back, asha);
  await register(other);
  const bye = kamau.request('BYE', { dialog });
  back.reply(await back.nextRequest('BYE'), 200);
  expect((await kamau.response(bye)).status).toBe(200);
  expect(other.received.filter(({ kind }) => kind === 'request')).toEqual([]);
});
