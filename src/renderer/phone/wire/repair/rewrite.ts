/** A message in the form that JsSIP understands, with stand-ins for what it would not read or would write otherwise. */
import { MARK, standInToken, standInUri } from './alias';
import { joinNames, readNameAddr, readUri, userOf, type NameAddr } from './address';
import { readBody, type Body } from './body';
import { contactsOf, isCallable, MOST_CONTACTS, shortened, targetOf, type ContactEntry } from './contact';
import { isPlainCallId, isPlainParty, isPlainRoute, isPlainToken, isPlainUri, isPlainVia } from './plain';
import { byteLength, headerLabel, isToken, valueOf, valuesOf, type SipHeader, type SipMessage } from './sip-text';
import type { RewriteContext, Rewritten } from './rewrite-context';
import { branchForStack, readCSeq, tagOf, topVia } from './transaction';
import { parameterOf, quote, readParameters, readSeconds, readTyped, splitLists } from './values';
import { callIdForStack, isProper, isProperName, lengthIsRight, readablePhrase, written } from './wording';

const MOST_SECONDS = 86_400;

class Rewriter {
  private readonly repairs = new Set<string>();
  private readonly out: SipHeader[] = [];
  private changed: boolean;

  constructor(
    private readonly message: SipMessage,
    private readonly context: RewriteContext,
  ) {
    this.changed = message.oddLines.size > 0;
    const told = ['line-ends', 'no-blank-line', 'no-colon', 'control', 'start-line'] as const;
    if (told.some((one) => message.oddLines.has(one))) this.repairs.add('its lines were not written as SIP wants them');
  }

  private put(name: string, value: string, original: string): void {
    if (value !== original) this.changed = true;
    this.out.push({ name, value });
  }
  private repair(why: string): void {
    this.changed = true;
    this.repairs.add(why);
  }
  private drop(name: string, why?: string): void {
    this.changed = true;
    if (why !== undefined) this.repairs.add(`${why} ${headerLabel(name)}`);
  }

  /** A URI that JsSIP reads; `what` names its place in what is told. */
  private uri(text: string, what: string): string {
    if (isPlainUri(text)) return text;
    if (!isProper(text)) this.repair(`the address in its ${what} was not one that SIP knows`);
    return this.standIn(text);
  }
  private standIn(text: string): string {
    const parsed = readUri(text);
    return standInUri(text, parsed === null ? '' : userOf(parsed));
  }
  private token(text: string, what: string): string {
    if (isPlainToken(text)) return text;
    if (!isToken(text)) this.repair(`its ${what} was no token`);
    return standInToken(text);
  }
  private party(name: 'from' | 'to'): void {
    const label = headerLabel(name);
    const value = valueOf(this.message, name);
    // JsSIP overhears a 180 whose To has no tag (legal in RFC 2543), and could not cancel the call.
    const untagged = name === 'to' && this.isEarly() && tagOf(this.message, 'to') === null;
    if (untagged) this.repair('there was no tag in its To');
    if (!untagged && isPlainParty(value)) {
      this.out.push({ name, value });
      return;
    }
    const address = readNameAddr(value);
    const asked = this.context.asked;
    if (address === null) {
      this.repair(`its ${label} could not be read`);
      const own = asked === null ? '' : asked[name];
      this.put(name, own === '' ? '<sip:anonymous@anonymous.invalid>' : own, value);
      return;
    }
    if (!isProperName(value)) this.repair(`the name in its ${label} was not in quotes`);
    const tag = parameterOf(address.parameters, 'tag');
    const shown = address.name === '' ? '' : `${quote(address.name)} `;
    const marked = untagged
      ? `;tag=${MARK}0`
      : tag === null || tag === ''
        ? ''
        : `;tag=${this.token(tag, `tag in ${label}`)}`;
    this.put(name, `${shown}<${this.uri(address.uri, label)}>${marked}`, value);
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
        this.out.push({ name: 'via', value: via.text });
      else {
        if ((via?.count ?? 0) !== 1) this.repair('it had not one Via');
        this.put('via', `SIP/2.0/WS own.invalid;branch=${branch}`, '');
      }
      return;
    }
    const branch = branchForStack(this.message);
    const [first = ''] = lines;
    if (isPlainVia(first) && topVia(this.message)?.branch === branch)
      for (const value of lines) this.out.push({ name: 'via', value });
    else this.put('via', `SIP/2.0/WS peer.invalid;branch=${branch}`, '');
  }

  private routes(): void {
    const lines = valuesOf(this.message, 'record-route');
    if (lines.every(isPlainRoute)) {
      for (const value of lines) this.out.push({ name: 'record-route', value });
      return;
    }
    for (const text of joinNames(splitLists(lines))) {
      const address = readNameAddr(text);
      if (address === null || readUri(address.uri) === null) {
        this.drop('record-route', 'an entry could not be read in its');
        continue;
      }
      if (!address.isBracketed) this.repair('its Record-Route had no brackets');
      // Without brackets the parameters are the header's by the letter; of a route they are the URI's by all sense (`lr`).
      const uri = address.isBracketed ? address.uri : `${address.uri}${written(address.parameters)}`;
      this.put('record-route', `<${this.uri(uri, 'Record-Route')}>`, '');
    }
    this.changed = true;
  }

  private contactEntry(entry: ContactEntry & { readonly address: NameAddr }, keep: readonly string[]): string {
    const parameters = entry.address.parameters.filter(({ name, value }) => {
      return keep.includes(name) && (value === null || /^"[^"\\]*"$/.test(value) || isToken(value));
    });
    return `<${this.uri(entry.address.uri, 'Contact')}>${written(parameters)}`;
  }

  private contact(): void {
    const lines = valuesOf(this.message, 'contact');
    // Without a tag there is no early dialog.
    if (lines.length === 0 || (this.isEarly() && tagOf(this.message, 'to') === null)) return;
    const { method, status, kind } = this.message;
    if (method === 'REGISTER' && kind === 'response' && status >= 200) {
      this.bindings(lines);
      return;
    }
    if (kind === 'response' && status >= 300) {
      this.alternatives();
      return;
    }
    const [line = ''] = lines;
    if (lines.length === 1 && isPlainRoute(line)) {
      this.out.push({ name: 'contact', value: line });
      return;
    }
    const target = targetOf(this.message);
    if (target === null) this.drop('contact', 'there was no address of SIP in its');
    else {
      if (lines.length > 1 || contactsOf(this.message).length > 1) this.repair('its Contact named more than one');
      this.put('contact', this.contactEntry(target, []), line);
    }
  }

  /** What the registrar has (section 10.2.4) is read behind this room, as it was written: JsSIP does not see it. */
  private bindings(lines: readonly string[]): void {
    const [, ownContact = ''] = this.context.users;
    const isOurs = (text: string): boolean =>
      text.toLowerCase().includes(this.context.instanceId.toLowerCase()) ||
      (ownContact !== '' && text.includes(`:${ownContact}@`));
    const shorter = shortened(lines, isOurs);
    if (shorter !== null) this.repair('its Contact named very many phones');
    for (const value of shorter ?? lines) this.put('contact', value, value);
    const odd = contactsOf(this.message).some(
      (entry) => !isOurs(entry.text) && (entry.address === null || !isProper(entry.address.uri)),
    );
    if (odd) this.repairs.add("another phone's address could not be read in its Contact");
  }

  /** Where a call is sent on to (section 21.3). A number stays one: it is read like a number that is dialled. */
  private alternatives(): void {
    const entries = contactsOf(this.message);
    const known = splitLists(valuesOf(this.message, 'contact'), MOST_CONTACTS + 1).length;
    if (known > MOST_CONTACTS) this.repair('its Contact named very many addresses');
    for (const entry of entries) {
      const { address } = entry;
      const isNumber = entry.scheme === 'tel';
      if (address === null || (!isNumber && !isCallable(entry))) {
        this.drop('contact', 'an address could not be called in its');
        continue;
      }
      if (isNumber) this.repair('it names a number to call, and no address');
      // Without brackets the parameters are the header's by the letter; of a number they are its own by all sense (`ext`).
      const own = address.parameters.filter(({ name }) => name !== 'q' && name !== 'expires');
      const uri = isNumber && !address.isBracketed ? `${address.uri}${written(own)}` : address.uri;
      const q = parameterOf(address.parameters, 'q') ?? '';
      const weight = /^[01](?:\.\d{0,3})?$/.test(q) ? `;q=${q}` : '';
      const shown = isNumber ? this.standIn(uri) : this.uri(uri, 'Contact');
      this.put('contact', `<${shown}>${weight}`, entry.text);
    }
  }
  private cseq(): void {
    const value = valueOf(this.message, 'cseq');
    const read = readCSeq(this.message);
    const { asked } = this.context;
    if (this.message.kind === 'response' && asked !== null) {
      if (read?.number !== asked.cseq || read.method !== asked.method)
        this.repair('its CSeq was not that of the request');
      this.put('cseq', `${asked.cseq} ${asked.method}`, value);
    } else if (read !== null) this.put('cseq', `${read.number} ${read.method}`, value);
  }

  private callId(): void {
    const value = valueOf(this.message, 'call-id');
    const { asked } = this.context;
    if (this.message.kind === 'response' && asked !== null) this.put('call-id', asked.callId, value);
    else this.put('call-id', callIdForStack(value), value);
    if (!isPlainCallId(value) && standInToken('') !== value.slice(0, 4)) this.repair('its Call-ID was odd');
  }

  private replaces(value: string): void {
    const parameters = readParameters(value.replace(/^[^;]*/, ''));
    const tag = (name: string): string => this.token(parameterOf(parameters, name) ?? '', `tag in Replaces`);
    const id = callIdForStack(value.replace(/;.*$/s, '').trim());
    const early = parameters.some(({ name }) => name === 'early-only') ? ';early-only' : '';
    this.put('replaces', `${id};to-tag=${tag('to-tag')};from-tag=${tag('from-tag')}${early}`, value);
  }

  private sessionExpires(value: string): void {
    const { value: life, parameters } = readTyped(value);
    const seconds = readSeconds(life);
    if (seconds === null || seconds === 0) {
      this.drop('session-expires', 'there was no time in its');
      return;
    }
    const refresher = parameterOf(parameters, 'refresher')?.toLowerCase();
    const side = refresher === 'uac' || refresher === 'uas' ? `;refresher=${refresher}` : '';
    // JsSIP's timers overflow beyond 24 days, and it does not take less than a minute.
    const bounded = Math.min(Math.max(seconds, 60), MOST_SECONDS);
    if (bounded !== seconds) this.repair('its Session-Expires was out of bounds');
    this.put('session-expires', `${bounded}${side}`, value);
  }

  private number(name: string, value: string, most: number): void {
    const seconds = readSeconds(value);
    if (seconds === null || seconds > most) this.drop(name, 'there was no sensible number in its');
    else this.put(name, String(seconds), value);
  }

  private event(value: string): void {
    const { value: type, parameters } = readTyped(value);
    const id = parameterOf(parameters, 'id');
    if (!isToken(type)) this.drop('event', 'the name could not be read in its');
    else this.put('event', `${type}${id !== null && isToken(id) ? `;id=${id}` : ''}`, value);
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
        if (/^\d{1,3}$/.test(value)) this.put(name, value, value);
        else this.drop(name, 'there was no sensible number in its');
        return;
      case 'www-authenticate':
      case 'proxy-authenticate':
        // Those of a 401 and 407 are read and written again behind this room.
        if (kind === 'response' && (status === 401 || status === 407)) this.put(name, value, value);
        else this.drop(name);
        return;
      case 'session-expires':
        this.sessionExpires(value);
        return;
      case 'expires':
        // JsSIP ends an INVITE by this clock, which overflows.
        if (method === 'INVITE') this.number(name, value, MOST_SECONDS);
        else this.put(name, value, value);
        return;
      case 'replaces':
        if (method === 'INVITE' && kind === 'request') this.replaces(value);
        else this.drop(name);
        return;
      case 'event':
        this.event(value);
        return;
      case 'refer-to': {
        const address = readNameAddr(value);
        if (address === null) this.drop(name, 'there was no address in its');
        else if (isPlainRoute(value)) this.put(name, value, value);
        else this.put(name, `<${this.uri(address.uri, 'Refer-To')}>`, value);
        return;
      }
      default:
        this.put(name, value, value);
    }
  }

  private startLine(): string {
    const { message, context } = this;
    if (message.kind === 'response') {
      const status = message.status > 699 ? 500 : message.status;
      const phrase = readablePhrase(message.phrase);
      if (status !== message.status) this.repair('its status is none that SIP knows');
      if (phrase !== message.phrase) this.repair('there were brackets or quotes in its first line');
      return `SIP/2.0 ${status} ${phrase}`;
    }
    const uri = readUri(message.uri);
    const isOwn = uri?.scheme === 'sip' && context.users.includes(uri.user) && isPlainUri(message.uri);
    if (isOwn) return `${message.method} ${message.uri} SIP/2.0`;
    this.changed = true;
    if (uri?.scheme === 'tel') this.repair('its Request-URI was a number');
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
    this.contact();
    for (const header of message.headers) this.other(header);
    const type = valueOf(message, 'content-type');
    let text = '';
    if (body.kind === 'sdp') {
      text = body.text;
      if (body.wasWrapped) this.changed = true;
      this.put('content-type', 'application/sdp', type);
    } else if (body.kind === 'other') {
      text = body.text;
      const plain = /^[\w.+-]+\/[\w.+-]+(?:\s*;\s*[\w.+-]+=(?:[\w.+-]+|"[^"\\]*"))*$/.test(type);
      if (plain) this.put('content-type', type, type);
      else if (type !== '') this.drop('content-type', 'the type could not be read in its');
    } else if (body.kind === 'refused') this.repair(body.why);
    if (text !== message.body || !lengthIsRight(message)) this.changed = true;
    // A line that was left out is in the text as it came.
    const lineCount = message.headers.filter(({ name }) => name !== 'content-length').length;
    if (this.out.length !== lineCount) this.changed = true;
    if (!this.changed) return { text: '', repairs: [...this.repairs] };
    const lines = this.out.map(({ name, value }) => `${headerLabel(name)}: ${value}`);
    const whole = [start, ...lines, `Content-Length: ${byteLength(text)}`, '', text].join('\r\n');
    return { text: whole, repairs: [...this.repairs] };
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
