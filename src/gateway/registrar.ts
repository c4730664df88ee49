/**
 * The registrar (RFC 3261 section 10.3, RFC 5626 section 6): who is reachable, for how long. A binding never outlives the
 * token of the flow it came on.
 */
import type { Clock } from './clock';
import type { Endpoint } from './endpoint';
import type { Binding, LocationService } from './location-service';
import { parseAddress, parseUri, type Address } from './sip-address';
import { headerOf, headersOf, type HeaderField, type SipRequest, type SipResponse } from './sip-message';
import { replyTo } from './sip-reply';

/** The longest registration, in seconds. */
export const MAX_EXPIRES_S = 600;
const MAX_BINDINGS = 10;

/** A flow whose instance a REGISTER may tell. */
export interface RegisteringFlow extends Endpoint {
  readonly learnInstance: (instance: string) => void;
}

interface Wanted {
  readonly address: Address;
  readonly instance: string | null;
  readonly regId: string | null;
  readonly expiresS: number;
}

const deltaSeconds = (text: string | null | undefined, fallback: number): number =>
  text !== null && text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : fallback;

const dateField = (now: number): HeaderField => ({ name: 'Date', value: new Date(now).toUTCString() });

function wantedContacts(request: SipRequest): Wanted[] | null {
  const usual = deltaSeconds(headerOf(request, 'Expires'), MAX_EXPIRES_S);
  const wanted: Wanted[] = [];
  for (const value of headersOf(request, 'Contact')) {
    const address = parseAddress(value);
    if (address === null || parseUri(address.uri) === null) return null;
    wanted.push({
      address,
      instance: address.parameters.get('+sip.instance') ?? null,
      regId: address.parameters.get('reg-id') ?? null,
      expiresS: deltaSeconds(address.parameters.get('expires'), usual),
    });
  }
  return wanted;
}

function contactField(binding: Binding, now: number): HeaderField {
  const outbound =
    binding.instance === null
      ? ''
      : `;+sip.instance="${binding.instance}"${binding.regId === null ? '' : `;reg-id=${binding.regId}`}`;
  return {
    name: 'Contact',
    value: `<${binding.uri}>${outbound};expires=${Math.max(0, Math.floor((binding.expiresAt - now) / 1000))}`,
  };
}

/** Answers REGISTER requests whose From has already been checked against the flow. */
export class Registrar {
  readonly #location: LocationService;
  readonly #clock: Clock;

  constructor(location: LocationService, clock: Clock) {
    this.#location = location;
    this.#clock = clock;
  }

  /** The response to a REGISTER from `flow` for `flow.user`; bindings change as a side effect. */
  register(request: SipRequest, flow: RegisteringFlow): SipResponse {
    const now = this.#clock.now();
    const leftS = flow.expiresAt === null ? MAX_EXPIRES_S : Math.floor((flow.expiresAt - now) / 1000);
    const contacts = headersOf(request, 'Contact');
    if (contacts.includes('*')) {
      // Section 10.2.2: the wildcard means "remove all", alone and with Expires: 0 only.
      if (contacts.length > 1 || headerOf(request, 'Expires') !== '0')
        return replyTo(request, 400, { phrase: 'Bad Wildcard Contact' });
      for (const binding of this.#location.bindingsOf(flow.user)) this.#location.unbind(binding);
      return this.#listing(request, flow.user, now, false);
    }
    const wanted = wantedContacts(request);
    if (wanted === null) return replyTo(request, 400, { phrase: 'Bad Contact' });
    const adding = wanted.filter((contact) => contact.expiresS > 0);
    if (adding.length > 0 && leftS < 1) {
      return replyTo(request, 403, {
        phrase: 'Token expired',
        headers: [dateField(now), { name: 'Reason', value: 'SIP;cause=403;text="Token expired"' }],
      });
    }
    if (
      adding.length > 0 &&
      this.#location.bindingsOf(flow.user).length + adding.length > MAX_BINDINGS &&
      !adding.every((contact) => this.#find(flow, contact) !== undefined)
    ) {
      return replyTo(request, 503, { phrase: 'Too Many Bindings' });
    }
    for (const contact of wanted) this.#apply(contact, flow, now, leftS);
    return this.#listing(
      request,
      flow.user,
      now,
      adding.some((contact) => contact.instance !== null && contact.regId !== null),
    );
  }

  #find(flow: Endpoint, contact: Wanted): Binding | undefined {
    return this.#location.matching({
      user: flow.user,
      uri: contact.address.uri,
      instance: contact.instance,
      regId: contact.regId,
    });
  }

  #apply(contact: Wanted, flow: RegisteringFlow, now: number, leftS: number): void {
    if (contact.expiresS === 0) {
      const binding = this.#find(flow, contact);
      // A phone that renews opens its new flow first; a farewell on the old one must not take the new binding along.
      if (binding !== undefined && (binding.flow.id === flow.id || binding.uri === contact.address.uri))
        this.#location.unbind(binding);
      return;
    }
    const expiresAt = now + Math.min(contact.expiresS, MAX_EXPIRES_S, leftS) * 1000;
    this.#location.bind({
      user: flow.user,
      uri: contact.address.uri,
      instance: contact.instance,
      regId: contact.regId,
      flow,
      expiresAt,
    });
    if (contact.instance !== null) {
      flow.learnInstance(contact.instance);
      this.#location.announce(flow);
    }
  }

  #listing(request: SipRequest, user: string, now: number, outbound: boolean): SipResponse {
    const headers = [
      dateField(now),
      // RFC 5626 section 6: says that instance and reg-id were honoured.
      ...(outbound ? [{ name: 'Require', value: 'outbound' }] : []),
      ...this.#location.bindingsOf(user).map((binding) => contactField(binding, now)),
    ];
    return replyTo(request, 200, { headers });
  }
}
