import { describe, expect, it } from 'vitest';
import { decideDial, isEmergency } from './dial-rules';
import { dialPattern } from './policy';
import { parseTarget } from '../call/dial-target';

const line = { domain: 'pbx.example.com', country: 'KE' };
/** As an agent types it; a SIP URI is judged as it stands, as a gateway has it. */
const uriOf = (typed: string): string => {
  if (/^sips?:.*@/.test(typed)) return typed;
  const target = parseTarget(typed, line.domain);
  if ('problem' in target) throw new Error(`${typed}: ${target.problem}`);
  return target.uri;
};
const decide = (typed: string, rules: { allow?: string[]; deny?: string[] }) =>
  decideDial({ allow: rules.allow ?? [], deny: rules.deny ?? [] }, uriOf(typed), line);

describe('a dial rule that allows', () => {
  it.each([
    ['+254*', '+254 722 000-001', true],
    ['+254*', '00254722000001', true],
    ['00254*', '+254722000001', true],
    ['+254*', '+255722000001', false],
    ['+254*', '0722000001', false],
    ['10??', '1001', true],
    ['10??', '100', false],
    ['10??', '10011', false],
    ['10??', 'sip:1001@pbx.example.com', true],
    ['10??', 'sip:1001@PBX.example.com:5061', true],
    ['10??', 'sip:1001@evil.example', false],
    ['10??', 'sip:1001@pbx.example.com.evil.example', false],
    ['sip:*@partner.example', 'bob@partner.example', true],
    ['sip:*@partner.example', 'sip:+254722000001@partner.example', true],
    ['*@*.example', 'bob@partner.example', true],
    ['*@*.example', 'bob@partner.example.com', false],
    ['Sales', 'SALES', true],
    ['sales*', 'sales-desk', true],
    ['sales*', 'sales@evil.example', false],
    ['*', 'anybody@anywhere.example', true],
    ['+*', '+12015550123', true],
    ['+*', '1001', false],
    ['1*1*1', '1234151', true],
  ])('%s and %s: %s', (rule, typed, allowed) => {
    expect(dialPattern.safeParse(rule).success).toBe(true);
    expect(decide(typed, { allow: [rule] }).allowed).toBe(allowed);
  });
});

it.each([
  ['+1 900 *', '+1900*'],
  ['+1\u00a0900\u2009*', '+1900*'],
  [' +44 20 * ', '+4420*'],
  ['\t10??\n', '10??'],
  ['+1 900 * @ pbx.example.com', '+1900*@pbx.example.com'],
  ['sip: +1-900-*@pbx.example.com', 'sip:+1900*@pbx.example.com'],
  ['sip:+1 900 *@pbx.example.com', 'sip:+1900*@pbx.example.com'],
  ['* @pbx.example.com', '*@pbx.example.com'],
  ['sales @ pbx.example.com', 'sales@pbx.example.com'],
  ['sip: sales', 'sip:sales'],
])('blanks in the rule %j do not count', (written, plain) => {
  expect(dialPattern.parse(written)).toBe(plain);
});

it.each(['not a number', 'sales team', '', ' ', '+1 900! *', `1${' '.repeat(100_000)}`, '1@a b'])(
  '%j is no dial rule',
  (written) => {
    expect(dialPattern.safeParse(written).success).toBe(false);
  },
);

describe('a dial rule that denies', () => {
  it.each([
    ['+254*', '+254722000001', true],
    ['+254*', '00254-722', true],
    ['+254*', 'sip:%2B254722000001@pbx.example.com', true],
    ['+254*', 'sip:+254722000001@other.example', true],
    ['+254*', 'sip:+254-722-000@other.example', true],
    ['+254*', 'sip:+254722000001;phone-context=x@other.example', true],
    // An escape that is no UTF-8 hides nothing: the server decodes the number before it.
    ['+254*', 'sip:+25%3472200;x=%FF@pbx.example.com', true],
    ['+254*', 'sip:%2B254%3722%FF@pbx.example.com', true],
    ['+254*', 'sip:+254722%0A@pbx.example.com', true],
    ['caf%C3%89', 'sip:CAF%c3%89@pbx.example.com', true],
    ['+254*', '+255722000001', false],
    ['*@evil.example', 'bob@EVIL.example:5060', true],
    ['*@evil.example', 'bob@good.example', false],
    ['bob', 'BOB@anywhere.example', true],
    ['*', 'echo', true],
  ])('%s and %s: %s', (rule, typed, denied) => {
    expect(decide(typed, { deny: [rule] }).allowed).toBe(!denied);
  });

  it('is stronger than one that allows, and is named', () => {
    expect(decide('+254722000001', { allow: ['+254*'], deny: ['+2547*'] })).toEqual({
      allowed: false,
      rule: '+2547*',
      sentence: 'This line may not call +254722000001: its dial rule "+2547*" denies that.',
    });
  });
});

it('shows what was dialled as one line of visible text', () => {
  const refused = decide('sip:+254%0A%0D722%C2%85x@pbx.example.com', { deny: ['+254*'] });
  expect(!refused.allowed && refused.sentence).not.toMatch(/\p{Cc}/u);
});

it('names the rules that allow when none of them fits, as many as fit a sentence', () => {
  expect(decide('+33123456789', { allow: ['+254*', '10??'] })).toEqual({
    allowed: false,
    rule: null,
    sentence: 'This line may not call +33123456789: its dial rules allow only +254*, 10??.',
  });
  const many = Array.from({ length: 20 }, (_, n) => `+${String(n).padStart(31, '9')}`);
  const refused = decide(`sip:${'x'.repeat(64)}@${'y'.repeat(60)}.example`, { allow: many });
  expect(!refused.allowed && refused.sentence.length).toBeLessThanOrEqual(300);
  expect(!refused.allowed && refused.sentence).toContain('and 17 more');
});

it('lets everybody be called without rules, and refuses what it can not read with them', () => {
  expect(decideDial({ allow: [], deny: [] }, 'sip:', line).allowed).toBe(true);
  expect(decideDial({ allow: [], deny: ['+254*'] }, 'sip:', line).allowed).toBe(false);
});

it('does not try every way to fit a pattern of many stars', () => {
  // A matcher that goes back to every star would not come back from this one.
  expect(decide(`sip:${'1'.repeat(64)}@pbx.example.com`, { deny: [`${'*1'.repeat(15)}*2`] }).allowed).toBe(true);
});

/** `in`: the region of the computer, '' at a gateway. */
const spellings: readonly (readonly [rule: string, dialled: string, denied: boolean, region?: string])[] = [
  // The trunk prefix.
  ['+4420*', '+44 (0)20 7946 0018', true],
  ['+4420*', '0044 (0)20 7946 0018', true],
  ['+4420*', 'sip:+44(0)2079460018@pbx.example.com', true],
  ['+4420*', 'sip:+4402079460018@pbx.example.com', true],
  ['+4420*', 'sip:+44-0-2079460018@other.example', true],
  ['+44 (0)20 *', '+442079460018', true],
  ['+39 06*', '+39 06 6982 0000', true],
  ['+396*', '+39 06 6982 0000', false],
  // Codes that hide the caller's number, and other star codes.
  ['+1900*', '*67+19005550123', true],
  ['+1900*', '*67 1900 5550123', false],
  ['1900*', '*67 1900 5550123', true],
  ['+1900*', '*31#+19005550123', true],
  ['+1900*', '#31#+19005550123', true],
  ['+1900*', '*82*67+19005550123', true],
  ['+1900*', '1831+19005550123', true],
  ['+1900*', 'sip:*67%2B19005550123@pbx.example.com', true],
  ['+1900*', 'sip:*31%23+19005550123@pbx.example.com', true],
  ['+1900*', 'sip:**21*+19005550123%23@pbx.example.com', true],
  ['0900*', '*670900555', true],
  ['+254900*', '141 00 254 900 111222', true],
  // International prefixes.
  ['+254*', '011254722000001', true],
  ['+254*', '*67 011 254 722000001', true],
  ['+254*', '0011254722000001', true],
  ['+254*', '000254722000001', true],
  ['+254*', 'sip:+00254722000001@pbx.example.com', true],
  ['+254*', 'sip:+011254722000001@pbx.example.com', true],
  ['+254*', 'sip:+0254722000001@pbx.example.com', true],
  ['+254*', 'sip:0000254722000001@pbx.example.com', true],
  ['00254*', '011254722000001', true],
  ['+254*', '810254722000001', true, 'RU'],
  ['+254*', '810254722000001', false],
  ['+254*', '009254722000001', true, 'NG'],
  ['+254*', '254722000001', false],
  // A national number, where the region is known.
  ['+254900*', '0900111222', true, 'KE'],
  ['+254900*', '0900111222', false],
  ['+254900*', '0900111222', false, 'DE'],
  ['+1900*', '19005550123', true, 'US'],
  ['+3690*', '06901234567', true, 'HU'],
  ['+254*', '1001', false, 'KE'],
  // What a server may take out of a user part.
  ['+254*', 'sip:722000001;phone-context=+254@pbx.example.com', true],
  ['+254*', 'sip:+254722000001,,1@pbx.example.com', true],
  ['+254*', 'sip:+254-722;ext=1@pbx.example.com', true],
  ['+254*', 'sip:+2-5-4-722x45@pbx.example.com', true],
  ['+254*', 'sip:+%D9%A2%D9%A5%D9%A4722000001@pbx.example.com', true],
  ['+254*', 'sip:%E2%80%AA+254722000001@pbx.example.com', true],
  ['+254*', 'sip:%EF%BC%8B254722000001@pbx.example.com', true],
  ['+254*', 'sips:+254722000001@pbx.example.com', true],
  ['+254*', 'sip:+254722000001@[2001:db8::1]:5060', true],
  // A rule names a star code.
  ['*67', '*67+12015550123', true],
  ['*67', '*672015550123', true],
  ['*67', '+254722000067', true],
  ['*67', '+12015550123', false],
  ['*31#', '*31#+12015550123', true],
  ['*31#', '#31#+12015550123', false],
  ['#31#', '#31#+12015550123', true],
  ['#31#*', '#31#+12015550123', true],
  ['%2A67*', '*67+12015550123', true],
  ['%2A67*', '+25467222', false],
  ['%2A67', '*67+12015550123', true],
  ['*67', '*82*67+12015550123', true],
  ['%2A21%2A*', '*21*0722000001#', true],
  // Rules as people write them.
  ['+1 900 *', '+19005550123', true],
  ['+1-900-*', '+19005550123', true],
  ['(+1) 900 *', '+19005550123', true],
  ['+1\u00a0900\u00a0*', '+19005550123', true],
  ['\u200e+1900*', '+19005550123', true],
  ['\uff0b1900*', '+19005550123', true],
  ['tel:+1-900*', '+19005550123', true],
  [' +1900* ', '+19005550123', true],
];

describe('a denied number behind another spelling', () => {
  it.each(spellings.map(([rule, dialled, denied, region = '']) => [rule, dialled, denied, region] as const))(
    '%s and %s: %s %s',
    (written, dialled, denied, country) => {
      const rule = dialPattern.parse(written);
      const decision = decideDial({ allow: [], deny: [rule] }, uriOf(dialled), { ...line, country });
      expect(decision.allowed).toBe(!denied);
    },
  );

  it.each([
    ['+254*', '*67+254722000001', true],
    ['+254*', '*31#+254722000001', true],
    ['+254*', '*67 00 254 722000001', true],
    ['+254 *', '+254722000001', true],
    ['%2A97', '*97', true],
    ['%2A97', '1097', false],
    ['%2A67*', '*67+12015550123', true],
    ['*31#+254*', '*31#+254722000001', true],
    // Only what means the same everywhere.
    ['+254*', '011254722000001', false],
    ['+254*', '**21*+254722000001', false],
    ['+254*', '*21*+254722000001', false],
    ['+254*', 'sip:+00254722000001@pbx.example.com', false],
    ['+254*', 'sip:722000001;phone-context=+254@pbx.example.com', false],
    ['+254*', '0722000001', false],
    ['+4420*', 'sip:+44020@pbx.example.com', false],
  ])('%s allows %s: %s', (written, dialled, allowed) => {
    expect(decide(dialled, { allow: [dialPattern.parse(written)] }).allowed).toBe(allowed);
  });
});

describe('an emergency number', () => {
  it.each([
    '112',
    '911',
    '999',
    '9-1-1',
    '\u200e112',
    '\u0661\u0661\u0662',
    'tel:112',
    'tel:112;phone-context=pbx.example.com',
    'tel:911;phone-context=+1',
    'sip:112@pbx.example.com',
    'sip:%E2%80%8E112@pbx.example.com',
    '911@pbx.example.com',
    '911@PBX.example.com:5061',
    '112,,1',
    '*31#112',
    '*67911',
  ])('%s passes every rule', (typed) => {
    expect(decide(typed, { allow: ['+1*'], deny: ['*', '112', '911', '999'] })).toEqual({
      allowed: true,
      emergency: true,
    });
  });
  it('of a country is one in that country only: elsewhere it is an extension', () => {
    expect(isEmergency('sip:101@pbx.example.com', { ...line, country: 'in' })).toBe(true);
    expect(isEmergency('sip:155@pbx.example.com', { ...line, country: 'CZ' })).toBe(true);
    expect(decide('101', { deny: ['101'] })).toMatchObject({ allowed: false });
  });
  it.each(['sip:112@evil.example', '1121', '+112', 'sip:112x@pbx.example.com'])('is not %s', (typed) => {
    expect(decide(typed, { deny: ['*'] })).toMatchObject({ allowed: false });
  });
});
