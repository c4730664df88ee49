/** Where requests go after an answer of the far end's names another address (RFC 3261 section 12.2.1.2), through the real engine. */
import { expect, it } from 'vitest';
import { descriptionWith } from '../../../../test/support/phones/description-parts';
import { createOddFarEnd } from '../../../../test/support/phones/odd-far-end';
import { setUpSwitchboard } from '../../../../test/support/phones/switchboard-phones';

const { board, phoneOf } = setUpSwitchboard();
const ANSWER = descriptionWith().replace('actpass', 'active');

it.each<[string, string | null, string]>([
  ['another address', '<sip:new@elsewhere.invalid;transport=ws>', 'sip:new@elsewhere.invalid;transport=ws'],
  ['one that JsSIP can not read', '<sip:*#9240@019f9ae299f5:5060>', 'sip:*#9240@019f9ae299f5:5060'],
  ['the same', '<sip:far@far.invalid;transport=ws>', 'sip:far@far.invalid;transport=ws'],
  ['none', null, 'sip:far@far.invalid;transport=ws'],
  ['a number', '<tel:+254722000111>', 'sip:far@far.invalid;transport=ws'],
])('a 200 to our re-INVITE that names %s', async (_, contact, target) => {
  const far = createOddFarEnd(board());
  const phone = phoneOf('1001');
  phone.agent.start();
  await phone.registered();
  const placed = await phone.agent.place('1002');
  await far.heard('INVITE');
  far.respond(200, { sdp: ANSWER });
  await phone.call('active');
  const id = placed.ok ? placed.value : '';
  phone.agent.act(id, { verb: 'hold' });
  await far.heard('INVITE', 2);
  far.respond(200, { sdp: ANSWER.replace('sendrecv', 'recvonly'), contact });
  const ack = await far.heard('ACK', 2);
  await phone.call('held');
  phone.agent.act(id, { verb: 'end' });
  const bye = await far.heard('BYE');
  expect([ack, bye].map(({ text }) => text.split('\r\n')[0])).toEqual([
    `ACK ${target} SIP/2.0`,
    `BYE ${target} SIP/2.0`,
  ]);
});
