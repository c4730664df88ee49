/** Changes to a message at the level of bytes and tokens. See mutations.ts. */

export type Random = () => number;

export interface Mutation {
  readonly name: string;
  readonly apply: (wire: string, random: Random) => string;
}

/** Every byte as `%hh`. */
export const escaped = (text: string): string =>
  text.replaceAll(/[^]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** A whole number from 0 to `count` - 1. */
export const upTo = (random: Random, count: number): number => Math.floor(random() * count);
/** One of them; '' of none. */
export const oneOf = (random: Random, choices: readonly string[]): string =>
  choices[upTo(random, choices.length)] ?? '';
const replaceAt = (text: string, start: number, length: number, by: string): string =>
  text.slice(0, start) + by + text.slice(start + length);

export const bytes: readonly Mutation[] = [
  {
    name: 'flip a bit',
    apply: (wire, random) => {
      const at = upTo(random, wire.length);
      return replaceAt(wire, at, 1, String.fromCharCode(wire.charCodeAt(at) ^ (1 << upTo(random, 8))));
    },
  },
  {
    name: 'change a byte',
    apply: (wire, random) => replaceAt(wire, upTo(random, wire.length), 1, String.fromCharCode(upTo(random, 256))),
  },
  {
    name: 'insert bytes',
    apply: (wire, random) =>
      replaceAt(
        wire,
        upTo(random, wire.length),
        0,
        Array.from({ length: 1 + upTo(random, 12) }, () => String.fromCharCode(upTo(random, 256))).join(''),
      ),
  },
  {
    name: 'delete bytes',
    apply: (wire, random) => replaceAt(wire, upTo(random, wire.length), 1 + upTo(random, 40), ''),
  },
  {
    name: 'double bytes',
    apply: (wire, random) => {
      const at = upTo(random, wire.length);
      return replaceAt(wire, at, 0, wire.slice(at, at + 1 + upTo(random, 200)));
    },
  },
  { name: 'cut off', apply: (wire, random) => wire.slice(0, upTo(random, wire.length)) },
  {
    name: 'insert a control',
    apply: (wire, random) => replaceAt(wire, upTo(random, wire.length), 0, oneOf(random, CONTROLS)),
  },
  {
    name: 'end lines otherwise',
    apply: (wire, random) => wire.replaceAll('\r\n', oneOf(random, ['\n', '\r', '\n\r', '\r\r\n'])),
  },
];

const CONTROLS = [
  '\0',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\t',
  '\x0b',
  '\x1b[2J',
  '\x7f',
  '\xff\xfe',
  '\xef\xbb\xbf',
  '\xc3',
];
/** Where arithmetic changes. */
export const NUMBERS = [
  '-1',
  '0',
  '00',
  '',
  '1e9',
  '0x10',
  '65536',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
];
/** No number, or none that fits. */
export const HUGE_NUMBERS = ['18446744073709551616', '9'.repeat(400), '1.5', '+5', '5;5', '"5"', '\xd9\xa1'];
const WORDS = [
  ...['sip:', 'sips:', 'tel:+1', 'urn:service:sos', 'mailto:a@b', 'http://x/', '*', '<>', '<sip:@>', 'sip:@', 'sip:a@'],
  ...[
    '<',
    '>',
    '"',
    '"\\',
    "'",
    ',',
    ';',
    ';;',
    '=',
    '%',
    '%zz',
    '%00',
    '%0d%0a',
    '[',
    ']',
    '[::1',
    '[::1]:',
    '@',
    '@@',
  ],
  ...[
    'SIP/2.0',
    'SIP/7.0',
    'ACK',
    'BYE',
    'INVITE',
    'CANCEL',
    'constructor',
    '__proto__',
    'toString',
    '\xf0\x9f\x98\x80',
  ],
  ...[
    'z9hG4bK',
    ';lr',
    ';ob',
    ';tag=',
    ';tag',
    '?a=b',
    'anonymous',
    '\xe2\x80\xae',
    'xn--',
    '1x2y',
    '256.1.1.1',
    '_a_',
  ],
];

const swapMatch = (wire: string, random: Random, pattern: RegExp, by: (found: string) => string): string => {
  const matches = [...wire.matchAll(pattern)];
  const match = matches[upTo(random, matches.length)];
  return match === undefined ? wire : replaceAt(wire, match.index, match[0].length, by(match[0]));
};
const TOKEN = /[^\s<>;:,="@/?]+/g;

export const tokens: readonly Mutation[] = [
  {
    name: 'change a number',
    apply: (wire, random) => swapMatch(wire, random, /\d+/g, () => oneOf(random, [...NUMBERS, ...HUGE_NUMBERS])),
  },
  { name: 'change a token', apply: (wire, random) => swapMatch(wire, random, TOKEN, () => oneOf(random, WORDS)) },
  {
    name: 'insert a token',
    apply: (wire, random) => swapMatch(wire, random, TOKEN, (found) => found + oneOf(random, WORDS)),
  },
  { name: 'drop a token', apply: (wire, random) => swapMatch(wire, random, TOKEN, () => '') },
  { name: 'double a token', apply: (wire, random) => swapMatch(wire, random, TOKEN, (found) => `${found} ${found}`) },
  {
    name: 'turn the case',
    apply: (wire, random) =>
      swapMatch(wire, random, TOKEN, (found) =>
        found === found.toUpperCase() ? found.toLowerCase() : found.toUpperCase(),
      ),
  },
  { name: 'quote a token', apply: (wire, random) => swapMatch(wire, random, TOKEN, (found) => `"${found}"`) },
  {
    name: 'stretch a token',
    apply: (wire, random) => swapMatch(wire, random, TOKEN, (found) => found.repeat(1 + upTo(random, 2_000))),
  },
  { name: 'drop a separator', apply: (wire, random) => swapMatch(wire, random, /[<>;:,="@/ ]/g, () => '') },
  {
    name: 'double a separator',
    apply: (wire, random) => swapMatch(wire, random, /[<>;:,="@/ ]/g, (found) => found + found),
  },
  {
    name: 'change a separator',
    apply: (wire, random) =>
      swapMatch(wire, random, /[<>;:,="@/ ]/g, () =>
        oneOf(random, ['<', '>', ';', ':', ',', '=', '"', '@', '/', ' ', '\t']),
      ),
  },
  {
    name: 'escape a token',
    apply: (wire, random) => swapMatch(wire, random, TOKEN, escaped),
  },
];
