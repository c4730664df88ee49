import { describe, expect, it } from 'vitest';
import { DIAL_CASES } from './dial-target.cases';
import { onwardUri, parseTarget } from './dial-target';
import { REFUSED_CASES } from './refused-target.cases';

const DOMAIN = 'pbx.example.com';
const inWords = (typed: string): string => {
  const target = parseTarget(typed, DOMAIN);
  if ('problem' in target) return `!${target.problem}`;
  const uri = target.uri.replace(/^sip:/, '').replace(/@pbx\.example\.com$/, '');
  return [
    uri,
    ...target.after.map(({ digits, when, waitS }) => `${when === 'ask' ? 'ask' : `${waitS}s`}:${digits}`),
  ].join(' ');
};

describe('what people type, paste and click', () => {
  it.each(DIAL_CASES)('%j calls %s', (typed, wanted) => {
    expect(inWords(typed)).toBe(wanted);
  });
  it.each(REFUSED_CASES)('%j is refused: %s', (typed, problem) => {
    expect(parseTarget(typed, DOMAIN)).toEqual({ problem });
  });

  it('is a table of 200 spellings and more, none of them twice', () => {
    const typed = [...DIAL_CASES, ...REFUSED_CASES].map(([text]) => text);
    expect(DIAL_CASES.length).toBeGreaterThan(200);
    expect(new Set(typed).size).toBe(typed.length);
  });
});

describe('where a redirect sends a call', () => {
  it.each([
    // As it was written, with what says how to reach it.
    ['sip:1005@h.example:5070;transport=ws', 'sip:1005@h.example:5070;transport=ws'],
    ['sips:a;b@h.example;user=phone', 'sips:a;b@h.example;user=phone'],
    // A number is an address of our domain.
    ['tel:+254-722-000001', 'sip:+254722000001@pbx.example.com'],
    ['tel:1005;phone-context=pbx.example.com', 'sip:1005@pbx.example.com'],
    // Who is called is who was judged, whatever else a server could read in it.
    ['sip:1005;rn=+19005551234@pbx.example.com', 'sip:1005@pbx.example.com'],
    ['sip:1005;npdi;tgrp=t;trunk-context=x@h.example;user=phone', 'sip:1005@h.example;user=phone'],
    ['sip:900123456;phone-context=+44@pbx.example.com', 'sip:+44900123456@pbx.example.com'],
    ['sip:900123456@pbx.example.com;phone-context=+44', 'sip:+44900123456@pbx.example.com'],
    ['sip:+44(0)2079460018@pbx.example.com;user=phone', 'sip:+442079460018@pbx.example.com;user=phone'],
    ['sip:10.05@pbx.example.com', 'sip:1005@pbx.example.com'],
    ['sip:\uff11\uff10\uff10\uff15@pbx.example.com', 'sip:1005@pbx.example.com'],
    ['sip:1005%E2%80%8B@pbx.example.com', 'sip:1005@pbx.example.com'],
    // Nor is what its headers say (RFC 3261 section 19.1.1).
    ['sip:1005@pbx.example.com?x=a@b;maddr=c', 'sip:1005@pbx.example.com'],
    ['sip:1005;rn=1@pbx.example.com?x=a@b;maddr=c', 'sip:1005@pbx.example.com'],
    // Digits for after the answer are no part of it.
    ['tel:+254722000001;ext=45', 'sip:+254722000001@pbx.example.com'],
    ['tel:1005,,12#', 'sip:1005@pbx.example.com'],
    ['sip:1005;ext=45@h.example', 'sip:1005@h.example'],
    ['sip:1005@h.example;ext=45', 'sip:1005@h.example'],
    ['sip:1005,,12@h.example:5070;transport=ws;lr', 'sip:1005@h.example:5070;transport=ws;lr'],
    ['sip:+254722000001;ext=45@h.example;user=phone;gr=x?Subject=y', 'sip:+254722000001@h.example;user=phone;gr=x'],
    ['sips:1005@h.example;transport=ws;ext=45', 'sips:1005@h.example;transport=ws'],
  ])('%s is called as %s', (written, uri) => {
    const target = parseTarget(written, DOMAIN);
    if ('problem' in target) expect.unreachable();
    expect(onwardUri(written, target)).toBe(uri);
    expect(target.after).toHaveLength(/;ext=|,/.test(written) ? 1 : 0);
  });
});
