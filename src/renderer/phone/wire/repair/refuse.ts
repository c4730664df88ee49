/** Which requests the phone does not take, and what RFC 3261 section 8.2 and its extensions say to them. */
import { readNameAddr, readUri, userOf } from './address';
import { ACCEPT, ALLOW, ALLOWED_METHODS, MIN_SE_S, type Refusal } from './answer';
import { readBody } from './body';
import { contactsOf, targetOf } from './contact';
import { isToken, valueOf, valuesOf, type SipMessage } from './sip-text';
import { readCSeq, tagOf } from './transaction';
import { parameterOf, readParameters, readSeconds, readTyped, splitLists } from './values';

/** What the rules ask about the line. */
export interface OwnLine {
  /** User parts by which requests find this phone: of the identity, and of its Contact. */
  readonly users: () => readonly string[];
  /** The gateway is reached by TLS: `sips` may be used (RFC 5630). */
  readonly isSecure: boolean;
  /** A call with this Call-ID is not over. */
  readonly knowsCall: (callId: string) => boolean;
  /** The same, and this tag is ours in it. */
  readonly knowsDialog: (callId: string, tag: string) => boolean;
  /** A request of ours asked for NOTIFYs in the dialog of this Call-ID. */
  readonly isSubscribed: (callId: string) => boolean;
}

/** Option tags that the phone, with JsSIP, does what they ask for: RFC 4028, 3891, 5768, 5626, 3327. */
const SUPPORTED: ReadonlySet<string> = new Set(['timer', 'replaces', 'ice', 'outbound', 'path']);
const ONCE = [
  'from',
  'to',
  'call-id',
  'cseq',
  'max-forwards',
  'content-type',
  'replaces',
  'session-expires',
  'refer-to',
];
const NEEDED = ['via', 'from', 'to', 'call-id', 'cseq'];
const LABELS: Readonly<Record<string, string>> = {
  via: 'Via',
  from: 'From',
  to: 'To',
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'max-forwards': 'Max-Forwards',
  'content-type': 'Content-Type',
  replaces: 'Replaces',
  'session-expires': 'Session-Expires',
  'refer-to': 'Refer-To',
};
/** They belong to a dialog. */
const IN_DIALOG_ONLY: ReadonlySet<string> = new Set(['UPDATE', 'INFO', 'BYE']);

const bad = (why: string): Refusal => ({ status: 400, why });

/** What is wrong with a request whatever it asks for (RFC 3261 sections 7 and 8.1.1). */
export function badForm(message: SipMessage): Refusal | null {
  if (message.version === '') return bad('its first line names no SIP version');
  if (message.version !== '2.0') return { status: 505, why: 'it is written in another version of SIP' };
  if (!isToken(message.method)) return bad('its method can not be read');
  for (const name of NEEDED) if (valueOf(message, name) === '') return bad(`it has no ${LABELS[name] ?? name}`);
  for (const name of ONCE)
    if (valuesOf(message, name).length > 1) return bad(`it has two ${LABELS[name] ?? name} headers`);
  const lengths = new Set(valuesOf(message, 'content-length'));
  if (lengths.size > 1) return bad('its Content-Length headers differ');
  for (const length of lengths) if (!/^\d+$/.test(length)) return bad('its Content-Length is no number');
  const cseq = readCSeq(message);
  if (cseq === null || cseq.number >= 2 ** 31) return bad('its CSeq can not be read');
  if (cseq.method !== message.method) return bad('its CSeq names another method');
  for (const name of ['from', 'to'] as const) {
    const address = readNameAddr(valueOf(message, name));
    if (address === null || readUri(address.uri) === null) return bad(`its ${LABELS[name] ?? name} has no address`);
    const values = splitLists([valueOf(message, name)]);
    if (values.length > 1 && values.every((value) => value.includes('<')))
      return bad(`its ${LABELS[name] ?? name} names two`);
  }
  return null;
}

/** Section 8.2.2.1. Within a dialog the tags say whose request it is, and JsSIP looks at them. */
function badTarget(message: SipMessage, line: OwnLine): Refusal | null {
  const uri = readUri(message.uri);
  if (uri === null) return bad('its Request-URI can not be read');
  if (uri.scheme === 'tel') return /\d/.test(uri.rest) ? null : bad('its Request-URI has no number');
  if (uri.scheme === 'sips' && !line.isSecure)
    return { status: 416, why: 'it asks for an encrypted way, and this line has none' };
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips')
    return { status: 416, why: 'its Request-URI is of a kind that the phone does not know' };
  if (tagOf(message, 'to') !== null) return null;
  const user = userOf(uri);
  if (user === '' && message.method === 'OPTIONS') return null;
  const named = [user, user.replace(/:.*$/, ''), user.replace(/;.*$/, '')];
  return line.users().some((own) => named.includes(own)) ? null : { status: 404, why: 'it is for somebody else' };
}

function badExtension(message: SipMessage): Refusal | null {
  const unknown = splitLists(valuesOf(message, 'require')).filter((tag) => !SUPPORTED.has(tag.toLowerCase()));
  if (unknown.length === 0) return null;
  const tags = unknown.filter(isToken);
  return {
    status: 420,
    headers: tags.length === 0 ? [] : [`Unsupported: ${tags.join(', ')}`],
    why: 'it requires what the phone does not know',
  };
}

function badBody(message: SipMessage): Refusal | null {
  const body = readBody(message);
  if (body.kind !== 'refused') return null;
  return {
    status: body.status,
    headers: body.status === 415 ? [ACCEPT, 'Accept-Encoding: identity'] : [],
    why: body.why,
  };
}

/**
 * RFC 4028 section 9 allows a 422 to a request that says Supported: timer. Where it does not, a proxy put the Session-Expires in (section 8.1), and
 * the caller could do nothing with a 422: the call is taken, and JsSIP's own least interval holds.
 */
function badTimer(message: SipMessage): Refusal | null {
  const seconds = readSeconds(valueOf(message, 'session-expires'));
  if (seconds === null || seconds >= MIN_SE_S) return null;
  const knows = splitLists([...valuesOf(message, 'supported'), ...valuesOf(message, 'require')]).some(
    (tag) => tag.toLowerCase() === 'timer',
  );
  if (!knows) return null;
  return { status: 422, headers: [`Min-SE: ${MIN_SE_S}`], why: `its session interval of ${seconds} s is too short` };
}

function badOffer(message: SipMessage, line: OwnLine): Refusal | null {
  const accepted = valuesOf(message, 'accept');
  const types = splitLists(accepted).map((value) => readTyped(value).value);
  if (accepted.length > 0 && !types.some((type) => ['application/sdp', 'application/*', '*/*'].includes(type)))
    return { status: 406, why: 'it wants an answer that is no session description' };
  const timer = badTimer(message);
  if (timer !== null) return timer;
  const isFirst = tagOf(message, 'to') === null;
  const contacts = contactsOf(message);
  const target = targetOf(message);
  if (message.method === 'INVITE' && target === null && (isFirst || contacts.length > 0))
    return contacts.length === 0
      ? { status: 400, phrase: 'Missing Contact', why: 'it has no Contact' }
      : { status: 400, phrase: 'Contact Is Not a SIP URI', why: 'its Contact is no address of SIP' };
  if (target?.scheme === 'sips' && !line.isSecure)
    return { status: 416, why: 'its Contact asks for an encrypted way, and this line has none' };
  if (readUri(message.uri)?.scheme === 'sips' && target?.scheme === 'sip')
    return { status: 400, phrase: 'SIPS Contact Required', why: 'it came encrypted, and its Contact is not' };
  return null;
}

/** RFC 3891 section 3. */
function badReplaces(message: SipMessage): Refusal | null {
  const [value] = valuesOf(message, 'replaces');
  if (value === undefined) return null;
  if (message.method !== 'INVITE') return bad('it is no INVITE and has a Replaces');
  // JsSIP would make it a second call with the Call-ID of the first.
  if (tagOf(message, 'to') !== null) return bad('it is of a call and has a Replaces');
  if (valueOf(message, 'join') !== '') return bad('it has a Replaces and a Join');
  const parameters = readParameters(value.replace(/^[^;]*/, ''));
  const isWhole = ['to-tag', 'from-tag'].every((name) => (parameterOf(parameters, name) ?? '') !== '');
  return isWhole && !value.includes(',') ? null : bad('its Replaces can not be read');
}

const NO_CALL: Refusal = { status: 481, why: 'it is for a call that there is not' };

function badReferral(message: SipMessage, isAstray: boolean): Refusal {
  const address = readNameAddr(valueOf(message, 'refer-to'));
  if (address === null || readUri(address.uri) === null) return bad('its Refer-To has no address');
  if (isAstray) return NO_CALL;
  return { status: 603, why: 'the phone does not follow transfers' };
}

function badUsage(message: SipMessage, line: OwnLine): Refusal | null {
  const tag = tagOf(message, 'to');
  const isOutside = tag === null;
  const isAstray = !isOutside && !line.knowsDialog(valueOf(message, 'call-id'), tag);
  switch (message.method) {
    case 'REFER':
      return badReferral(message, isAstray);
    case 'OPTIONS':
      // RFC 3261 section 12.2.2. JsSIP answers it as if it had come outside of a call.
      return isAstray ? NO_CALL : null;
    case 'NOTIFY':
      // RFC 6665 section 4.1.3.
      return isOutside || !line.isSubscribed(valueOf(message, 'call-id'))
        ? { status: 481, phrase: 'Subscription Does Not Exist', why: 'nobody asked for it' }
        : null;
    case 'INVITE':
      // Of all our calls a Call-ID is the name. RFC 3261 section 8.2.2.2 knows another branch of the same request; whatever else it is, it would take that call's place.
      return isOutside && line.knowsCall(valueOf(message, 'call-id'))
        ? { status: 482, why: 'its Call-ID is that of a call that there is' }
        : null;
    default:
      return isOutside && IN_DIALOG_ONLY.has(message.method) ? NO_CALL : null;
  }
}

/** Why a request other than ACK is not taken; null: it goes to JsSIP. */
export function refusalOf(message: SipMessage, line: OwnLine): Refusal | null {
  const form = badForm(message);
  if (form !== null) return form;
  if (message.method === 'CANCEL') return null;
  if (!ALLOWED_METHODS.includes(message.method))
    return { status: 405, headers: [ALLOW], why: 'the phone does not take such requests' };
  const target = badTarget(message, line) ?? badExtension(message) ?? badReplaces(message) ?? badUsage(message, line);
  if (target !== null) return target;
  if (message.method !== 'INVITE' && message.method !== 'UPDATE') return badBody(message);
  return badBody(message) ?? badOffer(message, line);
}
