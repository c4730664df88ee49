import { describe, expect, it } from 'vitest';
import { decideDial, isEmergency } from './dial-rules';
import { dialPattern } from './policy';
import { parseTarget } from '../call/sip-uri';

const line = { domain: 'pbx.example.com', country: 'KE' };
/** As an agent types it. */
const uriOf = (typed: string): string => {
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

describe('an emergency number', () => {
  it.each(['112', '911', '999', '9-1-1', 'tel:112', 'sip:112@pbx.example.com'])('%s passes every rule', (typed) => {
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
