/** Which transaction a message belongs to (RFC 3261 section 17), told tolerantly. */
import { standInToken } from './alias';
import { readNameAddr } from './address';
import { isPlainToken, isPlainVia } from './plain';
import { valueOf, valuesOf, type SipMessage } from './sip-text';
import { parameterOf, readParameters, splitLists } from './values';

/** The number and the method that a CSeq names; null: it can't be read. */
export function readCSeq(message: SipMessage): { readonly number: number; readonly method: string } | null {
  const [, number = '', method = ''] = /^(\d+)\s+(\S+)$/.exec(valueOf(message, 'cseq')) ?? [];
  return method === '' ? null : { number: Number(number), method };
}

/** The tag of a From or To; null: it has none. */
export function tagOf(message: SipMessage, name: 'from' | 'to'): string | null {
  const address = readNameAddr(valueOf(message, name));
  return address === null ? null : parameterOf(address.parameters, 'tag') || null;
}

export interface TopVia {
  /** Host and perhaps port. */
  readonly sentBy: string;
  /** Empty: it has none, or nothing but the magic cookie. */
  readonly branch: string;
  readonly text: string;
  /** Of all Via headers. */
  readonly count: number;
}

/** The first Via; null: there is none. */
export function topVia(message: SipMessage): TopVia | null {
  const all = splitLists(valuesOf(message, 'via'));
  const [text] = all;
  if (text === undefined) return null;
  const [, sentBy = '', more = ''] = /^SIP\s*\/[^/]*\/\s*\S+\s+([^;]*)(.*)$/is.exec(text) ?? [];
  const branch = parameterOf(readParameters(more === '' ? text.replace(/^[^;]*/, '') : more), 'branch') ?? '';
  return {
    sentBy: sentBy.replace(/\s+/g, '').toLowerCase(),
    branch: /^z9hg4bk$/i.test(branch) ? '' : branch,
    text,
    count: all.length,
  };
}

/**
 * The name of a request's transaction, the same for the INVITE, its ACK and its CANCEL. Without a branch what RFC 2543 compared is
 * compared (section 17.2.3).
 */
export function transactionOf(message: SipMessage): string {
  const via = topVia(message);
  const name = via === null || via.branch === '' ? (via?.text ?? '') : `${via.branch} ${via.sentBy}`;
  return [name, valueOf(message, 'call-id'), tagOf(message, 'from') ?? '', String(readCSeq(message)?.number ?? 0)].join(
    ' ',
  );
}

/** The branch by which JsSIP knows the transaction. */
export function branchForStack(message: SipMessage): string {
  const via = topVia(message);
  if (via !== null && via.branch !== '' && isPlainToken(via.branch) && isPlainVia(via.text)) return via.branch;
  return `z9hG4bK${standInToken(transactionOf(message))}`;
}
