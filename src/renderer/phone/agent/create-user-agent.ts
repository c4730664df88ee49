/** Puts the UserAgent together: one registration over one wire, its calls, and what a window sees of them. */
import type { MicrophoneSource } from '../../media/microphone-source';
import type { Grant } from '../../../contracts/profile/grant';
import { isLoopbackUrl } from '../../../contracts/base/loopback';
import { fail, ok, type Result } from '../../../contracts/base/result';
import { onwardUri, parseTarget, type ParsedTarget } from '../../../contracts/call/dial-target';
import { parseSipUri } from '../../../contracts/call/sip-uri';
import { canAnswer } from '../call/call';
import { createActOnCall } from './act-on-call';
import { createCallTable } from '../call/call-table';
import type { Clock } from '../../base/clock';
import type { WebSocketConstructor } from '../wire/flow';
import { usableIceServers } from '../port/ice-policy';
import { partyOf } from '../base/party';
import { createPhoneView } from './phone-view';
import { referralDeclined } from '../port/wire-messages';
import { unplayableCall } from '../port/messages';
import { INSECURE_SENTENCE, microphoneSentence, targetSentence, tooManyCallsSentence } from '../port/refusals';
import { createRefusedCalls } from './refused-calls';
import { createRepairNews } from './repair-news';
import { ADMISSION_ANSWERS, createInviteAdmission } from '../wire/invite-admission';
import { DEFAULT_CALLS } from '../../../contracts/policy/call-limits';
import { createRegistration } from '../registration/registration';
import { createSipSocket } from '../wire/sip-socket';
import type { SipStack, StackConfig, StackListener } from '../port/sip-stack';
import type { TraceEntry } from '../wire/trace';
import type { GrantSource, UserAgent } from '../port/user-agent';
import { identityParts } from '../../../contracts/profile/identity';

export interface UserAgentDeps {
  readonly grants: GrantSource;
  readonly microphone: MicrophoneSource;
  readonly WebSocket: WebSocketConstructor;
  readonly createStack: (config: StackConfig, listener: StackListener) => SipStack;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
  /** User Timing: `ringfence:registered`, `:restored`, `:invite-sent`, `:answered`, `:first-audio`. */
  readonly mark: (name: string, detail: { readonly callId?: string }) => void;
  /** Value of the User-Agent header. */
  readonly product: string;
  /** Whether the line may call what it is redirected to; without it, every target may be called. */
  readonly mayCall?: (target: string) => Promise<Result<unknown>>;
  /** The redacted wire. */
  readonly onTrace?: (entry: TraceEntry) => void;
}

/** Milliseconds. */
const STOP_WITHIN = 2_000;

/** Creates the phone; it does nothing before `start`. */
export function createUserAgent(deps: UserAgentDeps): UserAgent {
  const { clock } = deps;
  let stack: SipStack | null = null;
  /** Of the newest grant. */
  let iceServers: readonly RTCIceServer[] = [];

  const mostCalls = (): number => registration.grant()?.maxCalls ?? DEFAULT_CALLS;
  const view = createPhoneView({
    clock,
    read: () => {
      const grant = registration.grant();
      return {
        registration: registration.state(),
        calls: calls.all(),
        activeCallId: calls.activeCallId(),
        grant:
          grant === null
            ? null
            : { fingerprint: grant.fingerprint, issuedAt: grant.issuedAt, expiresAt: grant.expiresAt },
      };
    },
    readSounds: () => calls.sounds(),
  });
  const calls = createCallTable({
    clock,
    random: deps.random,
    newId: deps.newId,
    microphone: deps.microphone,
    line: () => ({
      profileId: registration.grant()?.profileId ?? '',
      identity: registration.grant()?.identity ?? '',
    }),
    mark: (name, detail) => {
      deps.mark(name, detail);
      if (name === 'ringfence:first-audio') view.showNow();
    },
    isUp: () => socket.isUp(),
    onChange: view.changed,
    onEvent: view.tell,
    onEnded: (sipCallId) => {
      if (sipCallId !== null) socket.callEnded(sipCallId);
      view.showNow();
    },
  });
  const socket = createSipSocket(
    { WebSocket: deps.WebSocket, clock, random: deps.random, trace: (entry) => deps.onTrace?.(entry) },
    {
      onMessage: (text) => stack?.receive(text),
      onLost: (end) => {
        for (const entry of calls.live()) {
          // Its CANCEL can't reach us any more: better a lost call than one that rings for nobody.
          if (canAnswer(entry.call())) entry.session()?.abandon();
          else entry.flowLost();
        }
        registration.flowLost(end);
      },
      onStranded: (callIds) => {
        for (const entry of calls.live()) {
          if (!callIds.has(entry.session()?.callId ?? '')) continue;
          if (canAnswer(entry.call())) entry.session()?.abandon();
          else entry.stranded();
        }
      },
      onNoSip: () => registration.noSip(),
      onRequestSent: ({ method, inDialog, callId }) => {
        if (method === 'REGISTER') registration.registerSent();
        if (method !== 'INVITE' || inDialog) return;
        const entry = calls.live().find((one) => one.session()?.callId === callId);
        if (entry !== undefined) deps.mark('ringfence:invite-sent', { callId: entry.call().id });
      },
    },
  );
  const refusedCall = createRefusedCalls({ clock, tell: view.tell });
  const tellRepair = createRepairNews({ clock, tell: view.tell });
  const admission = createInviteAdmission({
    clock,
    ringing: () => calls.live().filter((entry) => canAnswer(entry.call())).length,
    calls: () => calls.live().length,
    mostCalls,
  });
  let wasRegistered = false;
  const registration = createRegistration({
    grants: deps.grants,
    socket,
    clock,
    random: deps.random,
    register: (grant, toProxy, expiresS) => {
      present(grant, toProxy);
      stackFor(grant).register(expiresS);
    },
    present,
    onChange: () => {
      const isRegistered = registration.state().phase === 'registered';
      if (isRegistered && !wasRegistered) deps.mark('ringfence:registered', {});
      wasRegistered = isRegistered;
      view.changed();
    },
    onEvent: view.tell,
    onRestored: (moved) => {
      deps.mark('ringfence:restored', {});
      for (const entry of calls.live()) entry.flowRestored(moved);
    },
  });

  function present(grant: Grant, toProxy: boolean): void {
    socket.present(grant, toProxy);
    stackFor(grant).useCredentials(grant.presentation.kind === 'digest' ? grant.presentation : null);
  }

  function stackFor(grant: Grant): SipStack {
    iceServers = usableIceServers(grant.iceServers);
    stack ??= deps.createStack(
      {
        identity: grant.identity,
        displayName: grant.displayName,
        instanceId: grant.instanceId,
        url: grant.url,
        product: deps.product,
        get trustsAssertedIdentity() {
          return registration.grant()?.trustAssertedIdentity ?? false;
        },
        // Asked for at each call: what an older grant brought has ended.
        get ice() {
          return {
            hasTurn: iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url))),
            gatewayOnThisComputer: isLoopbackUrl(grant.url) === true,
          };
        },
        get iceServers() {
          return iceServers;
        },
        clock,
      },
      {
        send: (text) => socket.send(text),
        onRegisterAnswer: (answer) => registration.registerAnswered(answer),
        onInviteRefused: (target, refusal) => registration.presentAnother(target, refusal),
        onRedirected: async (uri) => {
          // As typed: what can't be read can't be judged, and is not called.
          const target = read(uri, grant);
          if ('problem' in target) return { refused: 'unreadable', sentence: targetSentence(target.problem, uri) };
          const allowed = (await deps.mayCall?.(target.uri)) ?? ok(null);
          return allowed.ok
            ? { uri: onwardUri(uri, target), after: target.after }
            : { refused: 'forbidden', sentence: allowed.failure.sentence };
        },
        onInvite: (step) => {
          const why = admission[step]();
          if (why === null) return null;
          refusedCall(why);
          return ADMISSION_ANSWERS[why];
        },
        onUnplayable: (peer, problem) => view.tell(unplayableCall(peer, problem)),
        onRepair: tellRepair,
        onReferral: (referral) => view.tell(referralDeclined(referral)),
        onIncoming: (session, peer) => {
          const entry = calls.track('incoming', peer, { sipCallId: session.callId });
          entry.attach(session);
          return entry.listener;
        },
      },
    );
    return stack;
  }

  /** What is typed, clicked, or answered by a redirect, as this line reads it. */
  function read(text: string, { identity }: Grant): ParsedTarget {
    return parseTarget(text, identityParts(identity).domain);
  }

  const notConnected = () => fail('gateway-unavailable', 'The phone is not connected to its gateway.', 'retry');

  return {
    snapshot: view.snapshot,
    subscribe: view.subscribe,
    onEvent: view.onEvent,
    sounds: view.sounds,
    onSounds: view.onSounds,
    start: () => registration.start(),
    stop: async () => {
      // 480: a 603 would end the call at the caller's other phones too.
      for (const entry of calls.live()) entry.session()?.end(480);
      stack?.unregister();
      registration.stop();
      if (socket.isUp()) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(STOP_WITHIN, resolve);
          void socket.quiet().then(() => {
            cancel();
            resolve();
          });
        });
      }
      socket.close();
      stack?.stop();
      stack = null;
    },
    reconnectNow: () => registration.reconnectNow(),
    networkChanged: (change) => registration.networkChanged(change),
    place: async (typed, permission) => {
      const own = registration.grant();
      const line = stack;
      if (own === null || line === null || !socket.isUp()) return notConnected();
      const target = read(typed, own);
      if ('problem' in target) return fail('invalid-input', targetSentence(target.problem, typed), 'check-number');
      const isFull = calls.live().length >= mostCalls();
      const tooMany = (): Result<never> => fail('too-many-calls', tooManyCallsSentence(mostCalls()), 'none');
      if (isFull && permission === undefined) return tooMany();
      const acquiring = deps.microphone.acquire();
      const asked = permission === undefined ? ok({ emergency: false }) : await permission;
      // An emergency call passes every limit of ours.
      const allowed = asked.ok && isFull && !asked.value.emergency ? tooMany() : asked;
      if (!allowed.ok) {
        void acquiring.then((unused) => unused.ok && deps.microphone.release());
        return allowed;
      }
      const acquired = await acquiring;
      if (!acquired.ok)
        return fail('microphone-unavailable', microphoneSentence(acquired.failure.reason), 'choose-microphone');
      // The phone may have been stopped while the system asked for permission.
      if (registration.grant() === null || stack !== line || !socket.isUp()) {
        deps.microphone.release();
        return notConnected();
      }
      const drawn = view.holdBack();
      const { user, host } = parseSipUri(target.uri) ?? { user: '', host: '' };
      const { entry, media } = calls.dial(partyOf(decodeURIComponent(user), host, ''), acquired.value, {
        dialled: typed,
        after: target.after,
      });
      const { id } = entry.call();
      const session = line.call(target.uri, media, entry.listener);
      if (session === 'no-address' || session === 'insecure') {
        calls.forget(id);
        view.showNow();
        const sentence = session === 'insecure' ? INSECURE_SENTENCE : targetSentence('malformed-uri', typed);
        return fail('invalid-input', sentence, 'check-number');
      }
      if (session === 'no-media') entry.apply({ type: 'ended', at: clock.now(), cause: 'media-failed', details: '' });
      else entry.attach(session);
      await drawn;
      return ok(id);
    },
    act: createActOnCall(calls, clock),
    useMicrophone: calls.useMicrophone,
    remoteStream: (id) => calls.get(id)?.remoteStream() ?? null,
    stats: async (id) => {
      const connection = calls.get(id)?.session()?.connection() ?? null;
      return connection === null || connection.connectionState === 'closed' ? null : connection.getStats();
    },
  };
}
