/** Times, durations and names as the window writes them. */
import type { Party } from '../../../contracts/call/call';
import { formatNumber } from './phone-number';

const two = (value: number): string => String(value).padStart(2, '0');

/** `0:42`, `12:42`, `1:02:07`, from milliseconds; never negative. */
export function duration(ms: number): string {
  const totalS = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(totalS / 3600);
  const minutes = Math.floor((totalS % 3600) / 60);
  const seconds = two(totalS % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

/** The card's timer: like `duration`, minutes always in two digits so that it does not jump: `00:42`. */
export function timer(ms: number): string {
  const text = duration(ms);
  return text.length === 4 ? `0${text}` : text;
}

/** `10:42:09` in local time, from milliseconds since the epoch. */
export function clock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** "today", "yesterday" or `3 Nov` (with the year when it is another one), in local time. */
export function day(at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  const midnight = (of: Date): number => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime();
  const days = Math.round((midnight(today) - midnight(date)) / 86_400_000);
  if (days === 0) return 'today';
  if (days === 1) return 'yesterday';
  const month = date.toLocaleString('en-GB', { month: 'short' }).slice(0, 3);
  const year = date.getFullYear() === today.getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${month}${year}`;
}

/** `10:42:09` today, else `yesterday at 10:42:09` or `3 Nov at 10:42:09`, in local time. */
export function moment(at: number, now: number): string {
  const when = day(at, now);
  return when === 'today' ? clock(at) : `${when} at ${clock(at)}`;
}

/** "3 minutes, 12 seconds": what a screen reader says for a length of time. */
export function spokenDuration(ms: number): string {
  const totalS = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(totalS / 60);
  const seconds = totalS % 60;
  const part = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
  return [minutes > 0 ? part(minutes, 'minute') : '', seconds > 0 || minutes === 0 ? part(seconds, 'second') : '']
    .filter((text) => text !== '')
    .join(', ');
}

/** How much room a name takes: the sheets draw longer ones smaller and on two lines, so that a card stays as high and shows them whole. */
export function nameLength(name: string): 'short' | 'middle' | 'long' {
  const { length } = Array.from(name);
  return length <= 16 ? 'short' : length <= 28 ? 'middle' : 'long';
}

/** The user part as people write it: `%23` of a SIP URI is `#`. */
function plainUser(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/** The far end's name: what it calls itself, else its number. Names come verbatim from the network: text only. */
export function partyName(party: Party): string {
  const name = party.displayName.trim();
  return name === '' ? partyNumber(party) : name;
}

/** The far end's number, spaced as people read it, or its user name; of one that has neither its host. */
export function partyNumber(party: Party): string {
  return party.user === '' ? party.uri.replace(/^sips?:/, '') : formatNumber(plainUser(party.user));
}

/** What is dialled to call the far end; empty: it can't be. */
export function partyTarget(party: Party): string {
  return party.user === '' ? party.uri : partyNumber(party);
}

/** One or two letters for the avatar; a number has none. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /^\p{L}/u.test(word));
  const first = words[0];
  const last = words.at(-1);
  if (first === undefined || last === undefined) return '';
  const letter = (word: string): string => Array.from(word)[0]?.toLocaleUpperCase() ?? '';
  return words.length === 1 ? letter(first) : letter(first) + letter(last);
}
