/** TURN servers whose credentials come with a grant and end with it. */
import { expect, it } from 'vitest';
import { grantWithToken } from '../../../../test/support/phones/grants';
import { connectionOf, setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';
import type { Grant } from '../../../contracts/profile/grant';

const { phoneOf } = setUpSwitchboard();

const turn = (username: string): Grant['iceServers'][number] => ({
  urls: ['turn:turn.invalid:3478'],
  username,
  credential: `credential of ${username}`,
});
const grant = (username: string): Grant =>
  grantWithToken(`token of ${username}`, {
    identity: '1001@practice.invalid',
    fingerprint: username,
    iceServers: [turn(username)],
  });

it('a call, and a new path for one, take the credentials of the newest grant', async () => {
  const a = phoneOf('1001', { mint: () => grant('first') });
  const b = phoneOf('1002');
  a.agent.start();
  b.agent.start();
  await Promise.all([a.registered(), b.registered()]);
  a.renew(grant('second'));
  await a.until((snapshot) => snapshot.grant?.fingerprint === 'second');
  await a.agent.place('1002');
  await b.agent.act((await b.call('ringing')).id, { verb: 'answer' });
  await Promise.all([a.call('active'), b.call('active')]);
  expect(connectionOf(0).configuration).toMatchObject({ iceServers: [turn('second')] });
  a.renew(grant('third'));
  await a.until((snapshot) => snapshot.grant?.fingerprint === 'third');
  expect(connectionOf(0).configuration).toMatchObject({ iceServers: [turn('second')] });
  connectionOf(0).setIce('failed');
  await expect.poll(() => connectionOf(0).localDescription?.sdp, { timeout: 3_000 }).toContain('ice-ufrag:gen1');
  expect(connectionOf(0).configuration).toMatchObject({ iceServers: [turn('third')] });
});
