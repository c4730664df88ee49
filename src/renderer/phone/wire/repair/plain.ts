/** What JsSIP reads and writes again letter by letter: it may pass as it is. Everything else gets a stand-in. */
import { MARK } from './alias';

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const HOST = `(?:(?:${LABEL}\\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?|${OCTET}(?:\\.${OCTET}){3})`;
const URI_PARAMETER = ';(?:transport=(?:ws|wss|udp|tcp|tls)|lr|ob|user=phone)';
const URI = `sips?:(?:[A-Za-z0-9\\-_.!~*'()+]+@)?${HOST}(?::[1-9]\\d{0,4})?(?:${URI_PARAMETER})*`;
const TOKEN = "[A-Za-z0-9\\-.!%*_+`'~]+";
const NAME = `(?:"(?:[^"\\\\\\p{Cc}]|\\\\["\\\\])*" ?|(?:${TOKEN} )+)?`;

const PLAIN_URI = new RegExp(`^${URI}$`);
const PLAIN_PARTY = new RegExp(`^${NAME}<(${URI})>(?:;tag=${TOKEN})?$`, 'u');
const PLAIN_VIA = new RegExp(
  `^SIP/2\\.0/[A-Z]+ ${HOST}(?::\\d{1,5})?(?:;(?:branch=${TOKEN}|rport(?:=\\d+)?|received=${OCTET}(?:\\.${OCTET}){3}|alias|keep))*$`,
  'i',
);
const PLAIN_ROUTE = new RegExp(`^<(${URI})>$`);
const PLAIN_CALL_ID = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+(?:@[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+)?$/;
const PLAIN_TOKEN = new RegExp(`^${TOKEN}$`);

/** JsSIP keeps a parameter once. */
const hasNoTwins = (uri: string): boolean => {
  const parameters = uri.split(';').slice(1);
  return parameters.length < 2 || new Set(parameters.map((one) => one.split('=')[0])).size === parameters.length;
};
const isPlain = (pattern: RegExp, text: string): boolean => {
  if (text.includes(MARK)) return false;
  const match = pattern.exec(text);
  return match !== null && hasNoTwins(match[1] ?? '');
};

/** A URI of which JsSIP writes the same text again. */
export function isPlainUri(text: string): boolean {
  return isPlain(PLAIN_URI, text) && hasNoTwins(text);
}
/** A From or To. */
export function isPlainParty(text: string): boolean {
  return isPlain(PLAIN_PARTY, text);
}
/** One Via with a branch. */
export function isPlainVia(text: string): boolean {
  return isPlain(PLAIN_VIA, text) && /;branch=/i.test(text);
}
/** One Record-Route. */
export function isPlainRoute(text: string): boolean {
  return isPlain(PLAIN_ROUTE, text);
}
export function isPlainCallId(text: string): boolean {
  return isPlain(PLAIN_CALL_ID, text);
}
/** A tag or a branch. */
export function isPlainToken(text: string): boolean {
  return isPlain(PLAIN_TOKEN, text);
}
