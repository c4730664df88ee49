/** SipStack by JsSIP 3.13: the only file that imports it. What JsSIP does against our wishes is undone here and in jssip-session.ts. */
import * as JsSIP from 'jssip';
import type { RTCSessionEvent } from 'jssip/lib/UA';
import type { Party } from '../../../contracts/call/call';
import { challengesIn, withAnswerableChallenge } from '../wire/challenge';
import { mediaOptions } from './js-session';
import { createJssipSession, type JssipSession } from './jssip-session';
import { callerOf } from '../base/caller';
import { partyOf } from '../base/party';
import { takeReplaces } from './replaced';
import { createSessionDescriptions, refusalOf, type SessionDescriptions } from './session-descriptions';
import { createRetriedSession, type Attempt, type InviteRefusal } from './retried-session';
import { createRegisterExchange } from './register-exchange';
import { minSessionIn, retryAfterIn } from '../wire/answer-seconds';
import { grantedExpires, minExpiresIn } from '../wire/granted-expires';
import { createRepair } from '../wire/repair/repair';
import { readUri, shownUser } from '../wire/repair/address';
import { restored } from '../wire/repair/alias';
import { callIdForStack } from '../wire/repair/wording';
import { targetForStack } from '../wire/repair/target';
import { withProof } from '../wire/digest-proof';
import { endStrayDialog, peek, type WireMessage } from '../wire/sip-wire';
import type {
  CallRefusal,
  Credentials,
  RegisterAnswer,
  SessionListener,
  SipStack,
  StackConfig,
  StackListener,
} from '../port/sip-stack';
import { identityParts } from '../../../contracts/profile/identity';

/** Seconds that a REGISTER asks for unless somebody says otherwise; the gateway shortens it to the token's life. */
const REGISTER_EXPIRES_S = 600;
/** The longest Retry-After that is believed, s: of a request in a call, and of a REGISTER. */
const RETRY_AFTER_AT_MOST = { call: 60, register: 1_800 } as const;
/** Seconds until an incoming call that nobody answers is refused; gateways give up earlier. */
const NO_ANSWER_S = 180;

/** JsSIP's socket with our wire behind it. JsSIP is told that it is always connected: SipSocket makes it so. */
class Wire extends JsSIP.WebSocketInterface {
  constructor(
    url: string,
    private readonly write: (text: string) => void,
  ) {
    super(url);
  }
  override connect(): void {
    this.onconnect();
  }
  override disconnect(): void {
    // Flows are closed by SipSocket.
  }
  override isConnected(): boolean {
    return true;
  }
  override isConnecting(): boolean {
    return false;
  }
  override send(message: unknown): boolean {
    if (typeof message === 'string') this.write(message);
    return true;
  }
}

/** JsSIP's debug log prints whole messages, tokens included; a `debug` item in localStorage would switch it on. */
function silence(): void {
  const debug: unknown = Reflect.get(JsSIP, 'debug');
  if (typeof debug === 'function' && 'disable' in debug && typeof debug.disable === 'function')
    Reflect.apply(debug.disable, debug, []);
}

/** What the wire said to one INVITE of ours. */
interface WireSaid {
  refusal: InviteRefusal | null;
  /** The To tag of the first 2xx: the dialog that JsSIP has. */
  calleeTag: string | null;
}

/** How long a 200 may come after our CANCEL: Timer B (RFC 3261 section 17.1.1.2), in ms. */
const CROSSING_MS = 32_000;

/** Creates the stack; it sends nothing until `register` or `call`. */
export function createJssipStack(config: StackConfig, listener: StackListener): SipStack {
  silence();
  const domain = identityParts(config.identity).domain;
  let registering: 'no' | 'once' | 'again' = 'no';
  let stopped = false;
  let newestCallId = '';
  let credentials: Credentials | null = null;
  let registersSent = 0;
  const sessions = new Map<string, JssipSession>();
  /** What the wire said to our INVITEs that are not over, by Call-ID. */
  const heard = new Map<string, WireSaid>();
  /** Call-IDs of our INVITEs that ended without an answer. */
  const cancelled = new Set<string>();
  /** Of the INVITE that JsSIP is hearing of, until its session is made. */
  let arriving: SessionDescriptions | null = null;

  const exchange = createRegisterExchange(REGISTER_EXPIRES_S, config.instanceId);

  const wire = new Wire(config.url, (text) => {
    const message = peek(text);
    if (message?.kind === 'request' && message.method === 'REGISTER') {
      registersSent += 1;
      if (registering === 'no') registering = 'once';
      repair.send(exchange.sending(text, message));
    } else
      repair.send(message === null ? text : (sessions.get(message.callId)?.descriptions.send(message, text) ?? text));
  });
  const ua = new JsSIP.UA({
    sockets: wire,
    uri: `sip:${config.identity}`,
    ...(config.displayName === '' ? {} : { display_name: config.displayName }),
    // One stable id: else each start is another phone to the registrar ("too many contacts").
    instance_id: config.instanceId,
    register: false,
    register_expires: REGISTER_EXPIRES_S,
    // Peers that ignore UPDATE would lose the call.
    session_timers: true,
    session_timers_refresh_method: 'INVITE',
    no_answer_timeout: NO_ANSWER_S,
    user_agent: config.product,
  });

  // The refresh is ours (registration/registration.ts): with somebody who listens, JsSIP leaves it to him.
  ua.on('registrationExpiring', () => undefined);

  const register = (expiresS?: number): void => {
    if (expiresS !== undefined) exchange.ask(expiresS);
    // JsSIP drops a register() while one is under way; ours must travel on the new flow.
    if (registering === 'no') ua.register();
    else registering = 'again';
  };
  const answered = (answer: RegisterAnswer): void => {
    const again = registering === 'again';
    registering = 'no';
    if (stopped) return;
    if (again) register();
    else listener.onRegisterAnswer(answer);
  };

  const namedCaller = (from: Party, request: RTCSessionEvent['request']): Party => {
    const valuesOf = (name: string): string[] => request.getHeaders(name).map(String);
    const headers = {
      from,
      asserted: valuesOf('p-asserted-identity'),
      remoteParty: valuesOf('remote-party-id'),
      privacy: valuesOf('privacy'),
      domain,
    };
    return callerOf(headers, config.trustsAssertedIdentity === true);
  };
  ua.on('newRTCSession', ({ originator, session, request }: RTCSessionEvent) => {
    const callId = 'call_id' in request ? request.call_id : request.getHeader('call-id');
    newestCallId = callId;
    const side: string = originator;
    if (side !== 'remote') return;
    const { uri, display_name } = session.remote_identity;
    const from = readUri(restored(String(uri)));
    // A number has no domain (RFC 3966): it is called by ours.
    const sender = partyOf(from === null ? '' : shownUser(from), from?.host || domain, display_name);
    const peer = namedCaller(sender, request);
    const descriptions = arriving ?? createSessionDescriptions();
    const problem = descriptions.offerProblem();
    if (problem !== null) {
      // At once: an agent who answers it could hear nobody, and the caller is told while it can still be sent elsewhere.
      session.terminate(refusalOf(problem));
      listener.onUnplayable?.(peer, problem);
      return;
    }
    const made = createJssipSession(session, {
      direction: 'incoming',
      callId: restored(callId),
      config,
      descriptions,
      forget: () => void sessions.delete(callId),
    });
    sessions.set(callId, made);
    takeReplaces(session, ua, 'incoming', made.giveWay);
    made.listen(listener.onIncoming(made.session, peer));
  });
  // Nobody answered within Timer F: the one outcome of a REGISTER that is not seen on the wire.
  ua.on('registrationFailed', ({ cause }) => {
    if (cause === JsSIP.C.causes.REQUEST_TIMEOUT)
      answered({ status: 408, phrase: 'Request Timeout', expiresS: 0, challenges: [], date: null });
  });
  ua.start();

  const applyCredentials = (): void => {
    if (credentials === null) return;
    ua.set('authorization_user', credentials.username);
    ua.set('password', credentials.password);
  };
  const followTarget = (message: WireMessage): void => {
    const [contact] = message.headers('contact');
    const address: unknown = contact === undefined ? undefined : JsSIP.NameAddrHeader.parse(contact);
    if (address instanceof JsSIP.NameAddrHeader) sessions.get(message.callId)?.moveTarget(address.uri);
  };
  /** What JsSIP may hear: descriptions of calls are put right before it sees them. */
  const put = (message: WireMessage | null, text: string): void => {
    const isFirst = message?.kind === 'request' && message.method === 'INVITE' && !message.inDialog;
    const known = message === null ? undefined : sessions.get(message.callId)?.descriptions;
    arriving = known === undefined && isFirst ? createSessionDescriptions() : null;
    const descriptions = known ?? arriving;
    wire.ondata(message === null || descriptions === null ? text : descriptions.hear(message, text));
    arriving = null;
  };
  const invite = (
    target: string,
    media: MediaStream,
    sessionListener: SessionListener,
    minSessionS: number | null,
  ): Attempt | CallRefusal => {
    const callee = stopped ? 'no-address' : targetForStack(target, config.url.startsWith('wss:'));
    if (typeof callee === 'string') return callee;
    try {
      const session = ua.call(callee.uri, mediaOptions(config, media, minSessionS));
      const callId = newestCallId;
      const wireSaid: WireSaid = { refusal: null, calleeTag: null };
      const forget = (answered: boolean): void => {
        sessions.delete(callId);
        heard.delete(callId);
        if (answered) return;
        cancelled.add(callId);
        config.clock.after(CROSSING_MS, () => void cancelled.delete(callId));
      };
      const made = createJssipSession(session, {
        direction: 'outgoing',
        callId,
        config,
        descriptions: createSessionDescriptions(),
        forget,
      });
      sessions.set(callId, made);
      takeReplaces(session, ua, 'outgoing', made.giveWay);
      heard.set(callId, wireSaid);
      made.listen(sessionListener);
      return { session: made.session, refusal: () => wireSaid.refusal };
    } catch {
      // The address is one, so it was the peer connection: an ICE server that the browser does not take, or too many connections.
      return 'no-media';
    }
  };

  const inside: SipStack = {
    useCredentials: (next) => {
      credentials = next;
      applyCredentials();
    },
    register,
    unregister: () => ua.unregister(),
    receive: (text) => {
      const message = peek(text);
      const finalToInvite = message?.kind === 'response' && message.method === 'INVITE' && message.status >= 200;
      const worthNoting = finalToInvite || (message?.kind === 'response' && message.status >= 300);
      const ours =
        worthNoting &&
        sessions.get(message.callId)?.noteStatus(message.status, retryAfterIn(message, RETRY_AFTER_AT_MOST.call)) ===
          true &&
        finalToInvite;
      if (finalToInvite && message.status < 300) {
        const calleeTag = /;\s*tag\s*=\s*([^;,\s]+)/i.exec(message.headers('to')[0] ?? '')?.[1] ?? '';
        const wireSaid = heard.get(message.callId);
        if (wireSaid !== undefined) wireSaid.calleeTag ??= calleeTag;
        // Nobody waits for this answer any more, or another phone of the callee has answered before (RFC 3261 section 13.2.2.4).
        // JsSIP ignores the first, so that the far end would sit in a call with nobody, and for the second ends the wrong call.
        if (cancelled.has(message.callId) || (wireSaid !== undefined && wireSaid.calleeTag !== calleeTag)) {
          for (const request of endStrayDialog(message, `z9hG4bKstray${message.branch}${calleeTag}`))
            repair.send(request);
          return;
        }
      }
      const refreshes = message?.kind === 'response' && (message.method === 'INVITE' || message.method === 'UPDATE');
      if (refreshes && message.status >= 200 && message.status < 300) followTarget(message);
      if (finalToInvite && message.status >= 300) {
        const wireSaid = heard.get(message.callId);
        if (wireSaid !== undefined)
          wireSaid.refusal = {
            status: message.status,
            contacts: message.headers('contact').map(restored),
            challenges: challengesIn(message),
            minSessionS: minSessionIn(message),
          };
      }
      const toRegister = message?.kind === 'response' && message.method === 'REGISTER' && message.status >= 200;
      // To one that was given up: the newer one has an answer of its own.
      if (toRegister && !exchange.isAnswer(message)) return;
      const wasRegistering = registering !== 'no';
      const registersBefore = registersSent;
      const answerable =
        message === null
          ? text
          : withAnswerableChallenge(toRegister ? exchange.plain(message) : text, message, credentials?.realm ?? null);
      // JsSIP would repeat a re-INVITE by itself after 491: both sides after the same second, and with the old CSeq. It
      // hears of a plain refusal instead; we try again as RFC 3261 section 14.1 says.
      put(message, ours && message.status === 491 ? text.replace(/^SIP\/2\.0 491/, 'SIP/2.0 500') : answerable);
      // It keeps a hash of the password that it used, which may be an older one.
      if (answerable !== text) applyCredentials();
      if (!toRegister || !wasRegistering) return;
      // The challenge is being answered: this was not the last word.
      if (message.status >= 300 && registersSent > registersBefore) return;
      const date = Date.parse(message.headers('date')[0] ?? '');
      answered({
        status: message.status,
        phrase: message.phrase,
        expiresS: grantedExpires(message, { instanceId: config.instanceId, contactUri: exchange.contactUri() }),
        minExpiresS: minExpiresIn(message),
        challenges: challengesIn(message),
        date: Number.isNaN(date) ? null : date,
        retryAfterMs: retryAfterIn(message, RETRY_AFTER_AT_MOST.register) ?? undefined,
      });
    },
    call: (target, media, sessionListener) =>
      createRetriedSession(target, media, sessionListener, {
        invite,
        freshToken: listener.onInviteRefused,
        follow: listener.onRedirected,
      }),
    stop: () => {
      stopped = true;
      ua.stop();
      repair.stop();
    },
  };
  const contactUser = (): string => /^sip:([^@]+)@/.exec(String(ua.contact.uri))?.[1] ?? '';
  const repair = createRepair({
    pass: (text) => inside.receive(text),
    send: (text) => listener.send(credentials === null ? text : withProof(text, credentials, JsSIP.Utils.calculateMD5)),
    tell: listener.onRepair,
    onReferral: listener.onReferral,
    admit: listener.onInvite,
    clock: config.clock,
    line: {
      users: () => [identityParts(config.identity).user, contactUser()],
      isSecure: config.url.startsWith('wss:'),
      knowsCall: (callId) => sessions.has(callIdForStack(callId)),
      contact: () => ua.contact.toString(),
      instanceId: config.instanceId,
    },
  });
  return { ...inside, receive: repair.receive };
}
