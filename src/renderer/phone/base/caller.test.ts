import { describe, expect, it } from 'vitest';
import type { Party } from '../../../contracts/call/call';
import { ANONYMOUS, callerOf, type CallerHeaders } from './caller';
import { partyLabel, partyOf } from './party';

const from = partyOf('1002', 'pbx.example.com', 'Not Asha');
const nothing: CallerHeaders = { from, asserted: [], remoteParty: [], privacy: [], domain: 'pbx.example.com' };
const hidden = partyOf('anonymous', 'anonymous.invalid', 'Anonymous');
const asha = (confirmed: boolean): Party => ({
  uri: 'sip:+254722000001@pbx.example.com',
  user: '+254722000001',
  displayName: 'Asha',
  ...(confirmed ? { confirmed: true } : {}),
});
const unnamed = (party: Party): Party => ({ ...party, displayName: '' });
const SIP = '"Asha" <sip:+254722000001@pbx.example.com;user=phone>';
const TEL = '<tel:+254-722-000-001;phone-context=x>';

describe('who calls', () => {
  it.each<[string, Partial<CallerHeaders>, Party]>([
    ['From, where nothing else is said', {}, from],
    ['P-Asserted-Identity wins over From', { asserted: [SIP] }, asha(true)],
    ['two of them, SIP first', { asserted: [TEL, SIP] }, asha(true)],
    ['two in one header', { asserted: [`${SIP}, ${TEL}`] }, asha(true)],
    ['a tel: URI shows its number', { asserted: [TEL] }, unnamed(asha(true))],
    ['a bare tel: URI', { asserted: ['tel:+254722000001'] }, unnamed(asha(true))],
    [
      'the name may stand with the other one',
      { asserted: ['"Asha" <tel:+254722000001>', '<sip:+254722000001@pbx.example.com>'] },
      asha(true),
    ],
    [
      'parameters of the number do not show',
      { asserted: ['Asha <sip:+254722000001;phone-context=+254;npdi@pbx.example.com:5060;user=phone?Subject=x>'] },
      { ...asha(true), uri: 'sip:+254722000001@pbx.example.com:5060' },
    ],
    [
      'commas and brackets inside the name',
      { asserted: ['"A, <b> \\"c\\"" <sip:7@h>'] },
      { uri: 'sip:7@h', user: '7', displayName: 'A, <b> "c"', confirmed: true },
    ],
    ['what can not be read says nothing', { asserted: ['<mailto:a@b>', '"', '<>', ''] }, from],
    ['Remote-Party-ID, checked', { remoteParty: [`${SIP};party=calling;screen=yes;privacy=off`] }, asha(true)],
    ['Remote-Party-ID, not checked', { remoteParty: [`${SIP};party=calling;privacy=off;screen=no`] }, asha(false)],
    ['Remote-Party-ID of somebody else', { remoteParty: [`${SIP};party=called;screen=yes`] }, from],
    ['Remote-Party-ID, its name hidden', { remoteParty: [`${SIP};screen=yes;privacy=name`] }, unnamed(asha(true))],
    ['Remote-Party-ID, hidden', { remoteParty: [`${SIP};screen=yes;privacy=full`] }, ANONYMOUS],
    ['the newer of the two headers', { asserted: [SIP], remoteParty: ['<sip:9@h>;screen=yes'] }, asha(true)],
    ['Privacy: id', { asserted: [SIP], privacy: ['id'] }, ANONYMOUS],
    ['Privacy: user;critical', { privacy: ['user;critical'] }, ANONYMOUS],
    ['a hidden From', { from: hidden }, ANONYMOUS],
    ['a hidden From, from another host', { from: partyOf('Anonymous', '192.0.2.1', null) }, ANONYMOUS],
    ['a hidden From, asserted all the same', { from: hidden, asserted: [SIP] }, ANONYMOUS],
    ['a hidden From, and the wish to be named', { from: hidden, asserted: [SIP], privacy: ['none'] }, asha(true)],
    ['an asserted nobody', { asserted: ['<sip:anonymous@anonymous.invalid>'] }, ANONYMOUS],
    ['a server without a user, asserted', { asserted: ['<sip:gw.example.com>'] }, from],
  ])('%s', (_, over, party) => {
    expect(callerOf({ ...nothing, ...over }, true)).toEqual(party);
  });
  it.each<[string, Partial<CallerHeaders>, Party]>([
    ['names nobody by a header', { asserted: [SIP], remoteParty: [`${SIP};screen=yes`] }, from],
    ['leaves who wants it unnamed', { privacy: ['id'] }, ANONYMOUS],
    ['leaves a hidden From hidden', { from: hidden, asserted: [SIP], privacy: ['none'] }, ANONYMOUS],
  ])('a line that does not trust its gateway %s', (_, over, party) => {
    expect(callerOf({ ...nothing, ...over }, false)).toEqual(party);
  });
  it.each([
    [partyOf(null, 'gw.example.com', null), 'gw.example.com', 'sip:gw.example.com'],
    [partyOf('', 'gw.example.com', 'Trunk'), 'Trunk', 'sip:gw.example.com'],
    [partyOf('+15551234;phone-context=x', 'h', null), '+15551234', 'sip:+15551234@h'],
    [ANONYMOUS, 'Anonymous', ''],
  ])('is called by its name, its number or its host: %j', (party, label, uri) => {
    expect([partyLabel(party), party.uri]).toEqual([label, uri]);
  });
  it('reads hostile headers in bounded time, as one harmless line', () => {
    const began = performance.now();
    for (const text of [
      '<'.repeat(1e5),
      '"'.repeat(1e5),
      '"\\'.repeat(1e5),
      ';'.repeat(1e5),
      `"${'a'.repeat(1e5)}" <sip:`,
    ])
      callerOf({ ...nothing, asserted: [text], remoteParty: [text], privacy: [text] }, true);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(callerOf({ ...nothing, asserted: ['"A\u202eB\u0000" <sip:1\u200b2@h>'] }, true)).toMatchObject({
      displayName: 'A B',
      user: '1 2',
    });
  });
});
