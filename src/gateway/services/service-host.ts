/** A service as a user of the domain: an endpoint inside the gateway that takes and places calls. */
import type { Clock } from '../clock';
import type { Endpoint } from '../endpoint';
import { partyOf } from '../sip-address';
import { headerOf, type SipMessage, type SipRequest } from '../sip-message';
import { randomToken, replyTo } from '../sip-reply';
import { ServiceCall, type ServiceCallOptions } from './service-call';

/** More calls than this at once to one service are refused with 486. */
const MAX_CALLS = 32;

export interface ServiceHostOptions {
  readonly user: string;
  readonly domain: string;
  readonly clock: Clock;
  /** Sends a message towards the proxy as this endpoint. */
  readonly emit: (from: Endpoint, message: SipMessage) => void;
  /** A call came in. */
  readonly onCall: (call: ServiceCall, host: ServiceHost) => void;
}

export class ServiceHost implements Endpoint {
  readonly id: string;
  readonly user: string;
  readonly instance = null;
  readonly expiresAt = null;
  readonly #options: ServiceHostOptions;
  readonly #calls = new Map<string, ServiceCall>();
  #closed = false;

  constructor(options: ServiceHostOptions) {
    this.#options = options;
    this.user = options.user;
    this.id = `service-${options.user}`;
  }

  isOpen(): boolean {
    return !this.#closed;
  }

  /** Takes a message from the proxy; handled after the proxy is done with its own turn. */
  send(message: SipMessage): void {
    queueMicrotask(() => this.#receive(message));
  }

  /** Places a call to a user of the domain; the caller listens first, then calls `place`. */
  call(user: string, offer: string): ServiceCall {
    const { domain } = this.#options;
    const local = `sip:${this.user}@${domain}`;
    const invite: SipRequest = {
      kind: 'request',
      method: 'INVITE',
      uri: `sip:${user}@${domain}`,
      headers: [
        { name: 'Via', value: `SIP/2.0/WS ${this.user}.services.invalid;branch=z9hG4bK${randomToken()}` },
        { name: 'Max-Forwards', value: '70' },
        { name: 'From', value: `<${local}>` },
        { name: 'To', value: `<sip:${user}@${domain}>` },
        { name: 'Call-ID', value: randomToken(12) },
        { name: 'CSeq', value: '1 INVITE' },
        { name: 'Contact', value: `<${local};transport=ws>` },
        { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, UPDATE, INFO, OPTIONS, NOTIFY, MESSAGE' },
        { name: 'Content-Type', value: 'application/sdp' },
      ],
      body: offer,
    };
    return this.#add(invite, true);
  }

  get callCount(): number {
    return this.#calls.size;
  }

  /** Takes nothing more; calls are dropped without a word. */
  close(): void {
    this.#closed = true;
  }

  #add(invite: SipRequest, isCaller: boolean): ServiceCall {
    const options: ServiceCallOptions = {
      endpoint: this,
      domain: this.#options.domain,
      clock: this.#options.clock,
      emit: (message) => this.#options.emit(this, message),
      onGone: (call) => this.#calls.delete(`${call.callId} ${call.localTag}`),
    };
    const call = new ServiceCall(invite, isCaller, options);
    this.#calls.set(`${call.callId} ${call.localTag}`, call);
    return call;
  }

  #receive(message: SipMessage): void {
    if (this.#closed) return;
    const call = this.#callOf(message);
    if (call !== undefined) call.receive(message);
    else if (message.kind === 'request' && message.method !== 'ACK') this.#begin(message);
  }

  #callOf(message: SipMessage): ServiceCall | undefined {
    const callId = headerOf(message, 'Call-ID') ?? '';
    const tag = partyOf(message, message.kind === 'response' ? 'From' : 'To')?.tag ?? null;
    if (tag !== null) return this.#calls.get(`${callId} ${tag}`);
    // A CANCEL carries the To of its INVITE, which had no tag yet.
    return message.kind === 'request' && message.method === 'CANCEL'
      ? [...this.#calls.values()].find((one) => one.callId === callId)
      : undefined;
  }

  #begin(request: SipRequest): void {
    const reply = (status: number): void => this.#options.emit(this, replyTo(request, status));
    if (request.method === 'CANCEL' || partyOf(request, 'To')?.tag !== null) reply(481);
    else if (request.method === 'INVITE') {
      if (this.#calls.size >= MAX_CALLS) reply(486);
      else this.#options.onCall(this.#add(request, false), this);
    } else reply(request.method === 'OPTIONS' || request.method === 'MESSAGE' ? 200 : 405);
  }
}
