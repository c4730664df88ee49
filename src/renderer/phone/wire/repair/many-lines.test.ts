/** A head of very many lines: what an answer needs is found, wherever it stands. */
import { expect, it } from 'vitest';
import { readSip, valueOf } from './sip-text';

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
