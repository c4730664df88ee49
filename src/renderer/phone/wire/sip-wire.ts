/** A look at SIP text below JsSIP: enough to route, match and probe; JsSIP does the parsing that counts. */

import { readSip, valueOf, valuesOf } from './repair/sip-text';
import { tagOf, topVia } from './repair/transaction';
import { identityParts } from '../../../contracts/profile/identity';

/** The parts of a message that routing needs. */
export interface WireMessage {
  readonly kind: 'request' | 'response';
  readonly method: string;
  /** 0 for a request. */
  readonly status: number;
  readonly phrase: string;
  /** Branch of the top Via: the transaction's name (RFC 3261 section 8.1.1.7). */
  readonly branch: string;
  readonly callId: string;
  /** The To header has a tag: the message belongs to a dialog. */
  readonly inDialog: boolean;
  /** All values of a header, long or compact name. */
  readonly headers: (name: string) => readonly string[];
}

/** Reads start line and headers, tolerantly; null when the text is no SIP message. */
export function peek(text: string): WireMessage | null {
  const message = readSip(text);
  if (message === null) return null;
  const { kind, method, status, phrase } = message;
  return {
    kind,
    method,
    status,
    phrase,
    branch: topVia(message)?.branch ?? '',
    callId: valueOf(message, 'call-id'),
    inDialog: tagOf(message, 'to') !== null,
    headers: (name) => valuesOf(message, name),
  };
}

/**
 * The response that the transport layer itself gives to a request it could not deliver (RFC 3261 section 8.1.3.1): it is
 * fed to the stack and never sent.
 */
export function localResponse(request: WireMessage, status: number, phrase: string): string {
  const copied = (name: string, label: string): string[] => request.headers(name).map((value) => `${label}: ${value}`);
  const to = request.headers('to')[0] ?? '';
  return [
    `SIP/2.0 ${status} ${phrase}`,
    ...copied('via', 'Via'),
    ...copied('from', 'From'),
    `To: ${request.inDialog ? to : `${to};tag=local`}`,
    ...copied('call-id', 'Call-ID'),
    ...copied('cseq', 'CSeq'),
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/**
 * ACK and BYE for a 200 that crossed our CANCEL (RFC 3261 section 9.1: it "has no effect", and the dialog must be ended).
 * Empty when the response names no target.
 */
export function endStrayDialog(response: WireMessage, branch: string): readonly string[] {
  const first = (name: string): string => response.headers(name)[0] ?? '';
  const addressIn = (name: string): string | undefined =>
    /<\s*(sips?:[^>]+)>/i.exec(first(name))?.[1] ?? /^(sips?:[^;\s]+)/i.exec(first(name))?.[1];
  // Without a usable Contact there is the address that was called.
  const target = addressIn('contact') ?? addressIn('to');
  const sentBy = /^SIP\/2\.0\/\S+\s+[^;\s]+/.exec(first('via'))?.[0];
  if (target === undefined || sentBy === undefined) return [];
  const sequence = Number.parseInt(first('cseq'), 10);
  const routes = response
    .headers('record-route')
    .flatMap((value) => value.split(/,(?=\s*<)/))
    .reverse();
  const request = (method: string, number: number): string =>
    [
      `${method} ${target} SIP/2.0`,
      ...routes.map((route) => `Route: ${route.trim()}`),
      `Via: ${sentBy};branch=${branch}${method}`,
      'Max-Forwards: 69',
      `To: ${first('to')}`,
      `From: ${first('from')}`,
      `Call-ID: ${response.callId}`,
      `CSeq: ${number} ${method}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  return [request('ACK', sequence), request('BYE', sequence + 1)];
}

/** The CANCEL of an INVITE: its Request-URI, top Via, From, To, Call-ID, CSeq number and Route (RFC 3261 section 9.1). */
export function cancelOf(invite: string): string {
  const message = peek(invite);
  const uri = /^INVITE (\S+) /.exec(invite)?.[1] ?? '';
  const copied = (name: string, label: string): string[] =>
    (message?.headers(name) ?? []).map((value) => `${label}: ${value}`);
  return [
    `CANCEL ${uri} SIP/2.0`,
    ...copied('via', 'Via').slice(0, 1),
    'Max-Forwards: 70',
    ...copied('route', 'Route'),
    ...copied('from', 'From'),
    ...copied('to', 'To'),
    ...copied('call-id', 'Call-ID'),
    ...copied('cseq', 'CSeq').map((line) => line.replace(/INVITE\s*$/, 'CANCEL')),
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** A liveness probe: an OPTIONS request to the domain (RFC 3261 section 11) that wants any answer. `name` goes into its branch and Call-ID; answers to `probe` stay within the flow. */
export function optionsProbe(parts: {
  readonly identity: string;
  readonly transport: 'WS' | 'WSS';
  readonly token: string;
  readonly sequence: number;
  readonly name?: 'probe' | 'test';
}): string {
  const name = parts.name ?? 'probe';
  const domain = identityParts(parts.identity).domain;
  return [
    `OPTIONS sip:${domain} SIP/2.0`,
    `Via: SIP/2.0/${parts.transport} ${parts.token}.invalid;branch=z9hG4bK${name}${parts.token}${parts.sequence}`,
    'Max-Forwards: 70',
    `To: <sip:${domain}>`,
    `From: <sip:${parts.identity}>;tag=${parts.token}`,
    `Call-ID: ${name}-${parts.token}`,
    `CSeq: ${parts.sequence} OPTIONS`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** True for the branch of one of our own probes. */
export function isProbeBranch(branch: string): boolean {
  return branch.startsWith('z9hG4bKprobe');
}
