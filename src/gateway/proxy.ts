/**
 * The proxy (RFC 3261 section 16): who may send what, and where it goes. Transaction-stateful; dialogs are routed by the
 * flow token in the Record-Route.
 */
import { parseTarget } from '../contracts/call/dial-target';
import { decideDial } from '../contracts/policy/dial-rules';
import { limitCall } from './call-limit';
import { CallTable } from './call-table';
import { makeBranch, type Target } from './branch';
import { callUuidOf, type CallStep } from './call-steps';
import type { Clock } from './clock';
import type { Endpoint } from './endpoint';
import type { FlowTokens } from './flow-token';
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
import { replyTo, type ReplyOptions } from './sip-reply';

/** A request that goes no further. */
interface Refusal extends Pick<ReplyOptions, 'phrase' | 'headers'> {
  readonly status: number;
}

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
/** What the dial rules in a token do not let its bearer call. */
const DENIED: Refusal = {
  status: 403,
  phrase: 'Dial rule',
  headers: [{ name: 'Reason', value: 'SIP;cause=403;text="dial rule"' }],
};
const DIALOG_METHODS: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);
const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, UPDATE, INFO, REFER, NOTIFY, SUBSCRIBE, MESSAGE, PRACK';

export class Proxy {
  readonly #options: ProxyOptions;
  readonly #contexts = new Map<string, ResponseContext>();
  readonly #branches = new Map<string, ResponseContext>();
  readonly #calls = new CallTable();

  constructor(options: ProxyOptions) {
    this.#options = options;
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
    const ringing = [...this.#contexts.values()].filter(
      (context) => context.isPending && isInitialInvite(context.request),
    ).length;
    return { calls: ringing + this.#calls.size, transactions: this.#contexts.size };
  }

  /** Drops every transaction. */
  clear(): void {
    for (const context of [...this.#contexts.values()]) context.dispose();
    this.#calls.clear();
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
      return { status: 403, phrase: 'Forbidden identity' };
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
    if (token === null) return { status: 481 };
    const isFromCaller = sender.tag === token.callerTag;
    const [near, far] = isFromCaller ? [token.caller, token.callee] : [token.callee, token.caller];
    if (near.user !== from.user || (!isFromCaller && recipient.tag !== token.callerTag))
      return { status: 403, phrase: 'Forbidden dialog' };
    if (request.method === 'REFER' && !this.#mayDial(from, request)) return DENIED;
    const { location, service } = this.#options;
    const absent: Endpoint = {
      id: far.endpointId,
      user: far.user,
      instance: far.instance,
      expiresAt: null,
      isOpen: () => false,
      send: () => undefined,
    };
    const endpoint = service(far.user) ?? location.flow(far.endpointId) ?? absent;
    this.#calls.note(headerOf(request, 'Call-ID') ?? '', [sender.tag, recipient.tag], request, isFromCaller);
    const onward = withoutTopHeader(request, 'Route');
    const target: Target = { endpoint, uri: request.uri, recordRoute: null };
    if (request.method === 'ACK') {
      for (const context of [...this.#contexts.values()]) if (isAckOf(request, context.request)) context.acknowledge();
      location.reach(endpoint)?.send(makeBranch(onward, target, this.#options.domain).request);
    } else this.#open(from, onward, key).start([target], this.#options.timers.transactionMs);
    return null;
  }

  #initial(from: Endpoint, request: SipRequest, sender: Party, recipient: Party, key: string): Refusal | null {
    const { clock, domain, timers } = this.#options;
    const uri = parseUri(request.uri);
    if (uri === null) return { status: 400, phrase: 'Bad Request-URI' };
    if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return { status: 416 };
    if (uri.host !== domain) return { status: 403, phrase: 'No relaying' };
    if (request.method === 'ACK') return null;
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
    if (!this.#mayDial(from, request)) return DENIED;
    const targets = this.#lookUp(from, uri.user, sender, DIALOG_METHODS.has(request.method));
    if (typeof targets === 'number') return { status: targets };
    // Preloaded routes can only mean the gateway itself: there is no other hop.
    this.#open(from, withoutHeaders(request, 'Route'), key).start(
      targets,
      request.method === 'INVITE' ? timers.answerMs : timers.transactionMs,
    );
    return null;
  }

  /**
   * By the rules in the sender's token: whom a call or a message goes to, and whom a REFER asks the other side to call. Where this computer is, is not
   * known here: emergency numbers are those of everywhere.
   */
  #mayDial({ constraints }: Endpoint, request: SipRequest): boolean {
    if (constraints === undefined) return true;
    const { domain } = this.#options;
    const targets = [
      ...(['INVITE', 'MESSAGE', 'REFER'].includes(request.method) && partyOf(request, 'To')?.tag === null
        ? [request.uri]
        : []),
      ...(request.method === 'REFER'
        ? headersOf(request, 'Refer-To').map((value) => parseAddress(value)?.uri ?? '')
        : []),
    ];
    return targets.every((uri) => {
      const read = /^tel:/i.test(uri) ? parseTarget(uri, domain) : { uri };
      return decideDial(constraints.dial, 'uri' in read ? read.uri : '', { domain, country: '' }).allowed;
    });
  }

  #lookUp(from: Endpoint, user: string, sender: Party, makesDialog: boolean): readonly Target[] | number {
    const { domain, location, service, tokens } = this.#options;
    const target = (endpoint: Endpoint, uri: string): Target => {
      const side = (one: Endpoint) => ({ user: one.user, instance: one.instance, endpointId: one.id });
      const token = tokens.make({ callerTag: sender.tag ?? '', caller: side(from), callee: side(endpoint) });
      return { endpoint, uri, recordRoute: makesDialog ? `<sip:${token}@${domain};transport=ws;lr>` : null };
    };
    const inside = service(user);
    if (inside !== undefined) return [target(inside, `sip:${user}@${domain}`)];
    const bindings = location.bindingsOf(user);
    if (bindings.length > 0) return bindings.map((binding) => target(binding.flow, binding.uri));
    return location.knows(user) ? 480 : 404;
  }

  /** To this phone, on whatever flow it has or comes back on. */
  #deliver(to: Endpoint, request: SipRequest): void {
    const { location, log, timers } = this.#options;
    log(`${request.method} to=${to.user}: its time is up`);
    const now = location.reach(to);
    if (now !== null) now.send(request);
    else location.whenBack(to, timers.returnMs, (back) => back?.send(request));
  }

  #open(origin: Endpoint, request: SipRequest, prefix: string): ResponseContext {
    const { domain, clock, location, timers, log, onCall } = this.#options;
    const callUuid = callUuidOf(request);
    const key = prefix + request.method;
    const callId = headerOf(request, 'Call-ID') ?? '';
    const callerLimitS = origin.constraints?.maxCallS ?? null;
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
        const tags = [partyOf(request, 'From')?.tag ?? null, partyOf(response, 'To')?.tag ?? null];
        if (request.method === 'BYE') this.#calls.ended(callId, tags);
        else if (by !== null && isInitialInvite(request)) {
          const limits = [callerLimitS, by.constraints?.maxCallS ?? null].filter((one) => one !== null);
          const onEnd = (): void => this.#calls.ended(callId, tags);
          const deliver = (to: Endpoint, bye: SipRequest): void => this.#deliver(to, bye);
          const limit =
            limits.length === 0
              ? null
              : limitCall({
                  invite: request,
                  response,
                  caller: origin,
                  callee: by,
                  limitMs: Math.min(...limits) * 1000,
                  domain,
                  clock,
                  deliver,
                  onEnd,
                });
          this.#calls.answered({
            callId,
            calleeTag: tags[1] ?? '',
            parties: [origin, by],
            limit,
            onOver: () => onCall({ kind: 'ended', callUuid }),
          });
          onCall({ kind: 'answered', callUuid });
        } else if (isInitialInvite(request)) onCall({ kind: 'ended', callUuid });
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

function isInitialInvite(request: SipRequest): boolean {
  return request.method === 'INVITE' && partyOf(request, 'To')?.tag === null;
}

/** The ACK of a 2xx is a request of its own; it tells its INVITE by Call-ID, CSeq number and From tag (section 13.2.2.4). */
function isAckOf(ack: SipRequest, invite: SipRequest): boolean {
  const number = (request: SipRequest): number | undefined => parseCseq(headerOf(request, 'CSeq') ?? '')?.number;
  return (
    invite.method === 'INVITE' &&
    headerOf(ack, 'Call-ID') === headerOf(invite, 'Call-ID') &&
    number(ack) === number(invite) &&
    partyOf(ack, 'From')?.tag === partyOf(invite, 'From')?.tag
  );
}
