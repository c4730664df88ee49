/**
 * How the lines of the audit log hold each other: each ends in its number and a MAC (HMAC-SHA-256) of itself and of the MAC before it. Whoever has no
 * key can make no such line, and whoever takes one away, changes it or moves it breaks what follows.
 */
import { createHmac, type KeyObject } from 'node:crypto';

/** 128 bits of the MAC are kept (RFC 2104 section 5 allows half of it): a log has 100,000 lines. */
const MAC_BYTES = 16;
const LINE = /^(\{.+,"n":([1-9]\d{0,14})),"mac":"([\w-]{22})"\}$/s;

/** The newest line: its number and its MAC. */
export interface ChainEnd {
  readonly n: number;
  readonly mac: string;
}
/** Before the first line. */
export const CHAIN_START: ChainEnd = { n: 0, mac: '' };

export interface ChainedLine extends ChainEnd {
  /** What the MAC is about: the entry with its number, as JSON. */
  readonly body: string;
}

function macOf(key: KeyObject, previous: string, body: string): string {
  return createHmac('sha256', key).update(`${previous}\n${body}`).digest().subarray(0, MAC_BYTES).toString('base64url');
}

/** The line that follows `end`, without its line feed. `json` is the text of an object that has members and neither an `n` nor a `mac`. */
export function chainLine(
  key: KeyObject,
  end: ChainEnd,
  json: string,
): { readonly line: string; readonly end: ChainEnd } {
  const n = end.n + 1;
  const open = `${json.slice(0, -1)},"n":${n}`;
  const mac = macOf(key, end.mac, `${open}}`);
  return { line: `${open},"mac":"${mac}"}`, end: { n, mac } };
}

/** Null: the line has no number and MAC, or is none. Whether the MAC is right is another question. */
export function readChained(line: string): ChainedLine | null {
  const [, open, n, mac] = LINE.exec(line) ?? [];
  return open === undefined || mac === undefined ? null : { n: Number(n), mac, body: `${open}}` };
}

/** Whether the line's MAC is right where `previous` is the MAC of the line before it. */
export function isBound(key: KeyObject, previous: string, line: ChainedLine): boolean {
  return macOf(key, previous, line.body) === line.mac;
}

/** The line without its number and MAC, which say nothing about what happened. */
export function withoutChain(line: string): string {
  const at = line.lastIndexOf(',"n":');
  return at === -1 ? line : line.slice(0, at);
}
