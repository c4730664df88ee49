/**
 * The proxy (RFC 3261 section 16): who may send what, and where it goes. Transaction-stateful; dialogs are routed by the
 * flow token in the Record-Route.
 */
import { CallAdmission, type Refusal } from './call-admission';
import { limitCall } from './call-limit';
import { CallTable, type AnsweredCall } from './call-table';
import { makeBranch, type Target } from './branch';
import { callUuidOf, type CallStep } from './call-steps';
import type { Clock } from './clock';
import { absentSide, isAckOf, isInitialInvite } from './dialog';
import type { Endpoint } from './endpoint';
import type { FlowToken, FlowTokens } from './flow-token';
import type { LocationService } from './location-service';
import type { Log } from './log';
import { ResponseContext, type ProxyTimers } from './response-context';
import { parseAddress, parseUri, parseVia, partyOf, type Party } from './sip-address';
import {
  headerOf,
  headersOf,
  parseCseq,
  withoutHeaders,
  withoutTopHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message';
import { randomToken, replyTo } from './sip-reply';

export interface ProxyOptions {
  readonly domain: string;
  readonly clock: Clock;
  readonly location: LocationService;
  readonly tokens: FlowTokens;
  readonly timers: ProxyTimers;
  readonly log: Log;
  /** Users inside the gateway, or undefined for a name that is none. */
  readonly service: (user: string) => Endpoint | undefined;
  readonly register: (request: SipRequest, from: Endpoint) => SipResponse;
  /** Hears of each call that begins here, once for each step. */
  readonly onCall: (step: CallStep) => void;
}

/** Never forwarded: tokens, and identities that only a trusted network may assert (RFC 3325 section 5). */
const PRIVATE_HEADERS = [
  'Authorization',
  'Proxy-Authorization',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Remote-Party-ID',
];
const UNKNOWN: Refusal = { status: 481 };
/** What makes no sense outside of a call. A NOTIFY reaches a phone from the gateway alone, which has no presence. */
const WITHIN_ONLY: ReadonlySet<string> = new Set(['BYE', 'INFO', 'UPDATE', 'PRACK', 'NOTIFY']);
const EVENTS: ReadonlySet<string> = new Set(['SUBSCRIBE', 'PUBLISH']);
const BAD_EVENT: Refusal = { status: 489, phrase: 'Bad Event' };
/** The answers to a BYE that end a call (RFC 3261 section 15.1.1): with any other, the far end may still be in it. */
const endsCall = (status: number): boolean => status < 300 || status === 481 || status === 408;
const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, UPDATE, INFO, REFER, NOTIFY, MESSAGE, PRACK';

export class Proxy {
  readonly #options: ProxyOptions;
  readonly #contexts = new Map<string, ResponseContext>();
  readonly #branches = new Map<string, ResponseContext>();
  readonly #calls = new CallTable();
  readonly #admission: CallAdmission;
  /** This start of the gateway: of the calls that began in it, all are known. */
  readonly #life = randomToken(8);

  constructor(options: ProxyOptions) {
    this.#options = options;
    const placedBy = (user: string): number =>
      this.#calls.placedBy(user) + this.#ringing().filter(({ origin }) => origin.user === user).length;
    this.#admission = new CallAdmission({ domain: options.domain, clock: options.clock, placedBy });
  }

  /** Takes one message from an endpoint. */
  receive(from: Endpoint, message: SipMessage): void {
    if (message.kind === 'response') this.#response(from, message);
    else this.#request(from, withoutHeaders(message, ...PRIVATE_HEADERS));
  }

  /** A flow ended; the location service no longer has it. */
  endpointGone(endpoint: Endpoint): void {
    for (const context of [...this.#contexts.values()]) context.endpointGone(endpoint);
    const { clock, location, timers } = this.#options;
    clock.after(timers.returnMs, () => this.#calls.sweep((party) => location.reach(party) !== null));
  }

  /** Ringing and answered calls, and transactions that are not over. */
  counts(): { readonly calls: number; readonly transactions: number } {
    return { calls: this.#ringing().length + this.#calls.size, transactions: this.#contexts.size };
  }

  /** Drops every transaction. */
  clear(): void {
    for (const context of [...this.#contexts.values()]) context.dispose();
    this.#calls.clear();
  }

  #ringing(): ResponseContext[] {
    return [...this.#contexts.values()].filter((context) => context.isPending && isInitialInvite(context.request));
  }

  #response(from: Endpoint, response: SipResponse): void {
    const branch = parseVia(headersOf(response, 'Via')[0] ?? '')?.branch ?? '';
    // Responses to the gateway's own CANCELs end here.
    if (parseCseq(headerOf(response, 'CSeq') ?? '')?.method === 'CANCEL') return;
    this.#branches.get(branch)?.receive(branch, response, from);
  }

  #request(from: Endpoint, request: SipRequest): void {
    const refusal = this.#handle(from, request);
    if (refusal === null) return;
    const { status, ...options } = refusal;
    this.#options.log(`${request.method} from=${from.user} refused ${status} ${options.phrase ?? ''}`);
    // An ACK is never answered (section 17.1.1.3).
    if (request.method !== 'ACK') from.send(replyTo(request, status, options));
  }

  /** Null when the request was taken care of. */
  #handle(from: Endpoint, request: SipRequest): Refusal | null {
    const sender = partyOf(request, 'From');
    const recipient = partyOf(request, 'To');
    const via = parseVia(headersOf(request, 'Via')[0] ?? '');
    if (via === null || recipient === null || sender === null || sender.tag === null)
      return { status: 400, phrase: 'Bad Request, unreadable Via, From or To' };
    if (sender.user !== from.user || sender.host !== this.#options.domain)
      return recipient.tag === null ? { status: 403, phrase: 'Forbidden identity' } : UNKNOWN;
    // By user, not by flow: a CANCEL or ACK may come over a newer flow of the same phone.
    const key = `${from.user} ${via.sentBy} ${via.branch} `;
    const known = this.#contexts.get(
      key + (request.method === 'ACK' || request.method === 'CANCEL' ? 'INVITE' : request.method),
    );
    if (request.method === 'CANCEL') return this.#cancel(from, request, known);
    if (known !== undefined) {
      if (request.method === 'ACK') known.acknowledge();
      else known.repeat();
      return null;
    }
    if (!/^[1-9]\d{0,2}$/.test(headerOf(request, 'Max-Forwards') ?? '70')) return { status: 483 };
    const extension = headerOf(request, 'Proxy-Require');
    if (extension !== null && request.method !== 'ACK')
      return { status: 420, headers: [{ name: 'Unsupported', value: extension }] };
    return recipient.tag === null
      ? this.#initial(from, request, sender, recipient, key)
      : this.#inDialog(from, request, sender, recipient, key);
  }

  #cancel(from: Endpoint, request: SipRequest, invite: ResponseContext | undefined): Refusal | null {
    if (invite === undefined) return { status: 481 };
    from.send(replyTo(request, 200));
    invite.cancel(request.headers.filter((field) => field.name === 'Reason'));
    return null;
  }

  #inDialog(from: Endpoint, request: SipRequest, sender: Party, recipient: Party, key: string): Refusal | null {
    const route = parseUri(parseAddress(headersOf(request, 'Route')[0] ?? '')?.uri ?? '');
    const token =
      route === null || route.user === null || route.host !== this.#options.domain
        ? null
        : this.#options.tokens.read(route.user);
    const callId = headerOf(request, 'Call-ID') ?? '';
    if (EVENTS.has(request.method)) return parseUri(request.uri)?.host === this.#options.domain ? BAD_EVENT : UNKNOWN;
    if (token === null || token.callId !== callId) return UNKNOWN;
    const isFromCaller = sender.tag === token.callerTag;
    const [near, far] = isFromCaller ? [token.caller, token.callee] : [token.callee, token.caller];
    const calleeTag = (isFromCaller ? recipient.tag : sender.tag) ?? '';
    if (near.user !== from.user || (!isFromCaller && recipient.tag !== token.callerTag)) return UNKNOWN;
    const call = this.#calls.find(callId, token.callerTag, calleeTag) ?? this.#adopted(token, calleeTag);
    const rings = this.#ringing().some(
      ({ request: invite }) =>
        headerOf(invite, 'Call-ID') === callId && partyOf(invite, 'From')?.tag === token.callerTag,
    );
    if (call === null && !rings) return UNKNOWN;
    const refusal = this.#admission.refusal(from, request);
    if (refusal !== null) return refusal;
    const { location, service } = this.#options;
    const absent = absentSide(far);
    const endpoint = service(far.user) ?? location.flow(far.endpointId) ?? absent;
    if (call !== null && !this.#calls.note(call, request, isFromCaller)) return { status: 500, phrase: 'Old CSeq' };
    const onward = withoutTopHeader(request, 'Route');
    const target: Target = { endpoint, uri: request.uri, recordRoute: null };
    if (request.method === 'ACK') {
      for (const context of [...this.#contexts.values()]) if (isAckOf(request, context.request)) context.acknowledge();
      location.reach(endpoint)?.send(makeBranch(onward, target, this.#options.domain).request);
    } else this.#open(from, onward, key, call).start([target], this.#options.timers.transactionMs);
    return null;
  }

  /** A call that began before this start of the gateway and did not end since; null for none. */
  #adopted({ callId, callerTag, life, caller, callee }: FlowToken, calleeTag: string): AnsweredCall | null {
    if (life === this.#life) return null;
    const parties = [absentSide(caller), absentSide(callee)] as const;
    const numbers = { caller: 0, callee: 0 };
    return this.#calls.adopt({
      callId,
      callerTag,
      calleeTag,
      parties,
      numbers,
      limit: null,
      onOver: () => undefined,
    });
  }

  #initial(from: Endpoint, request: SipRequest, sender: Party, recipient: Party, key: string): Refusal | null {
    const { clock, domain, timers } = this.#options;
    const uri = parseUri(request.uri);
    if (uri === null) return { status: 400, phrase: 'Bad Request-URI' };
    if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return { status: 416 };
    if (uri.host !== domain) return { status: 403, phrase: 'No relaying' };
    if (request.method === 'ACK') return null;
    if (WITHIN_ONLY.has(request.method)) return UNKNOWN;
    if (EVENTS.has(request.method)) return BAD_EVENT;
    if (request.method === 'REGISTER') {
      if (recipient.user !== from.user || recipient.host !== domain)
        return { status: 403, phrase: 'Forbidden address-of-record' };
      from.send(this.#options.register(request, from));
      return null;
    }
    if (uri.user === null) {
      if (request.method !== 'OPTIONS') return { status: 484 };
      from.send(
        replyTo(request, 200, {
          headers: [
            { name: 'Allow', value: ALLOW },
            { name: 'Date', value: new Date(clock.now()).toUTCString() },
          ],
        }),
      );
      return null;
    }
    // What runs goes on; what begins needs a token that lives.
    if (from.expiresAt !== null && from.expiresAt <= clock.now()) return { status: 403, phrase: 'Token expired' };
    const refusal = this.#admission.refusal(from, request);
    if (refusal !== null) return refusal;
    const targets = this.#lookUp(from, uri.user, sender, request);
    if (typeof targets === 'number') return { status: targets };
    // Preloaded routes can only mean the gateway itself: there is no other hop.
    this.#open(from, withoutHeaders(request, 'Route'), key).start(
      targets,
      request.method === 'INVITE' ? timers.answerMs : timers.transactionMs,
    );
    return null;
  }

  #lookUp(from: Endpoint, user: string, sender: Party, request: SipRequest): readonly Target[] | number {
    const { domain, location, service, tokens } = this.#options;
    const target = (endpoint: Endpoint, uri: string): Target => {
      const side = (one: Endpoint) => ({ user: one.user, instance: one.instance, endpointId: one.id });
      const callId = headerOf(request, 'Call-ID') ?? '';
      const ends = { caller: side(from), callee: side(endpoint) };
      const token = tokens.make({ callerTag: sender.tag ?? '', callId, life: this.#life, ...ends });
      const makesDialog = request.method === 'INVITE';
      return { endpoint, uri, recordRoute: makesDialog ? `<sip:${token}@${domain};transport=ws;lr>` : null };
    };
    const inside = service(user);
    if (inside !== undefined) return [target(inside, `sip:${user}@${domain}`)];
    const bindings = location.bindingsOf(user);
    if (bindings.length > 0) return bindings.map((binding) => target(binding.flow, binding.uri));
    return location.knows(user) ? 480 : 404;
  }

  /** A call runs, for as long as both tokens allow. */
  #answered(caller: Endpoint, invite: SipRequest, response: SipResponse, callee: Endpoint, onOver: () => void): void {
    const { clock, domain } = this.#options;
    const limits = [caller, callee].flatMap(({ constraints }) => constraints?.maxCallS ?? []);
    const call: AnsweredCall = {
      callId: headerOf(invite, 'Call-ID') ?? '',
      callerTag: partyOf(invite, 'From')?.tag ?? '',
      calleeTag: partyOf(response, 'To')?.tag ?? '',
      parties: [caller, callee],
      numbers: { caller: parseCseq(headerOf(invite, 'CSeq') ?? '')?.number ?? 0, callee: 0 },
      limit:
        limits.length === 0
          ? null
          : limitCall({
              invite,
              response,
              caller,
              callee,
              limitMs: Math.min(...limits) * 1000,
              domain,
              clock,
              deliver: (to, bye) => this.#deliver(to, bye),
              onEnd: () => this.#calls.ended(call),
            }),
      onOver,
    };
    this.#calls.answered(call);
  }

  /** To this phone, on whatever flow it has or comes back on. */
  #deliver(to: Endpoint, request: SipRequest): void {
    const { location, log, timers } = this.#options;
    log(`${request.method} to=${to.user}: its time is up`);
    const now = location.reach(to);
    if (now !== null) now.send(request);
    else location.whenBack(to, timers.returnMs, (back) => back?.send(request));
  }

  /** `call`: the one that the request belongs to. */
  #open(origin: Endpoint, request: SipRequest, prefix: string, call: AnsweredCall | null = null): ResponseContext {
    const { domain, clock, location, timers, log, onCall } = this.#options;
    const callUuid = callUuidOf(request);
    const key = prefix + request.method;
    const context = new ResponseContext({
      request,
      origin,
      domain,
      clock,
      location,
      timers,
      onBranch: (branch) => this.#branches.set(branch.id, context),
      onFinal: (response, by) => {
        log(`${request.method} from=${origin.user} final ${response.status}`);
        if (request.method === 'BYE' && call !== null && endsCall(response.status)) this.#calls.ended(call);
        if (!isInitialInvite(request)) return;
        const onOver = (): void => onCall({ kind: 'ended', callUuid });
        if (by === null) onOver();
        else {
          this.#answered(origin, request, response, by, onOver);
          onCall({ kind: 'answered', callUuid });
        }
      },
      onFork: (response, by) => {
        if (isInitialInvite(request)) this.#answered(origin, request, response, by, () => undefined);
      },
      onGone: (branches) => {
        this.#contexts.delete(key);
        for (const branch of branches) this.#branches.delete(branch.id);
      },
    });
    this.#contexts.set(key, context);
    if (isInitialInvite(request))
      onCall({ kind: 'ringing', callUuid, from: origin.user, to: parseUri(request.uri)?.user ?? '' });
    return context;
  }
}
