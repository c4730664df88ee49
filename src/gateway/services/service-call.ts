/** One call of a service: the user agent's side of a dialog (RFC 3261 sections 12-15), as callee or as caller. */
import type { Clock } from '../clock';
import type { Endpoint } from '../endpoint';
import { parseAddress, partyOf } from '../sip-address';
import {
  headerOf,
  headersOf,
  parseCseq,
  type HeaderField,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../sip-message';
import { randomToken, replyTo } from '../sip-reply';

/** 64*T1: how long an ACK or the response to a BYE is waited for. ms */
const TRANSACTION_MS = 32_000;

/** What a service does at each turn of its call; everything is optional. */
export interface CallListener {
  /** Caller only: 2xx with the answer. */
  readonly onAnswered?: (sdp: string) => void;
  /** The ACK of our 2xx came. */
  readonly onEstablished?: () => void;
  /** A later offer; resolves to our answer, or null for 488. */
  readonly onOffer?: (sdp: string) => Promise<string | null>;
  /** The body of an INFO. */
  readonly onInfo?: (contentType: string, body: string) => void;
  /** The call is over, whoever ended it. Once. */
  readonly onEnd?: () => void;
}

export interface ServiceCallOptions {
  readonly endpoint: Endpoint;
  readonly domain: string;
  readonly clock: Clock;
  /** Sends towards the proxy. */
  readonly emit: (message: SipMessage) => void;
  readonly onGone: (call: ServiceCall) => void;
}

const field = (name: string, value: string): HeaderField => ({ name, value });
const SDP: readonly HeaderField[] = [field('Content-Type', 'application/sdp')];

export class ServiceCall {
  readonly callId: string;
  readonly localTag = randomToken();
  /** User of the far end. */
  readonly peer: string;
  /** The SDP of the INVITE; empty when it had none. */
  readonly offer: string;
  readonly #options: ServiceCallOptions;
  readonly #invite: SipRequest;
  readonly #isCaller: boolean;
  #listener: CallListener = {};
  /** `cancelling`: our CANCEL waits for its 487. `leaving`: our BYE waits for its response. */
  #phase: 'early' | 'accepted' | 'established' | 'cancelling' | 'leaving' | 'ended' = 'early';
  #remote: string;
  #target: string;
  #routes: readonly string[];
  #sequence = 1;
  #stopTimer: () => void = () => undefined;

  /** `invite`: the request received, or the one that this call is going to send (see `place`). */
  constructor(invite: SipRequest, isCaller: boolean, options: ServiceCallOptions) {
    this.#options = options;
    this.#isCaller = isCaller;
    this.#invite = isCaller
      ? {
          ...invite,
          headers: invite.headers.map((one) =>
            one.name === 'From' ? field('From', `${one.value};tag=${this.localTag}`) : one,
          ),
        }
      : invite;
    this.callId = headerOf(invite, 'Call-ID') ?? '';
    this.offer = invite.body;
    this.peer = partyOf(invite, isCaller ? 'To' : 'From')?.user ?? '';
    this.#remote = headerOf(invite, isCaller ? 'To' : 'From') ?? '';
    this.#target = parseAddress(headerOf(invite, 'Contact') ?? '')?.uri ?? invite.uri;
    this.#routes = headersOf(invite, 'Record-Route');
  }

  get isOver(): boolean {
    return this.#phase === 'ended' || this.#phase === 'leaving';
  }

  listen(listener: CallListener): void {
    this.#listener = listener;
  }

  /** Caller: sends the INVITE. */
  place(): void {
    this.#options.emit(this.#invite);
  }

  /** Callee: 180, or 183 with early media (section 13.3.1.1). */
  ring(sdp: string | null = null): void {
    if (this.#phase === 'early') this.#reply(this.#invite, sdp === null ? 180 : 183, sdp);
  }

  /** Callee: 200 with our answer. */
  accept(sdp: string): void {
    if (this.#phase !== 'early') return;
    this.#phase = 'accepted';
    this.#reply(this.#invite, 200, sdp);
    this.#stopTimer = this.#options.clock.after(TRANSACTION_MS, () => this.hangUp());
  }

  /** Callee: a final refusal. */
  refuse(status: number, headers: readonly HeaderField[] = []): void {
    if (this.#phase !== 'early') return;
    this.#options.emit(replyTo(this.#invite, status, { toTag: this.localTag, headers }));
    this.#end();
  }

  /** Ends the call whatever its state: refuses, cancels or sends BYE. */
  hangUp(): void {
    if (this.#phase === 'early') {
      if (!this.#isCaller) {
        this.refuse(480);
        return;
      }
      this.#phase = 'cancelling';
      this.#options.emit(this.#hopByHop('CANCEL', headerOf(this.#invite, 'To') ?? ''));
      this.#stopTimer = this.#options.clock.after(TRANSACTION_MS, () => this.#end());
    } else if (this.#phase === 'accepted' || this.#phase === 'established') {
      this.#phase = 'leaving';
      this.#options.emit(this.#within('BYE', (this.#sequence += 1)));
      this.#stopTimer();
      this.#stopTimer = this.#options.clock.after(TRANSACTION_MS, () => this.#end());
    }
  }

  /** A message that belongs to this call. */
  receive(message: SipMessage): void {
    if (message.kind === 'response') this.#response(message);
    else this.#request(message);
  }

  #request(request: SipRequest): void {
    switch (request.method) {
      case 'ACK':
        if (this.#phase !== 'accepted') return;
        this.#phase = 'established';
        this.#stopTimer();
        this.#listener.onEstablished?.();
        return;
      case 'CANCEL':
        this.#options.emit(replyTo(request, 200, { toTag: this.localTag }));
        this.refuse(487);
        return;
      case 'BYE':
        this.#options.emit(replyTo(request, 200));
        this.#end();
        return;
      case 'INVITE':
      case 'UPDATE':
        this.#renegotiate(request);
        return;
      case 'INFO':
        this.#options.emit(replyTo(request, 200));
        this.#listener.onInfo?.((headerOf(request, 'Content-Type') ?? '').toLowerCase(), request.body);
        return;
      case 'OPTIONS':
      case 'NOTIFY':
      case 'MESSAGE':
        this.#options.emit(replyTo(request, 200));
        return;
      default:
        this.#options.emit(
          replyTo(request, 405, {
            headers: [field('Allow', 'INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS, NOTIFY, MESSAGE')],
          }),
        );
    }
  }

  #renegotiate(request: SipRequest): void {
    const target = parseAddress(headerOf(request, 'Contact') ?? '')?.uri;
    if (target !== undefined) this.#target = target;
    if (this.#phase !== 'established') {
      this.#options.emit(replyTo(request, this.isOver ? 481 : 491));
      return;
    }
    // An UPDATE without SDP only refreshes the session (RFC 4028).
    if (request.body === '' && request.method === 'UPDATE') {
      this.#reply(request, 200, null);
      return;
    }
    void (this.#listener.onOffer?.(request.body) ?? Promise.resolve(null)).then((answer) => {
      if (this.isOver) this.#options.emit(replyTo(request, 481));
      else if (answer === null) this.#options.emit(replyTo(request, 488));
      else this.#reply(request, 200, answer);
    });
  }

  #response(response: SipResponse): void {
    const cseq = parseCseq(headerOf(response, 'CSeq') ?? '');
    if (response.status < 200 || cseq === null) return;
    if (cseq.method === 'BYE') {
      this.#end();
      return;
    }
    if (cseq.method !== 'INVITE') return;
    if (response.status >= 300) {
      this.#options.emit(this.#hopByHop('ACK', headerOf(response, 'To') ?? ''));
      if (this.#phase === 'early' || this.#phase === 'cancelling') this.#end();
      return;
    }
    if (this.#phase !== 'early' && this.#phase !== 'cancelling') return;
    const wasCancelled = this.#phase === 'cancelling';
    this.#stopTimer();
    this.#phase = 'established';
    this.#remote = headerOf(response, 'To') ?? this.#remote;
    this.#target = parseAddress(headerOf(response, 'Contact') ?? '')?.uri ?? this.#target;
    this.#routes = headersOf(response, 'Record-Route').reverse();
    this.#options.emit(this.#within('ACK', cseq.number));
    if (wasCancelled) this.hangUp();
    else this.#listener.onAnswered?.(response.body);
  }

  #reply(request: SipRequest, status: number, sdp: string | null): void {
    const { endpoint, domain } = this.#options;
    const headers = [
      // Section 12.1.1: the route set goes back with whatever makes the dialog.
      ...request.headers.filter((one) => one.name === 'Record-Route'),
      field('Contact', `<sip:${endpoint.user}@${domain};transport=ws>`),
      ...(sdp === null ? [] : SDP),
    ];
    this.#options.emit(replyTo(request, status, { toTag: this.localTag, headers, body: sdp ?? '' }));
  }

  #within(method: 'ACK' | 'BYE', sequence: number): SipRequest {
    const { endpoint, domain } = this.#options;
    const local = `<sip:${endpoint.user}@${domain}>;tag=${this.localTag}`;
    return {
      kind: 'request',
      method,
      uri: this.#target,
      headers: [
        field('Via', `SIP/2.0/WS ${endpoint.user}.services.invalid;branch=z9hG4bK${randomToken()}`),
        field('Max-Forwards', '70'),
        ...this.#routes.map((route) => field('Route', route)),
        field('From', this.#isCaller ? local : `${headerOf(this.#invite, 'To') ?? ''};tag=${this.localTag}`),
        field('To', this.#remote),
        field('Call-ID', this.callId),
        field('CSeq', `${sequence} ${method}`),
      ],
      body: '',
    };
  }

  /** The ACK of a refusal (section 17.1.1.3) or a CANCEL (section 9.1): they share the INVITE's branch. */
  #hopByHop(method: 'ACK' | 'CANCEL', to: string): SipRequest {
    const kept = this.#invite.headers.filter((one) => ['Via', 'Max-Forwards', 'From', 'Call-ID'].includes(one.name));
    return { ...this.#invite, method, headers: [...kept, field('To', to), field('CSeq', `1 ${method}`)], body: '' };
  }

  #end(): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#stopTimer();
    this.#options.onGone(this);
    this.#listener.onEnd?.();
  }
}
