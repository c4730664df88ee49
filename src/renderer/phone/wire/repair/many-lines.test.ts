/** A head of very many lines: what an answer needs is found, wherever it stands. */
import { expect, it } from 'vitest';
import { shortened } from './contact';
import { readSip, valueOf, valuesOf } from './sip-text';
import { topVia } from './transaction';
import { splitLists } from './values';

it.each([
  ['via', 'Via: SIP/2.0/WS h;branch=z9hG4bKa', 'SIP/2.0/WS h;branch=z9hG4bKa'],
  ['via', 'v : SIP/2.0/WS h;branch=z9hG4bKa', 'SIP/2.0/WS h;branch=z9hG4bKa'],
  ['from', 'f: <sip:a@b>;tag=1', '<sip:a@b>;tag=1'],
  ['to', 'TO: <sip:a@b>', '<sip:a@b>'],
  ['call-id', 'Call-ID: c', 'c'],
  ['cseq', 'CSeq: 1 OPTIONS', '1 OPTIONS'],
  ['subject', 'Subject: s', ''],
])('%s after 600 other lines', (name, line, value) => {
  const others = Array.from({ length: 600 }, () => 'Max-Forwards: 70');
  const message = readSip(['OPTIONS sip:a@b SIP/2.0', ...others, line, '', ''].join('\r\n'));
  expect(message === null ? null : valueOf(message, name)).toBe(value);
});

/** As many as a message of 256 kB has room for. */
const MANY = 128_000;
it.each<readonly [string, (text: string) => unknown, unknown]>([
  ['v', (text) => topVia(read(text))?.count, MANY],
  ['k', (text) => splitLists(valuesOf(read(text), 'supported')).length, MANY],
  ['Require', (text) => splitLists(valuesOf(read(text), 'require')).length, MANY],
  ['m', (text) => shortened(valuesOf(read(text), 'contact'), () => false)?.length, 64],
])('a list of very many in %s is read', (name, of, count) => {
  expect(of(['OPTIONS sip:a@b SIP/2.0', `${name}: ${'a,'.repeat(MANY)}`, '', ''].join('\r\n'))).toBe(count);
});
function read(text: string) {
  const message = readSip(text);
  if (message === null) throw new Error('it is no message');
  return message;
}
