import { describe, expect, it } from 'vitest';
import { testGrant } from '../../../../test/support/phones/grants';
import { setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';

const { board, phoneOf } = setUpSwitchboard();

/** What phone 1001 shows of an INVITE with these headers. */
async function shown(trustAssertedIdentity: boolean, from: string, headers: readonly string[]) {
  const a = phoneOf('1001', {
    mint: () =>
      testGrant({
        identity: '1001@practice.invalid',
        trustAssertedIdentity,
      }),
  });
  a.agent.start();
  await a.registered();
  board().inject(
    '1001',
    [
      'INVITE sip:1001@practice.invalid SIP/2.0',
      'Via: SIP/2.0/WS caller.invalid;branch=z9hG4bKcaller',
      'Max-Forwards: 69',
      `From: ${from};tag=f1`,
      'To: <sip:1001@practice.invalid>',
      'Call-ID: caller',
      'CSeq: 1 INVITE',
      'Contact: <sip:7@caller.invalid;transport=ws>',
      ...headers,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
  return (await a.call('ringing')).peer;
}
const PAI = 'P-Asserted-Identity: "Asha" <sip:+254722000001@gw.example.com;user=phone>';
const MALLORY = '"Your bank" <sip:7@practice.invalid>';

describe('who calls, from the wire to the card', () => {
  it.each([
    ["the gateway's word", true, MALLORY, [PAI], { user: '+254722000001', displayName: 'Asha', confirmed: true }],
    ['From, where the gateway is not trusted', false, MALLORY, [PAI], { user: '7', displayName: 'Your bank' }],
    ['nobody, who wants to be none', true, MALLORY, [PAI, 'Privacy: id'], { user: '', displayName: 'Anonymous' }],
    ['nobody', true, '"Anonymous" <sip:anonymous@anonymous.invalid>', [], { user: '', displayName: 'Anonymous' }],
    ['the host of a server', true, '<sip:gw.example.com>', [], { uri: 'sip:gw.example.com', user: '' }],
    [
      'a number without its parameters',
      true,
      '<sip:+15551234;phone-context=x@h.example.com>',
      [],
      { user: '+15551234' },
    ],
  ])('%s', async (_, trusted, from, headers, expected) => {
    const peer = await shown(trusted, from, headers);
    expect(peer).toMatchObject(expected);
    expect(peer.confirmed === true).toBe('confirmed' in expected);
  });
});
