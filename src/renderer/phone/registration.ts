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
import { isBoundToFlow } from './presented-socket';
import { openWithin, retryDelay, STABLE_AFTER_MS } from './retry-policy';
import type { SipSocket } from './sip-socket';
import type { RegisterAnswer } from './sip-stack';
import { judgeRefusal, TOKEN_REFUSED, type AuthRefusal, type RefusalVerdict } from './token-refusal';
import type { EngineEvent, GrantSource, NetworkChange } from './user-agent';
import { connectionLost, problem as problemEvent, registered as registeredEvent, tokenMinted, unregistered } from './words';

export interface RegistrationDeps {
  readonly grants: GrantSource;
  readonly socket: Pick<SipSocket, 'connect' | 'replace' | 'isUp' | 'probe'>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Sends a REGISTER on the current flow for this grant's identity. */
  readonly register: (grant: Grant) => void;
  /** Requests carry this grant from now on. */
  readonly present: (grant: Grant) => void;
  readonly onChange: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  /** Registered over another flow, after a loss or because this computer's addresses changed (`moved`). */
  readonly onRestored: (moved: boolean) => void;
}

export interface RegistrationKeeper {
  readonly state: () => Registration;
  /** The grant in use, or null. */
  readonly grant: () => Grant | null;
  readonly start: () => void;
  readonly stop: () => void;
  readonly reconnectNow: () => void;
  readonly networkChanged: (change: NetworkChange) => void;
  readonly flowLost: (end: FlowEnd) => void;
  readonly registerAnswered: (answer: RegisterAnswer) => void;
  /** An INVITE was refused. Null: another token would not help. Else one is minted: true once requests carry it. */
  readonly presentAnother: (requestUri: string, refusal: AuthRefusal) => Promise<boolean> | null;
}

/** Milliseconds. */
const PROBE_ON_RESUME = 1_000;

const NEEDS_PERSON: ReadonlySet<Failure['reason']> = new Set<Failure['reason']>(['key-absent', 'key-locked', 'key-unusable', 'keychain-unavailable', 'unknown-profile', 'unknown-purpose', 'profile-invalid', 'provider-refused', 'clock-skewed']);

interface Wait {
  readonly problem: RegistrationProblem;
  readonly sentence: string;
  readonly retryAfterMs?: number | undefined;
  readonly needsPerson?: boolean;
  readonly spentMs?: number;
}

export function createRegistration(deps: RegistrationDeps): RegistrationKeeper {
  const { clock, socket } = deps;
  let state: Registration = { phase: 'offline' };
  let grant: Grant | null = null;
  let stopWatching: () => void = () => undefined;
  let stopHearing: () => void = () => undefined;
  /** Counts attempts: an answer to an older one is stale. */
  let attempt = 0;
  let running = false;
  let failures = 0;
  let refusedOpens = 0;
  let beganAt = 0;
  /** What is wrong with the gateway's certificate, when main saw that in the connect under way. */
  let badCertificate: string | null = null;
  let tokenRetried = false;
  let wasLost = false;
  /** An address of this computer went away since the last REGISTER that was accepted. */
  let moved = false;
  /** This computer has no address that leads anywhere. */
  let noNetwork = false;
  /** The attempt that opens a flow beside the one that is current, or 0. */
  let replacing = 0;
  /** When the connection was lost, or first tried, in ms since the epoch; null while there is one. */
  let outageSince: number | null = null;
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
  const wait = ({ problem, sentence, retryAfterMs, needsPerson = false, spentMs = 0 }: Wait): void => {
    cancelWait();
    cancelStable();
    const onThisComputer = grant !== null && isLoopbackUrl(grant.url) === true;
    outageSince ??= clock.now();
    const delay = retryDelay({ failures, random: deps.random(), onThisComputer, outageMs: clock.now() - outageSince, noNetwork: noNetwork && !onThisComputer, spentMs, retryAfterMs, needsPerson });
    failures += 1;
    cancelWait = clock.after(delay, () => void connect());
    const said = noNetwork && !onThisComputer ? 'This computer has no network.' : sentence;
    set({ phase: 'waiting', retryAt: clock.now() + delay, attempt: failures, problem, sentence: said });
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

  const certificateRefused = (sentence: string): void => {
    tell('Certificate refused', sentence);
    wait({ problem: 'certificate-refused', sentence, needsPerson: true });
  };
  const seenCertificate = (): string | null => badCertificate;
  /** Main's word and the end of the socket come by different roads: either may be first. */
  const connectRefused = ({ reason, sentence }: Failure): void => {
    if (reason !== 'certificate-refused') return;
    if (state.phase === 'waiting' && state.problem === 'gateway-unreachable') {
      failures -= 1;
      certificateRefused(sentence);
    } else badCertificate = sentence;
  };

  async function connect(): Promise<void> {
    cancelWait();
    cancelRenewal();
    attempt += 1;
    const mine = attempt;
    beganAt = clock.now();
    badCertificate = null;
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
    const open = await socket.connect(grant, openWithin(failures, !isElsewhere()));
    if (mine !== attempt) return;
    const certificate = seenCertificate();
    if (!open && certificate !== null) {
      certificateRefused(certificate);
      return;
    }
    if (!open) {
      // All a page learns of a refused handshake is close code 1006: gateway down and token refused look the same.
      refusedOpens += 1;
      const sentence = refusedOpens < 2 ? 'The gateway does not answer.' : 'The gateway does not answer or refused the token.';
      tell('Not connected', sentence);
      wait({ problem: 'gateway-unreachable', sentence, spentMs: clock.now() - beganAt });
      return;
    }
    refusedOpens = 0;
    set({ phase: 'registering' });
    deps.register(grant);
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
      grant = result.value;
      minted(grant);
      if (state.phase !== 'registered') set({ phase: 'registering' });
      deps.register(grant);
    } else if (!socket.isUp()) void connect();
  }

  /** Where requests carry the token, the next ones carry this one: no flow depends on the old one. */
  const adopt = (fresh: Grant): void => {
    grant = fresh;
    minted(fresh);
    deps.present(fresh);
    deps.onChange();
  };

  /** Registers again on the same flow with another token. */
  async function registerWithAnother(): Promise<void> {
    attempt += 1;
    const mine = attempt;
    const result = await deps.grants.get();
    if (mine !== attempt) return;
    if (!result.ok) {
      noGrant(result.failure);
      return;
    }
    adopt(result.value);
    deps.register(result.value);
  }

  async function renew(fresh: Grant, tries: number): Promise<void> {
    cancelRenewal();
    if (state.phase !== 'registered' || !socket.isUp()) return;
    if (!isBoundToFlow(fresh.presentation) && grant?.url === fresh.url && grant.presentation.kind === fresh.presentation.kind) {
      adopt(fresh);
      deps.register(fresh);
      return;
    }
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
    outageSince = null;
    if (skew === null) toldProblem = null;
    const expiresAt = now + answer.expiresS * 1000;
    const restored = wasLost || moved;
    const hasMoved = moved;
    wasLost = moved = false;
    if (before.phase === 'registered') {
      set({ ...before, expiresAt });
      if (!restored) return;
      if (grant !== null) deps.onEvent(registeredEvent(grant.identity, now - beganAt));
      deps.onRestored(hasMoved);
      return;
    }
    const tookMs = now - beganAt;
    cancelStable = clock.after(STABLE_AFTER_MS, () => {
      failures = 0;
    });
    set({ phase: 'registered', since: now, expiresAt, tookMs });
    if (grant !== null) deps.onEvent(registeredEvent(grant.identity, tookMs));
    if (restored) deps.onRestored(hasMoved);
  };

  const verdictOn = (answer: RegisterAnswer): RefusalVerdict => {
    if (grant === null || isBoundToFlow(grant.presentation)) return { another: true, sentence: TOKEN_REFUSED };
    return judgeRefusal(answer, grant, `sip:${grant.identity.slice(grant.identity.lastIndexOf('@') + 1)}`);
  };

  const refused = (answer: RegisterAnswer, skew: string | null): void => {
    const code = `${answer.status} ${answer.phrase}`.trim();
    if (answer.status === 401 || answer.status === 403 || answer.status === 407) {
      const verdict = verdictOn(answer);
      if (verdict.another && !tokenRetried) {
        tokenRetried = true;
        void (grant === null || isBoundToFlow(grant.presentation) ? connect() : registerWithAnother());
        return;
      }
      const sentence = skew ?? verdict.sentence;
      if (skew === null) tell('Token refused', sentence, 'token-refused');
      wait({ problem: skew === null ? 'token-refused' : 'clock-skewed', sentence, needsPerson: true });
      return;
    }
    const sentence = answer.status === 408 || answer.status >= 500 ? `The gateway can't register this line now (${code}).` : `The gateway refused to register this line (${code}).`;
    tell('Not registered', sentence);
    wait({ problem: 'registration-refused', sentence });
  };

  const isElsewhere = (): boolean => grant !== null && isLoopbackUrl(grant.url) !== true;
  const hasFlowElsewhere = (): boolean => isElsewhere() && (state.phase === 'registered' || state.phase === 'registering');

  function reconnectNow(): void {
    if (state.phase === 'waiting') {
      failures = 0;
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
      stopWatching = deps.grants.onRenewed((fresh) => void renew(fresh, 0));
      stopHearing = deps.grants.onConnectRefused?.(connectRefused) ?? stopHearing;
      void connect();
    },
    stop: () => {
      if (!running) return;
      running = false;
      attempt += 1;
      if (state.phase === 'registered' && grant !== null) deps.onEvent(unregistered(grant.identity));
      for (const cancel of [stopWatching, stopHearing, cancelWait, cancelStable, cancelRenewal]) cancel();
      grant = null;
      failures = 0;
      set({ phase: 'offline' });
    },
    reconnectNow,
    networkChanged: ({ lost, connected }) => {
      noNetwork = !connected;
      moved ||= lost && isElsewhere();
      if (noNetwork && isElsewhere()) {
        // Nothing can be opened; whether the flow still lives is soon found.
        socket.probe(PROBE_ON_RESUME);
        return;
      }
      if (state.phase === 'connecting' && isElsewhere()) {
        failures = 0;
        void connect();
      } else if (moved || !hasFlowElsewhere()) reconnectNow();
      else socket.probe(PROBE_ON_RESUME);
    },
    flowLost: (end) => {
      if (!running) return;
      wasLost = true;
      outageSince = clock.now();
      deps.onEvent(connectionLost(end));
      if (replacing > 0) {
        // Its successor is on the way already.
        set({ phase: 'connecting', attempt: failures + 1 });
        return;
      }
      // Whatever was under way used the flow that is gone.
      attempt += 1;
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
    presentAnother: (requestUri, refusal) => {
      if (grant === null || !judgeRefusal(refusal, grant, requestUri).another) return null;
      return deps.grants.get().then((result) => {
        if (!running || !result.ok) return false;
        adopt(result.value);
        return true;
      });
    },
  };
}
