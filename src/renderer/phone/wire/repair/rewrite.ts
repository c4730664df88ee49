/** A message in the form that JsSIP understands, with stand-ins for what it would not read or would write otherwise. */
import { MARK, standInToken } from './alias';
import { joinNames, readNameAddr, readUri } from './address';
import { readBody, type Body } from './body';
import { createPen, type Pen } from './pen';
import { isPlainCallId, isPlainParty, isPlainRoute, isPlainUri, isPlainVia } from './plain';
import { byteLength, headerLabel, isToken, valueOf, valuesOf, type SipHeader, type SipMessage } from './sip-text';
import { writeContacts } from './rewrite-contacts';
import type { RewriteContext, Rewritten } from './rewrite-context';
import { branchForStack, readCSeq, tagOf, topVia } from './transaction';
import { parameterOf, quote, readParameters, readSeconds, readTyped, splitLists } from './values';
import { callIdForStack, isProperName, lengthIsRight, readablePhrase, written } from './wording';

const MOST_SECONDS = 86_400;

class Rewriter {
  private readonly pen: Pen;

  constructor(
    private readonly message: SipMessage,
    private readonly context: RewriteContext,
  ) {
    this.pen = createPen(message);
  }

  private party(name: 'from' | 'to'): void {
    const label = headerLabel(name);
    const value = valueOf(this.message, name);
    // JsSIP overhears a 180 whose To has no tag (legal in RFC 2543), and could not cancel the call.
    const untagged = name === 'to' && this.isEarly() && tagOf(this.message, 'to') === null;
    if (untagged) this.pen.repair('there was no tag in its To');
    if (!untagged && isPlainParty(value)) {
      this.pen.out.push({ name, value });
      return;
    }
    const address = readNameAddr(value);
    const asked = this.context.asked;
    if (address === null) {
      this.pen.repair(`its ${label} could not be read`);
      const own = asked === null ? '' : asked[name];
      this.pen.put(name, own === '' ? '<sip:anonymous@anonymous.invalid>' : own, value);
      return;
    }
    if (!isProperName(value)) this.pen.repair(`the name in its ${label} was not in quotes`);
    const tag = parameterOf(address.parameters, 'tag');
    const shown = address.name === '' ? '' : `${quote(address.name)} `;
    const marked = untagged
      ? `;tag=${MARK}0`
      : tag === null || tag === ''
        ? ''
        : `;tag=${this.pen.token(tag, `tag in ${label}`)}`;
    this.pen.put(name, `${shown}<${this.pen.uri(address.uri, label)}>${marked}`, value);
  }

  private isEarly(): boolean {
    const { kind, method, status } = this.message;
    return kind === 'response' && method === 'INVITE' && status > 100 && status < 200;
  }

  private via(): void {
    const lines = valuesOf(this.message, 'via');
    if (this.message.kind === 'response') {
      const via = topVia(this.message);
      const branch = this.context.asked?.branch ?? via?.branch ?? '';
      if (via?.count === 1 && lines.length === 1 && isPlainVia(via.text) && via.branch === branch)
        this.pen.out.push({ name: 'via', value: via.text });
      else {
        if ((via?.count ?? 0) !== 1) this.pen.repair('it had not one Via');
        this.pen.put('via', `SIP/2.0/WS own.invalid;branch=${branch}`, '');
      }
      return;
    }
    const branch = branchForStack(this.message);
    const [first = ''] = lines;
    if (isPlainVia(first) && topVia(this.message)?.branch === branch)
      for (const value of lines) this.pen.out.push({ name: 'via', value });
    else this.pen.put('via', `SIP/2.0/WS peer.invalid;branch=${branch}`, '');
  }

  private routes(): void {
    const lines = valuesOf(this.message, 'record-route');
    if (lines.every(isPlainRoute)) {
      for (const value of lines) this.pen.out.push({ name: 'record-route', value });
      return;
    }
    for (const text of joinNames(splitLists(lines))) {
      const address = readNameAddr(text);
      if (address === null || readUri(address.uri) === null) {
        this.pen.drop('record-route', 'an entry could not be read in its');
        continue;
      }
      if (!address.isBracketed) this.pen.repair('its Record-Route had no brackets');
      // Without brackets the parameters are the header's by the letter; of a route they are the URI's by all sense (`lr`).
      const uri = address.isBracketed ? address.uri : `${address.uri}${written(address.parameters)}`;
      this.pen.put('record-route', `<${this.pen.uri(uri, 'Record-Route')}>`, '');
    }
    this.pen.changed = true;
  }

  private cseq(): void {
    const value = valueOf(this.message, 'cseq');
    const read = readCSeq(this.message);
    const { asked } = this.context;
    if (this.message.kind === 'response' && asked !== null) {
      if (read?.number !== asked.cseq || read.method !== asked.method)
        this.pen.repair('its CSeq was not that of the request');
      this.pen.put('cseq', `${asked.cseq} ${asked.method}`, value);
    } else if (read !== null) this.pen.put('cseq', `${read.number} ${read.method}`, value);
  }

  private callId(): void {
    const value = valueOf(this.message, 'call-id');
    const { asked } = this.context;
    if (this.message.kind === 'response' && asked !== null) this.pen.put('call-id', asked.callId, value);
    else this.pen.put('call-id', callIdForStack(value), value);
    if (!isPlainCallId(value) && standInToken('') !== value.slice(0, 4)) this.pen.repair('its Call-ID was odd');
  }

  private replaces(value: string): void {
    const parameters = readParameters(value.replace(/^[^;]*/, ''));
    const tag = (name: string): string => this.pen.token(parameterOf(parameters, name) ?? '', `tag in Replaces`);
    const id = callIdForStack(value.replace(/;.*$/s, '').trim());
    const early = parameters.some(({ name }) => name === 'early-only') ? ';early-only' : '';
    this.pen.put('replaces', `${id};to-tag=${tag('to-tag')};from-tag=${tag('from-tag')}${early}`, value);
  }

  private sessionExpires(value: string): void {
    const { value: life, parameters } = readTyped(value);
    const seconds = readSeconds(life);
    if (seconds === null || seconds === 0) {
      this.pen.drop('session-expires', 'there was no time in its');
      return;
    }
    const refresher = parameterOf(parameters, 'refresher')?.toLowerCase();
    const side = refresher === 'uac' || refresher === 'uas' ? `;refresher=${refresher}` : '';
    // JsSIP's timers overflow beyond 24 days, and it does not take less than a minute.
    const bounded = Math.min(Math.max(seconds, 60), MOST_SECONDS);
    if (bounded !== seconds) this.pen.repair('its Session-Expires was out of bounds');
    this.pen.put('session-expires', `${bounded}${side}`, value);
  }

  private number(name: string, value: string, most: number): void {
    const seconds = readSeconds(value);
    if (seconds === null || seconds > most) this.pen.drop(name, 'there was no sensible number in its');
    else this.pen.put(name, String(seconds), value);
  }

  private event(value: string): void {
    const { value: type, parameters } = readTyped(value);
    const id = parameterOf(parameters, 'id');
    if (!isToken(type)) this.pen.drop('event', 'the name could not be read in its');
    else this.pen.put('event', `${type}${id !== null && isToken(id) ? `;id=${id}` : ''}`, value);
  }

  private other({ name, value }: SipHeader): void {
    const { kind, status, method } = this.message;
    switch (name) {
      case 'via':
      case 'from':
      case 'to':
      case 'call-id':
      case 'cseq':
      case 'record-route':
      case 'contact':
      case 'content-length':
      case 'content-type':
      case 'content-encoding':
        return;
      case 'max-forwards':
        if (/^\d{1,3}$/.test(value)) this.pen.put(name, value, value);
        else this.pen.drop(name, 'there was no sensible number in its');
        return;
      case 'www-authenticate':
      case 'proxy-authenticate':
        // Those of a 401 and 407 are read and written again behind this room.
        if (kind === 'response' && (status === 401 || status === 407)) this.pen.put(name, value, value);
        else this.pen.drop(name);
        return;
      case 'session-expires':
        this.sessionExpires(value);
        return;
      case 'expires':
        // JsSIP ends an INVITE by this clock, which overflows.
        if (method === 'INVITE') this.number(name, value, MOST_SECONDS);
        else this.pen.put(name, value, value);
        return;
      case 'replaces':
        if (method === 'INVITE' && kind === 'request') this.replaces(value);
        else this.pen.drop(name);
        return;
      case 'event':
        this.event(value);
        return;
      case 'refer-to': {
        const address = readNameAddr(value);
        if (address === null) this.pen.drop(name, 'there was no address in its');
        else if (isPlainRoute(value)) this.pen.put(name, value, value);
        else this.pen.put(name, `<${this.pen.uri(address.uri, 'Refer-To')}>`, value);
        return;
      }
      default:
        this.pen.put(name, value, value);
    }
  }

  private startLine(): string {
    const { message, context } = this;
    if (message.kind === 'response') {
      const status = message.status > 699 ? 500 : message.status;
      const phrase = readablePhrase(message.phrase);
      if (status !== message.status) this.pen.repair('its status is none that SIP knows');
      if (phrase !== message.phrase) this.pen.repair('there were brackets or quotes in its first line');
      return `SIP/2.0 ${status} ${phrase}`;
    }
    const uri = readUri(message.uri);
    const isOwn = uri?.scheme === 'sip' && context.users.includes(uri.user) && isPlainUri(message.uri);
    if (isOwn) return `${message.method} ${message.uri} SIP/2.0`;
    this.pen.changed = true;
    if (uri?.scheme === 'tel') this.pen.repair('its Request-URI was a number');
    return `${message.method} sip:${encodeURIComponent(context.users[0] ?? 'own')}@own.invalid SIP/2.0`;
  }

  run(body: Body): Rewritten {
    const { message } = this;
    const start = this.startLine();
    this.via();
    this.party('from');
    this.party('to');
    this.callId();
    this.cseq();
    this.routes();
    writeContacts(message, this.context, this.pen, this.isEarly() && tagOf(message, 'to') === null);
    for (const header of message.headers) this.other(header);
    const type = valueOf(message, 'content-type');
    let text = '';
    if (body.kind === 'sdp') {
      text = body.text;
      if (body.wasWrapped) this.pen.changed = true;
      this.pen.put('content-type', 'application/sdp', type);
    } else if (body.kind === 'other') {
      text = body.text;
      const plain = /^[\w.+-]+\/[\w.+-]+(?:\s*;\s*[\w.+-]+=(?:[\w.+-]+|"[^"\\]*"))*$/.test(type);
      if (plain) this.pen.put('content-type', type, type);
      else if (type !== '') this.pen.drop('content-type', 'the type could not be read in its');
    } else if (body.kind === 'refused') this.pen.repair(body.why);
    if (text !== message.body || !lengthIsRight(message)) this.pen.changed = true;
    // A line that was left out is in the text as it came.
    const lineCount = message.headers.filter(({ name }) => name !== 'content-length').length;
    if (this.pen.out.length !== lineCount) this.pen.changed = true;
    if (!this.pen.changed) return { text: '', repairs: [...this.pen.repairs] };
    const lines = this.pen.out.map(({ name, value }) => `${headerLabel(name)}: ${value}`);
    const whole = [start, ...lines, `Content-Length: ${byteLength(text)}`, '', text].join('\r\n');
    return { text: whole, repairs: [...this.pen.repairs] };
  }
}

/** The message for JsSIP; the text as it came where nothing in it has to be changed. */
export function rewritten(
  message: SipMessage,
  original: string,
  context: RewriteContext,
  body = readBody(message),
): Rewritten {
  const result = new Rewriter(message, context).run(body);
  return result.text === '' ? { ...result, text: original } : result;
}
