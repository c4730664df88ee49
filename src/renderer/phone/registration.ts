/**
 * Keeps one identity registered: grant -> flow -> REGISTER, and again after every loss, until told to stop.
 *
 *   offline -> connecting -> registering -> registered
 *                  ^              |             |  lost
 *                  +-- waiting <--+-------------+
 *
 * A grant that main renewed is used make-before-break, so that `registered` never lapses for it.
 */
import type { Grant } from '../../contracts/grant';
import type { Registration, RegistrationProblem } from '../../contracts/call';
import { skewSentence } from '../../contracts/clock-skew';
import { isLoopbackUrl } from '../../contracts/loopback';
import type { Failure } from '../../contracts/result';
import type { Clock } from './clock';
import type { FlowEnd } from './flow';
import { retryDelay, STABLE_AFTER_MS } from './retry-policy';
import type { SipSocket } from './sip-socket';
import type { RegisterAnswer } from './sip-stack';
import type { EngineEvent, GrantSource } from './user-agent';
import { connectionLost, problem as problemEvent, registered as registeredEvent, tokenMinted, unregistered } from './words';

export interface RegistrationDeps {
  readonly grants: GrantSource;
  readonly socket: Pick<SipSocket, 'connect' | 'isUp' | 'probe'>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Sends a REGISTER on the current flow for this grant's identity. */
  readonly register: (grant: Grant) => void;
  readonly onChange: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  /** Registered again after a loss. */
  readonly onRestored: () => void;
}

export interface RegistrationKeeper {
  readonly state: () => Registration;
  /** The grant in use, or null. */
  readonly grant: () => Grant | null;
  readonly start: () => void;
  readonly stop: () => void;
  readonly reconnectNow: () => void;
  readonly flowLost: (end: FlowEnd) => void;
  readonly registerAnswered: (answer: RegisterAnswer) => void;
}

/** Milliseconds. */
const PROBE_ON_RESUME = 1_000;

const NEEDS_PERSON: ReadonlySet<Failure['reason']> = new Set<Failure['reason']>(['key-absent', 'key-locked', 'key-unusable', 'keychain-unavailable', 'unknown-profile', 'unknown-purpose', 'profile-invalid', 'provider-refused', 'clock-skewed']);

interface Wait {
  readonly problem: RegistrationProblem;
  readonly sentence: string;
  readonly retryAfterMs?: number | undefined;
  readonly needsPerson?: boolean;
}

export function createRegistration(deps: RegistrationDeps): RegistrationKeeper {
  const { clock, socket } = deps;
  let state: Registration = { phase: 'offline' };
  let grant: Grant | null = null;
  let stopWatching: () => void = () => undefined;
  /** Counts attempts: an answer to an older one is stale. */
  let attempt = 0;
  let running = false;
  let failures = 0;
  let refusedOpens = 0;
  let beganAt = 0;
  let tokenRetried = false;
  let wasLost = false;
  let toldProblem: string | null = null;
  let cancelWait: () => void = () => undefined;
  let cancelStable: () => void = () => undefined;
  let cancelRenewal: () => void = () => undefined;

  const set = (next: Registration): void => {
    state = next;
    deps.onChange();
  };
  const tell = (title: string, sentence: string, kind?: 'token-refused'): void => {
    if (toldProblem === sentence) return;
    toldProblem = sentence;
    deps.onEvent(problemEvent(title, sentence, kind));
  };
  const wait = ({ problem, sentence, retryAfterMs, needsPerson = false }: Wait): void => {
    cancelWait();
    cancelStable();
    const onThisComputer = grant !== null && isLoopbackUrl(grant.url) === true;
    const delay = retryDelay({ failures, random: deps.random(), onThisComputer, retryAfterMs, needsPerson });
    failures += 1;
    cancelWait = clock.after(delay, () => void connect());
    set({ phase: 'waiting', retryAt: clock.now() + delay, attempt: failures, problem, sentence });
  };
  const minted = (fresh: Grant): void => deps.onEvent(tokenMinted(fresh));

  const noGrant = (failure: Failure): void => {
    tell('No token', failure.sentence);
    wait({
      problem: failure.reason === 'clock-skewed' ? 'clock-skewed' : 'no-grant',
      sentence: failure.sentence,
      retryAfterMs: failure.retryAfterMs,
      needsPerson: NEEDS_PERSON.has(failure.reason),
    });
  };

  async function connect(): Promise<void> {
    cancelWait();
    cancelRenewal();
    attempt += 1;
    const mine = attempt;
    beganAt = clock.now();
    set({ phase: 'connecting', attempt: failures + 1 });
    // A token for each connect: one that was refused, or may have been seen, is never presented again.
    const result = await deps.grants.get();
    if (mine !== attempt) return;
    if (!result.ok) {
      noGrant(result.failure);
      return;
    }
    grant = result.value;
    minted(grant);
    const open = await socket.connect(grant);
    if (mine !== attempt) return;
    if (!open) {
      // All a page learns of a refused handshake is close code 1006: gateway down and token refused look the same.
      refusedOpens += 1;
      const sentence = refusedOpens < 2 ? 'The gateway does not answer.' : 'The gateway does not answer or refused the token.';
      tell('Not connected', sentence);
      wait({ problem: 'gateway-unreachable', sentence });
      return;
    }
    refusedOpens = 0;
    set({ phase: 'registering' });
    deps.register(grant);
  }

  async function renew(fresh: Grant, tries: number): Promise<void> {
    cancelRenewal();
    if (state.phase !== 'registered' || !socket.isUp()) return;
    minted(fresh);
    const open = await socket.connect(fresh);
    if (!running) return;
    if (open) {
      grant = fresh;
      cancelWait();
      deps.register(fresh);
      deps.onChange();
      return;
    }
    // The old flow stays; as long as the registration's token lives there is time for another try.
    const delay = retryDelay({ failures: tries, random: deps.random(), onThisComputer: isLoopbackUrl(fresh.url) === true });
    if (clock.now() + delay >= fresh.expiresAt) return;
    cancelRenewal = clock.after(delay, () => {
      void deps.grants.get().then((again) => {
        if (again.ok) void renew(again.value, tries + 1);
      });
    });
  }

  const skewOf = (date: number | null): string | null => (date === null ? null : skewSentence(clock.now() - date));

  const accepted = (answer: RegisterAnswer, skew: string | null): void => {
    const now = clock.now();
    const before = state;
    tokenRetried = false;
    cancelWait();
    if (skew === null) toldProblem = null;
    const expiresAt = now + answer.expiresS * 1000;
    if (before.phase === 'registered') {
      set({ ...before, expiresAt });
      return;
    }
    const tookMs = now - beganAt;
    cancelStable = clock.after(STABLE_AFTER_MS, () => {
      failures = 0;
    });
    set({ phase: 'registered', since: now, expiresAt, tookMs });
    if (grant !== null) deps.onEvent(registeredEvent(grant.identity, tookMs));
    if (wasLost) deps.onRestored();
    wasLost = false;
  };

  const refused = (answer: RegisterAnswer, skew: string | null): void => {
    const code = `${answer.status} ${answer.phrase}`.trim();
    if (answer.status === 401 || answer.status === 403 || answer.status === 407) {
      if (!tokenRetried) {
        tokenRetried = true;
        void connect();
        return;
      }
      const sentence = skew ?? 'The gateway refused the token: check the key of this profile.';
      if (skew === null) tell('Token refused', sentence, 'token-refused');
      wait({ problem: skew === null ? 'token-refused' : 'clock-skewed', sentence, needsPerson: true });
      return;
    }
    const sentence = answer.status === 408 || answer.status >= 500 ? `The gateway can't register this line now (${code}).` : `The gateway refused to register this line (${code}).`;
    tell('Not registered', sentence);
    wait({ problem: 'registration-refused', sentence });
  };

  return {
    state: () => state,
    grant: () => grant,
    start: () => {
      if (running) return;
      running = true;
      stopWatching = deps.grants.onRenewed((fresh) => void renew(fresh, 0));
      void connect();
    },
    stop: () => {
      if (!running) return;
      running = false;
      attempt += 1;
      if (state.phase === 'registered' && grant !== null) deps.onEvent(unregistered(grant.identity));
      for (const cancel of [stopWatching, cancelWait, cancelStable, cancelRenewal]) cancel();
      grant = null;
      failures = 0;
      set({ phase: 'offline' });
    },
    reconnectNow: () => {
      if (state.phase === 'waiting') {
        failures = 0;
        void connect();
      } else socket.probe(PROBE_ON_RESUME);
    },
    flowLost: (end) => {
      if (!running) return;
      // Whatever was under way used the flow that is gone.
      attempt += 1;
      wasLost = true;
      deps.onEvent(connectionLost(end));
      wait({ problem: 'gateway-unreachable', sentence: 'The connection to the gateway was lost.' });
    },
    registerAnswered: (answer) => {
      // Without a flow the answer is our own 503; the loss itself is being dealt with.
      if (!running || !socket.isUp()) return;
      const skew = skewOf(answer.date);
      if (skew !== null) tell('Clock is wrong', skew);
      if (answer.status >= 200 && answer.status < 300) accepted(answer, skew);
      else refused(answer, skew);
    },
  };
}
