/**
 * Who calls: the From header, or who the gateway asserts that it is (P-Asserted-Identity, RFC 3325; Remote-Party-ID, its draft), where the
 * line trusts its gateway with that. Whoever wants to stay unnamed does (RFC 3323). Pure; every text is hostile until proven otherwise.
 */
import type { Party } from '../../../contracts/call/call';
import { partyOf } from './party';

/** What an INVITE says of its sender. */
export interface CallerHeaders {
  readonly from: Party;
  /** Values of P-Asserted-Identity, Remote-Party-ID and Privacy. */
  readonly asserted: readonly string[];
  readonly remoteParty: readonly string[];
  readonly privacy: readonly string[];
  /** Where a `tel:` number is called from here (RFC 3966: it has no host). */
  readonly domain: string;
}

/** Who does not want to be named; there is no number to call back. */
export const ANONYMOUS: Party = { uri: '', user: '', displayName: 'Anonymous' };

const LONGEST = 1_000;
/** Of a comma-separated list one value; commas in quotes and in angle brackets are its own. */
const VALUE = /(?:"(?:[^"\\]|\\.)*(?:"|$)|<[^>]*(?:>|$)|[^",<])+/g;
const valuesIn = (headers: readonly string[]): string[] =>
  headers.flatMap((header) => header.slice(0, LONGEST).match(VALUE) ?? []).map((value) => value.trim());

interface Said {
  readonly name: string;
  readonly user: string;
  readonly host: string;
  readonly isTel: boolean;
  /** Behind the address, in lower case. */
  readonly parameters: string;
}

/** `"Name" <sip:user@host;x>;y` or `tel:+1-201-555-0123;x`; null: it can't be read. */
function saidIn(value: string): Said | null {
  const bracketed = /^((?:"(?:[^"\\]|\\.)*"|[^"<])*)<([^>]*)>(.*)$/.exec(value);
  const [, written = '', uri = '', behind = ''] = bracketed ?? ['', '', value, ''];
  const name = written
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replace(/\\(.)/g, '$1');
  const [, scheme = '', rest = ''] = /^\s*(sips?|tel):(.*)$/i.exec(uri) ?? [];
  if (rest === '') return null;
  const plain = rest.replace(/\?.*$/, '');
  const parameters = behind.toLowerCase();
  if (scheme.toLowerCase() === 'tel')
    return { name, user: plain.replace(/;.*$/, '').replace(/[-.()\s]/g, ''), host: '', isTel: true, parameters };
  const at = plain.lastIndexOf('@');
  const user = at === -1 ? '' : plain.slice(0, at).replace(/[:;].*$/, '');
  const host = plain.slice(at + 1).replace(/;.*$/, '');
  return { name, user, host, isTel: false, parameters };
}

const isUnnamed = ({ user, uri }: Party): boolean =>
  /^anonymous$/i.test(user) || /@(?:[^@]*\.)?anonymous\.invalid$/i.test(uri) || /^sip:anonymous\.invalid$/i.test(uri);

const parameter = (said: Said, name: string): string =>
  new RegExp(`;\\s*${name}\\s*=\\s*"?([\\w-]+)`).exec(said.parameters)?.[1] ?? '';

/** RFC 3323 section 4.2: what the caller wishes. `none` is the wish to be named. */
function wishOf(privacy: readonly string[]): 'unnamed' | 'named' | null {
  const words = privacy.flatMap((value) => value.toLowerCase().split(/[;,\s]+/)).filter((word) => word !== '');
  if (words.some((word) => word === 'id' || word === 'user' || word === 'header')) return 'unnamed';
  return words.includes('none') ? 'named' : null;
}

/** Who calls, as people read it. `trusts`: the profile says that its gateway checks who a caller is said to be. */
export function callerOf(headers: CallerHeaders, trusts: boolean): Party {
  const { from, domain } = headers;
  const wish = wishOf(headers.privacy);
  if (wish === 'unnamed') return ANONYMOUS;
  if (!trusts) return isUnnamed(from) ? ANONYMOUS : from;
  const read = (values: readonly string[]): Said[] =>
    valuesIn(values).flatMap((value) => {
      const said = saidIn(value);
      return said === null || (said.user === '' && said.host === '') ? [] : [said];
    });
  const remote = read(headers.remoteParty).find((one) => ['', 'calling'].includes(parameter(one, 'party')));
  if (remote !== undefined && ['full', 'uri'].includes(parameter(remote, 'privacy'))) return ANONYMOUS;
  if (isUnnamed(from) && wish !== 'named') return ANONYMOUS;
  const asserted = read(headers.asserted);
  // Section 9.1: one `sip:` or `sips:` and one `tel:` at most.
  const said =
    asserted.find(({ user, isTel }) => !isTel && user !== '') ?? asserted.find(({ user }) => user !== '') ?? remote;
  if (said === undefined) return from;
  const isRemote = said === remote;
  const names = isRemote
    ? parameter(said, 'privacy') === 'name'
      ? []
      : [said.name]
    : asserted.map(({ name }) => name);
  const named = partyOf(said.user, said.isTel ? domain : said.host, names.find((name) => name !== '') ?? '');
  if (isUnnamed(named)) return ANONYMOUS;
  // A name in From alone nobody asserted: it is not shown beside the number that somebody did.
  const confirmed = !isRemote || parameter(said, 'screen') !== 'no';
  return confirmed ? { ...named, confirmed: true } : named;
}
