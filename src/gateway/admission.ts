/**
 * Who may speak on an open flow. A flow whose handshake carried a token is let through at once. One that opened without
 * belongs to nobody until a request brings good credentials (a token, RFC 8898; or digest, RFC 3261 section 22), and each
 * REGISTER and each INVITE that begins a call must bring them again. No credentials go past this point.
 */
import type { Authenticator, AuthRefusal, TokenIdentity } from './authenticator';
import type { Clock } from './clock';
import type { DigestAuthenticator } from './digest';
import type { Endpoint } from './endpoint';
import type { Log } from './log';
import { sipCredentials, type PresentationRules, type SipCredentials } from './presented-token';
import { parseUri, partyOf } from './sip-address';
import { withoutHeaders, type HeaderField, type SipMessage, type SipRequest } from './sip-message';
import { replyTo, type ReplyOptions } from './sip-reply';

/** A flow as admission sees it. */
export interface AdmittedFlow extends Endpoint {
  /** False until it belongs to a user; then it keeps that user. */
  readonly isBound: boolean;
  /** True when its handshake carried the token. */
  readonly openedWithToken: boolean;
  /** Takes the subject for good, the expiry and the constraints until the next call. */
  readonly bind: (identity: TokenIdentity) => void;
}

export interface AdmissionOptions<F extends AdmittedFlow> {
  readonly domain: string;
  readonly presentations: PresentationRules;
  readonly authenticator: Authenticator;
  readonly digest: DigestAuthenticator;
  readonly clock: Clock;
  readonly log: Log;
  /** Test only: true when this good token or these good credentials shall be refused all the same. */
  readonly refusesToken: () => boolean;
  /** A request brought good credentials; `isFirst` when the flow belonged to nobody before. */
  readonly onAccepted: (flow: F, identity: TokenIdentity, isFirst: boolean) => void;
  /** Takes what may go on, without credentials. */
  readonly pass: (flow: F, message: SipMessage) => void;
}

type Verdict = { readonly identity: TokenIdentity } | { readonly refusal: AuthRefusal };

/** The requests that RFC 8898 section 2.1 and RFC 3261 section 22 want credentials in, here: REGISTER, and INVITE outside a dialog. */
function needsCredentials(request: SipRequest): boolean {
  return request.method === 'REGISTER' || (request.method === 'INVITE' && partyOf(request, 'To')?.tag === null);
}

export class Admission<F extends AdmittedFlow> {
  readonly #options: AdmissionOptions<F>;
  /** What a flow has in the works: credentials are verified asynchronously, and messages must not overtake each other. */
  readonly #queues = new WeakMap<F, Promise<void>>();
  #strayTokens = 0;

  constructor(options: AdmissionOptions<F>) {
    this.#options = options;
  }

  /** How many requests carried a token that did not belong there: within a dialog, to another domain, where none is taken. */
  get strayTokens(): number {
    return this.#strayTokens;
  }

  /** Takes one message from a flow. */
  receive(flow: F, message: SipMessage): void {
    const { log, pass, presentations } = this.#options;
    const onward =
      message.kind === 'response'
        ? message
        : withoutHeaders(message, 'Authorization', 'Proxy-Authorization', presentations.bearerHeader);
    const credentials: SipCredentials =
      message.kind === 'response' ? { kind: 'none' } : sipCredentials(message, presentations);
    if (message.kind === 'request' && credentials.kind !== 'none' && !this.#belongs(flow, message, credentials))
      this.#strayTokens += 1;
    if (flow.openedWithToken) {
      pass(flow, onward);
      return;
    }
    const earlier = this.#queues.get(flow) ?? Promise.resolve();
    const work = earlier
      .then(() => this.#admit(flow, message, onward, credentials))
      .catch((error: unknown) =>
        log(`flow ${flow.id} admission failed: ${error instanceof Error ? error.message : 'unknown'}`),
      );
    this.#queues.set(flow, work);
  }

  #belongs(flow: F, request: SipRequest, credentials: SipCredentials): boolean {
    const { domain } = this.#options;
    return (
      !flow.openedWithToken &&
      (credentials.kind === 'bearer' || credentials.kind === 'digest') &&
      needsCredentials(request) &&
      parseUri(request.uri)?.host === domain &&
      partyOf(request, 'From')?.host === domain
    );
  }

  async #admit(flow: F, message: SipMessage, onward: SipMessage, credentials: SipCredentials): Promise<void> {
    const { clock, domain, onAccepted, pass } = this.#options;
    if (message.kind === 'response' || !needsCredentials(message)) {
      if (flow.isBound) pass(flow, onward);
      else if (message.kind === 'request' && message.method !== 'ACK') this.#challenge(flow, message, null);
      return;
    }
    // Before the credentials are looked at: they were not meant for this domain.
    const sender = partyOf(message, 'From');
    if (sender === null || sender.user === null || sender.host !== domain || parseUri(message.uri)?.host !== domain) {
      this.#refuse(flow, message, 403, { phrase: 'Forbidden identity' });
      return;
    }
    const verdict = await this.#judge(message, credentials, clock.now());
    if ('refusal' in verdict) {
      if (verdict.refusal === 'ambiguous')
        this.#refuse(flow, message, 400, { phrase: 'Bad Request, more than one token' });
      else this.#challenge(flow, message, verdict.refusal);
      return;
    }
    const { identity } = verdict;
    if (identity.subject !== sender.user || (flow.isBound && identity.subject !== flow.user)) {
      // RFC 3261 section 10.3 step 4: known, but not as this one. Other credentials would help, new ones of the same user would not.
      this.#refuse(flow, message, 403, { phrase: 'Forbidden identity' });
      return;
    }
    // It ended while its token was verified: a binding would stay behind.
    if (!flow.isOpen()) return;
    const isFirst = !flow.isBound;
    // A REGISTER sets how long the binding may last; a call begun with an older token does not shorten it, but is limited by that token.
    flow.bind(
      message.method === 'REGISTER'
        ? identity
        : { ...identity, expiresAt: Math.max(identity.expiresAt, flow.expiresAt ?? 0) },
    );
    onAccepted(flow, identity, isFirst);
    pass(flow, onward);
  }

  async #judge(request: SipRequest, credentials: SipCredentials, nowMs: number): Promise<Verdict> {
    const { authenticator, digest, refusesToken } = this.#options;
    if (credentials.kind === 'none') return { refusal: 'missing' };
    if (credentials.kind === 'misplaced' || credentials.kind === 'ambiguous') return { refusal: credentials.kind };
    const verified =
      credentials.kind === 'bearer'
        ? await authenticator.verify(credentials.token, nowMs)
        : digest.verify(credentials.parameters, request, nowMs);
    if (!verified.ok) return { refusal: verified.failure };
    return refusesToken() ? { refusal: 'fault' } : { identity: verified.value };
  }

  /** 401 (or 407 for an INVITE where digest alone is taken, RFC 3261 section 22.3) that says what would be taken. */
  #challenge(flow: F, request: SipRequest, refusal: AuthRefusal | null): void {
    const { clock, digest, domain, presentations } = this.#options;
    const takesBearer = presentations.accepts.has('bearer');
    const asProxy = !takesBearer && request.method === 'INVITE';
    const name = asProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate';
    // RFC 8898 section 4: the error is named only where a token came.
    const withoutToken = refusal === null || refusal === 'missing' || refusal === 'misplaced';
    const headers: HeaderField[] = [
      ...(presentations.accepts.has('digest')
        ? [{ name, value: digest.challenge(clock.now(), refusal === 'stale') }]
        : []),
      ...(takesBearer
        ? [
            {
              name,
              value: `Bearer realm="${domain}"${withoutToken ? '' : `, error="invalid_token", error_description="${refusal}"`}`,
            },
          ]
        : []),
    ];
    this.#refuse(flow, request, asProxy ? 407 : 401, { headers }, refusal ?? 'missing');
  }

  #refuse(
    flow: F,
    request: SipRequest,
    status: number,
    options: ReplyOptions,
    why: string = options.phrase ?? '',
  ): void {
    const { clock, log } = this.#options;
    log(`flow ${flow.id} ${request.method} refused ${status}: ${why}`);
    // The Date lets a phone measure how far its clock is off.
    flow.send(
      replyTo(request, status, {
        ...options,
        headers: [...(options.headers ?? []), { name: 'Date', value: new Date(clock.now()).toUTCString() }],
      }),
    );
  }
}
