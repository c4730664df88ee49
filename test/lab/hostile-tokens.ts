/** Tokens that no server may take, and the word by which ours refuse them. */
import type { Lab, LabTokenParts } from './lab';

const OTHER_KEY = 'a key of somebody else that is long enough';

type Hostile = readonly [what: string, parts: Omit<LabTokenParts, 'sub'> & { readonly sub?: string }, word: string];
const hostileAt = (nowS: number): readonly Hostile[] => [
  ['HS512', { header: { alg: 'HS512' } }, 'alg'],
  ['an extension that must be understood', { header: { crit: ['b64'], b64: false } }, 'malformed'],
  ['another key', { key: OTHER_KEY }, 'signature'],
  ['another issuer', { claims: { iss: 'somebody' } }, 'issuer'],
  ['another audience', { claims: { aud: 'other' } }, 'audience'],
  ['other audiences', { claims: { aud: ['other', 'lab2'] } }, 'audience'],
  ['a strange subject', { sub: 'a b' }, 'subject'],
  ['the name of a service', { sub: 'echo' }, 'subject'],
  ['the name of an ordinary phone', { sub: 'bob' }, 'subject'],
  ['a subject that is no text', { claims: { sub: 1001 } }, 'malformed'],
  ['expired', { now: (nowS - 400) * 1000 }, 'expired'],
  ['from the future', { now: (nowS + 900) * 1000 }, 'not-yet'],
  ['not valid yet', { claims: { nbf: nowS + 900 } }, 'not-yet'],
  ['too long a life', { lifeS: 3601 }, 'life'],
  ['an end that is text', { claims: { exp: String(nowS + 60) } }, 'malformed'],
  ['an end that is no whole number of seconds, but huge', { claims: { exp: 1e300 } }, 'malformed'],
  ['an end that overflows 32 bits', { claims: { exp: nowS + 60 + 2 ** 32 } }, 'malformed'],
  ['no end', { claims: { exp: undefined } }, 'malformed'],
  ['no beginning', { claims: { iat: undefined } }, 'malformed'],
  ['no issuer', { claims: { iss: undefined } }, 'malformed'],
  ['no subject', { claims: { sub: undefined } }, 'malformed'],
  ['no jti', { claims: { jti: undefined } }, 'malformed'],
  ['an empty jti', { claims: { jti: '' } }, 'malformed'],
  ['a call time that is too short', { claims: { max_call_s: 9 } }, 'constraints'],
  ['a call time that is too long', { claims: { max_call_s: 86_401 } }, 'constraints'],
  ['a call time in parts of seconds', { claims: { max_call_s: 60.5 } }, 'constraints'],
  ['a call time of nothing', { claims: { max_call_s: null } }, 'constraints'],
  ['a call time of true', { claims: { max_call_s: true } }, 'constraints'],
  ['dial rules that are text', { claims: { dial: '10??' } }, 'constraints'],
  ['dial rules that are nothing', { claims: { dial: null } }, 'constraints'],
  ['dial rules that are an object', { claims: { dial_deny: {} } }, 'constraints'],
  ['no dial rule in its list', { claims: { dial: [] } }, 'constraints'],
  ['a dial rule that is no text', { claims: { dial_deny: ['10??', 1003] } }, 'constraints'],
  ['a dial rule that is none', { claims: { dial: ['1001|.*'] } }, 'constraints'],
  ['too many dial rules', { claims: { dial: Array.from({ length: 21 }, (_, i) => `${1000 + i}`) } }, 'constraints'],
  ['meta that is text', { claims: { meta: 'sales' } }, 'constraints'],
  ['meta that is no text', { claims: { meta: { desk: 7 } } }, 'constraints'],
];

/** All of them, signed for this lab. */
export function hostileTokens(
  lab: Lab,
): readonly { readonly what: string; readonly token: string; readonly word: string }[] {
  const good = lab.mint({ sub: '1001' });
  const [head = '', body = '', signature = ''] = good.split('.');
  const otherBody = lab.mint({ sub: '1002' }).split('.')[1] ?? '';
  return [
    { what: 'no JWT', token: 'abc', word: 'malformed' },
    { what: 'four parts', token: `${good}.x`, word: 'malformed' },
    { what: 'no JSON', token: `eHg.${body}.${signature}`, word: 'malformed' },
    { what: 'alg none', token: lab.mint({ sub: '1001', header: { alg: 'none' } }).replace(/[^.]*$/, ''), word: 'alg' },
    { what: 'no signature', token: `${head}.${body}.`, word: 'signature' },
    { what: 'a signature for other claims', token: `${head}.${otherBody}.${signature}`, word: 'signature' },
    { what: 'a signature that goes on', token: `${good}AA`, word: 'signature' },
    { what: 'endless', token: lab.mint({ sub: '1001', claims: { pad: 'x'.repeat(8_000) } }), word: 'malformed' },
    ...hostileAt(Math.floor(Date.now() / 1000)).map(([what, made, word]) => ({
      what,
      token: lab.mint({ sub: '1001', ...made }),
      word,
    })),
  ];
}
