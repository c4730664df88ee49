/**
 * Where users are: open flows, and bindings of an address-of-record to a flow (RFC 3261 section 10, RFC 5626 section 5).
 * Bindings end by themselves: at their expiry, and with their flow.
 */
import type { Clock } from './clock';
import { belongsTo, type Endpoint, type Phone } from './endpoint';

export interface Binding {
  readonly user: string;
  /** The Contact's URI: what a request is addressed to. */
  readonly uri: string;
  readonly instance: string | null;
  readonly regId: string | null;
  readonly flow: Endpoint;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface Waiter {
  readonly phone: Phone;
  readonly settle: (endpoint: Endpoint | null) => void;
}

const KNOWN_USERS = 10_000;

export class LocationService {
  readonly #clock: Clock;
  readonly #flows = new Map<string, Endpoint>();
  readonly #bindings = new Map<Binding, () => void>();
  readonly #known = new Set<string>();
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A flow opened. */
  attach(flow: Endpoint): void {
    this.#flows.set(flow.id, flow);
    if (this.#known.size < KNOWN_USERS) this.#known.add(flow.user);
    this.announce(flow);
  }

  /** The flow's instance became known: hand it to whoever waits for this phone. */
  announce(flow: Endpoint): void {
    for (const waiter of [...this.#waiters]) if (belongsTo(flow, waiter.phone)) waiter.settle(flow);
  }

  /** A flow ended: its bindings end with it. */
  detach(flow: Endpoint): void {
    this.#flows.delete(flow.id);
    for (const binding of [...this.#bindings.keys()]) if (binding.flow.id === flow.id) this.unbind(binding);
  }

  /** Adds a binding or replaces the one with the same key: instance and reg-id (RFC 5626 section 6), else the URI. */
  bind(binding: Binding): void {
    const old = this.matching(binding);
    if (old !== undefined) this.unbind(old);
    this.#bindings.set(
      binding,
      this.#clock.after(Math.max(0, binding.expiresAt - this.#clock.now()), () => this.#bindings.delete(binding)),
    );
  }

  unbind(binding: Binding): void {
    this.#bindings.get(binding)?.();
    this.#bindings.delete(binding);
  }

  /** The binding that a new one with this key replaces. */
  matching(key: Pick<Binding, 'user' | 'uri' | 'instance' | 'regId'>): Binding | undefined {
    return this.bindingsOf(key.user).find((binding) =>
      key.instance !== null && key.regId !== null
        ? binding.instance === key.instance && binding.regId === key.regId
        : binding.uri === key.uri,
    );
  }

  /** Live bindings of a user, oldest first. */
  bindingsOf(user: string): Binding[] {
    const now = this.#clock.now();
    return [...this.#bindings.keys()].filter((binding) => binding.user === user && binding.expiresAt > now);
  }

  /** True for a user whose token was good once in this process: 480 rather than 404. */
  knows(user: string): boolean {
    return this.#known.has(user);
  }

  flowsOf(user: string): Endpoint[] {
    return [...this.#flows.values()].filter((flow) => flow.user === user);
  }

  flow(id: string): Endpoint | undefined {
    return this.#flows.get(id);
  }

  /** This endpoint while it is open; else the newest flow of the same phone; else null. */
  reach(endpoint: Endpoint): Endpoint | null {
    return endpoint.isOpen() ? endpoint : this.newestOf(endpoint);
  }

  /** The newest open flow of the same user and instance, or null. */
  newestOf(phone: Phone): Endpoint | null {
    return this.flowsOf(phone.user).findLast((flow) => flow.isOpen() && belongsTo(flow, phone)) ?? null;
  }

  /** Calls back once: with a flow of this phone as soon as there is one, or with null after `ms`. */
  whenBack(phone: Phone, ms: number, action: (endpoint: Endpoint | null) => void): void {
    const waiter: Waiter = {
      phone,
      settle: (endpoint) => {
        cancel();
        this.#waiters.delete(waiter);
        action(endpoint);
      },
    };
    const cancel = this.#clock.after(ms, () => waiter.settle(null));
    this.#waiters.add(waiter);
  }

  counts(): { readonly flows: number; readonly bindings: number } {
    return { flows: this.#flows.size, bindings: this.#bindings.size };
  }

  /** Ends every timer. */
  clear(): void {
    for (const stop of this.#bindings.values()) stop();
    this.#bindings.clear();
    for (const waiter of [...this.#waiters]) waiter.settle(null);
  }
}
