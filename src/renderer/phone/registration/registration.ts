/**
 * Keeps one identity registered: grant -> flow -> REGISTER, and again after every loss, until told to stop.
 *
 *   offline -> connecting -> registering -> registered
 *                  ^              |             |  lost
 *                  +-- waiting <--+-------------+
 *
 * A grant that main renewed is used make-before-break, so that `registered` never lapses for it.
 */
import type { Grant } from '../../../contracts/profile/grant';
import type { Registration } from '../../../contracts/call/call';
import { isLoopbackUrl } from '../../../contracts/base/loopback';
import { createReconnectBackOff, NO_SIP } from './reconnect-back-off';
import { isForSameGateway } from '../wire/presented-socket';
import { ASKED_S, refreshDelay } from './granted-life';
import { judgeWithin, skewIn } from './register-verdict';
import { createRenewal } from './renewal';
import type { RegistrationDeps, RegistrationKeeper } from './registration-keeper';
import { openWithin } from '../base/retry-policy';
import { judgeRefusal } from './token-refusal';
import { createUntriedKey, grantToGoOnWith, withUnknownKey, type UnknownKey } from './untried-key';
import { connectionLost, registered as registeredEvent, unregistered } from '../port/messages';

/** Milliseconds. */
const PROBE_ON_RESUME = 1_000;

/** Creates the keeper; it does nothing before `start`. */
export function createRegistration(deps: RegistrationDeps): RegistrationKeeper {
  const { clock, socket, random, onEvent } = deps;
  let state: Registration = { phase: 'offline' };
  let grant: Grant | null = null;
  /** The last one that the registrar accepted: where requests carry the token, they can carry this one again. */
  let provenGrant: Grant | null = null;
  let stopHearing: () => void = () => undefined;
  /** Counts attempts: an answer to an older one is stale. */
  let attempt = 0;
  let running = false;
  let beganAt = 0;
  let tokenRetried = false;
  /** A proxy asked for the token (407): it is presented to it as well, as long as the gateway is the same. */
  let toProxy = false;
  /** What the calls are told once a REGISTER is accepted on the flow that replaces the one before: it was lost, or an address went away. */
  let wasLost = false;
  let moved = false;
  /** The life that a REGISTER asks for, in s; a gateway may want a longer one (423), which is asked for once after each answer. */
  let askedS = ASKED_S;
  let askedLonger = false;
  /** The one timer of the refresh. */
  let cancelRefresh: () => void = () => undefined;
  /** The attempt that opens a flow beside the one that is current, or 0. */
  let replacing = 0;

  const set = (next: Registration): void => {
    state = next;
    deps.onChange();
  };
  const isElsewhere = (): boolean => grant !== null && isLoopbackUrl(grant.url) !== true;
  const hasFlowElsewhere = (): boolean =>
    isElsewhere() && (state.phase === 'registered' || state.phase === 'registering');

  const untried = createUntriedKey({ now: clock.now, random, onEvent, onAccepted: deps.grants.accepted });
  /** A line that is registered says which key the gateway does not know. */
  const tellUnknownKey = (): void => {
    if (state.phase !== 'registered' || (state.unknownKey ?? null) === untried.unknown()) return;
    set(withUnknownKey(state, untried.unknown()));
  };
  const backOff = createReconnectBackOff({
    clock,
    random,
    onEvent,
    isElsewhere,
    onWaiting: set,
    retry: () => void connect(),
    unknownKey: (refusal) => untried.refused(grant, refusal),
    requestsPerTry: () => (grant?.presentation.kind === 'digest' ? 3 : 2),
  });

  const take = (fresh: Grant): void => {
    toProxy &&= isForSameGateway(grant, fresh);
    grant = fresh;
    untried.took(fresh);
  };

  const register = (used: Grant): void => {
    cancelRefresh();
    deps.register(used, toProxy, askedS);
  };

  async function connect(): Promise<void> {
    backOff.trying();
    cancelRefresh();
    renewal.stop();
    attempt += 1;
    const mine = attempt;
    beganAt = clock.now();
    set({ phase: 'connecting', attempt: backOff.failures() + 1 });
    // A token for each connect: one that was refused, or may have been seen, is never presented again.
    const result = await deps.grants.get();
    if (mine !== attempt) return;
    if (!result.ok) {
      backOff.noGrant(result.failure);
      return;
    }
    take(result.value);
    const open = await socket.connect(result.value, openWithin(backOff.failures(), !isElsewhere()));
    if (mine !== attempt) return;
    if (!open) {
      backOff.notOpened(clock.now() - beganAt);
      return;
    }
    backOff.opened();
    set({ phase: 'registering' });
    register(result.value);
  }

  /** The current flow may hang on an address that is gone: another one is opened beside it, while it is asked for a sign of life. */
  async function replace(): Promise<void> {
    attempt += 1;
    const mine = attempt;
    replacing = mine;
    beganAt = clock.now();
    socket.probe(PROBE_ON_RESUME);
    const result = await deps.grants.get();
    const open = mine === attempt && result.ok && (await socket.replace(result.value, openWithin(0, !isElsewhere())));
    if (replacing === mine) replacing = 0;
    if (mine !== attempt) return;
    if (open) {
      backOff.opened();
      take(result.value);
      if (state.phase !== 'registered') set({ phase: 'registering' });
      register(result.value);
    } else if (!socket.isUp()) void connect();
    // The flow that was doubted is the one that the calls go on with.
    else if (grant !== null && (moved || wasLost)) register(grant);
  }

  /** Where requests carry the token, the next ones carry this one: no flow depends on the old one. */
  const adopt = (fresh: Grant): void => {
    take(fresh);
    deps.present(fresh, toProxy);
    deps.onChange();
  };

  /** Registers again on the same flow with another token. */
  async function registerWithAnother(): Promise<void> {
    attempt += 1;
    const mine = attempt;
    const result = await deps.grants.get();
    if (mine !== attempt) return;
    if (!result.ok) {
      backOff.noGrant(result.failure);
      return;
    }
    if (isForSameGateway(grant, result.value)) {
      adopt(result.value);
      register(result.value);
    } else void connect();
  }

  const renewal = createRenewal({
    clock,
    random,
    grants: deps.grants,
    socket,
    untried,
    onEvent,
    onUnknownKey: tellUnknownKey,
    inUse: () => grant,
    isRunning: () => running,
    isRegistered: () => state.phase === 'registered',
    onThisFlow: (fresh) => {
      adopt(fresh);
      register(fresh);
    },
    onNewFlow: (fresh) => {
      backOff.opened();
      take(fresh);
      register(fresh);
      deps.onChange();
    },
  });

  const accepted = (lifeMs: number): void => {
    const now = clock.now();
    const expiresAt = now + lifeMs;
    const before = state;
    tokenRetried = false;
    askedLonger = false;
    cancelRefresh();
    provenGrant = grant;
    untried.accepted(grant);
    // While there is no flow, the next one registers anyway.
    cancelRefresh = clock.after(refreshDelay(lifeMs, random()), () => {
      if (grant !== null && socket.isUp()) register(grant);
    });
    backOff.over();
    const tookMs = now - beganAt;
    // An answer that comes while another flow is being opened is of the one that is being left: the calls wait for the next one.
    const restored = replacing === 0 && (wasLost || moved);
    const hasMoved = moved;
    if (restored) wasLost = moved = false;
    const since = before.phase === 'registered' ? before : { phase: 'registered' as const, since: now, tookMs };
    set(withUnknownKey({ ...since, expiresAt }, untried.unknown()));
    if (grant !== null && (restored || before.phase !== 'registered')) onEvent(registeredEvent(grant.identity, tookMs));
    if (restored) deps.onRestored(hasMoved);
  };

  /** The registrar does not know the key of this token. The line goes on with the one that it accepted before, as long as that lives. */
  function keyRefused(unknown: UnknownKey, retryAfterMs: number | undefined): void {
    const before = state.phase === 'registered' ? grantToGoOnWith(provenGrant, grant, clock.now()) : null;
    if (before !== null) {
      grant = before;
      deps.present(before, toProxy);
      register(before);
      tellUnknownKey();
      renewal.again('later');
      return;
    }
    cancelRefresh();
    backOff.keyUnknown(unknown, retryAfterMs);
  }

  function reconnectNow(): void {
    if (state.phase === 'registered' && state.unknownKey !== undefined) {
      socket.probe(PROBE_ON_RESUME);
      renewal.again('now');
    } else if (state.phase === 'waiting') {
      backOff.forgive();
      void connect();
    } else if (hasFlowElsewhere()) {
      // Faster than to wait for a sign of life; calls on the flow before are told of the new one.
      wasLost = true;
      void replace();
    } else socket.probe(PROBE_ON_RESUME);
  }

  return {
    state: () => state,
    grant: () => grant,
    start: () => {
      if (running) return;
      running = true;
      const stops = [
        deps.grants.onRenewed(renewal.with),
        deps.grants.onConnectRefused?.(backOff.connectRefused),
        deps.grants.onUpgradeAnswered?.((answer) => {
          if (!renewal.answered(answer)) backOff.upgradeAnswered(answer);
        }),
      ];
      stopHearing = () => stops.forEach((stop) => stop?.());
      void connect();
    },
    stop: () => {
      if (!running) return;
      running = false;
      attempt += 1;
      if (state.phase === 'registered' && grant !== null) onEvent(unregistered(grant.identity));
      for (const cancel of [stopHearing, backOff.stop, renewal.stop, cancelRefresh]) cancel();
      grant = provenGrant = null;
      set({ phase: 'offline' });
    },
    reconnectNow,
    networkChanged: ({ lost, connected }) => {
      backOff.network(connected);
      moved ||= lost && isElsewhere();
      // Without a network nothing can be opened; whether the flow still lives is soon found.
      if (!connected && isElsewhere()) socket.probe(PROBE_ON_RESUME);
      else if (backOff.isHeldOff()) return;
      else if (state.phase === 'connecting' && isElsewhere()) {
        backOff.forgive();
        void connect();
      } else if (moved || !hasFlowElsewhere()) reconnectNow();
      else socket.probe(PROBE_ON_RESUME);
    },
    flowLost: (end) => {
      if (!running) return;
      wasLost = true;
      tokenRetried = false;
      onEvent(connectionLost(end));
      const successor = replacing > 0;
      // Whatever else was under way used the flow that is gone.
      if (successor) set({ phase: 'connecting', attempt: backOff.failures() + 1 });
      else attempt += 1;
      backOff.lost(successor, end);
    },
    noSip: () => backOff.upgradeAnswered(NO_SIP),
    registerSent: backOff.registerSent,
    registerAnswered: (answer) => {
      // Without a flow the answer is our own 503; the loss itself is being dealt with.
      if (!running || !socket.isUp()) return;
      const skew = skewIn(answer, clock.now());
      if (skew !== null) backOff.tell('Clock is wrong', skew);
      const unknown = untried.refused(grant, { at: 'register', answer, toProxy });
      if (unknown !== null) {
        keyRefused(unknown, answer.retryAfterMs);
        return;
      }
      const verdict = judgeWithin(
        answer,
        { grant, now: clock.now(), tokenRetried, toProxy, askedS: askedLonger ? null : askedS },
        () => backOff.mayAskNow(2),
      );
      switch (verdict.kind) {
        case 'accepted':
          if (skew === null) backOff.nothingIsWrong();
          accepted(verdict.lifeMs);
          break;
        case 'another-token':
          tokenRetried = true;
          toProxy = verdict.toProxy;
          void (verdict.on === 'new-flow' ? connect() : registerWithAnother());
          break;
        case 'to-proxy':
          toProxy = true;
          if (grant !== null) register(grant);
          break;
        case 'longer-life':
          askedLonger = true;
          askedS = verdict.expiresS;
          if (grant !== null) register(grant);
          break;
        case 'problem':
          cancelRefresh();
          askedLonger = false;
          backOff.refused(verdict);
      }
    },
    presentAnother: (requestUri, refusal) => {
      if (grant === null) return null;
      const verdict = judgeRefusal(refusal, grant, requestUri, toProxy);
      if (!verdict.another && (!verdict.toProxy || toProxy)) return null;
      toProxy = verdict.toProxy;
      if (!verdict.another) {
        deps.present(grant, toProxy);
        return Promise.resolve(true);
      }
      return deps.grants.get().then((result) => {
        if (!running || !result.ok) return false;
        if (!isForSameGateway(grant, result.value)) {
          renewal.with(result.value);
          return false;
        }
        adopt(result.value);
        return true;
      });
    },
  };
}
