/** While a line is not registered: what is said about it, once each, and when the next try is. */
import type { Registration, RegistrationProblem } from '../../../contracts/call/call';
import type { Failure } from '../../../contracts/base/result';
import type { Clock } from '../../base/clock';
import { retryDelay, STABLE_AFTER_MS } from '../base/retry-policy';
import type { EngineEvent } from '../port/user-agent';
import { problem as problemEvent } from '../port/messages';

export interface ReconnectBackOffDeps {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: EngineEvent) => void;
  /** The gateway is not on this computer. */
  readonly isElsewhere: () => boolean;
  readonly onWaiting: (state: Registration & { readonly phase: 'waiting' }) => void;
  /** The wait is over. */
  readonly retry: () => void;
}

export interface ReconnectBackOff {
  /** Failures in a row; a connection that held for a while ends the row. */
  readonly failures: () => number;
  /** Somebody knows that the next try is worth it: the row ends. */
  readonly forgive: () => void;
  /** An attempt begins. */
  readonly trying: () => void;
  /** Main refused a grant. */
  readonly noGrant: (failure: Failure) => void;
  /** The WebSocket opened, or did not after `spentMs`. */
  readonly opened: () => void;
  readonly notOpened: (spentMs: number) => void;
  /** What main saw of a connect that failed: its word and the end of the socket come by different roads, and either may be first. */
  readonly connectRefused: (failure: Failure) => void;
  /** The gateway refused to register; another try is due. */
  readonly refused: (what: {
    readonly problem: RegistrationProblem;
    readonly title: string;
    readonly sentence: string;
    readonly needsPerson: boolean;
    readonly retryAfterMs?: number | undefined;
  }) => void;
  /** The connection was lost; `successor`: another one is on its way already, and nobody has to wait for it. */
  readonly lost: (successor: boolean) => void;
  /** Registered. */
  readonly over: () => void;
  /** Says it unless it was the last thing that was said. */
  readonly tell: (title: string, sentence: string, kind?: 'token-refused') => void;
  /** What was said may be said again. */
  readonly nothingIsWrong: () => void;
  /** This computer has an address that leads somewhere, or has none. */
  readonly network: (connected: boolean) => void;
  readonly stop: () => void;
}

const NEEDS_PERSON: ReadonlySet<Failure['reason']> = new Set<Failure['reason']>([
  'key-absent',
  'key-locked',
  'key-unusable',
  'keychain-unavailable',
  'unknown-profile',
  'unknown-purpose',
  'profile-invalid',
  'provider-refused',
  'clock-skewed',
]);

interface Wait {
  readonly problem: RegistrationProblem;
  readonly sentence: string;
  readonly retryAfterMs?: number | undefined;
  readonly needsPerson?: boolean;
  readonly spentMs?: number;
}

/** Creates the keeper of the waits; nothing waits yet. */
export function createReconnectBackOff(deps: ReconnectBackOffDeps): ReconnectBackOff {
  const { clock } = deps;
  let failures = 0;
  let refusedOpens = 0;
  /** When the connection was lost, or first tried, in ms since the epoch; null while there is one. */
  let since: number | null = null;
  let hasNetwork = true;
  /** What is waited for; null while nothing is. */
  let waitingFor: RegistrationProblem | null = null;
  /** What is wrong with the gateway's certificate, when main saw that in the connect under way. */
  let badCertificate: string | null = null;
  let told: string | null = null;
  let cancelWait: () => void = () => undefined;
  let cancelStable: () => void = () => undefined;

  const noLongerWaiting = (): void => {
    cancelWait();
    waitingFor = null;
  };
  const tell: ReconnectBackOff['tell'] = (title, sentence, kind) => {
    if (told === sentence) return;
    told = sentence;
    deps.onEvent(problemEvent(title, sentence, kind));
  };
  const wait = ({ problem, sentence, retryAfterMs, needsPerson = false, spentMs = 0 }: Wait): void => {
    cancelWait();
    cancelStable();
    const elsewhere = deps.isElsewhere();
    const noNetwork = !hasNetwork && elsewhere;
    since ??= clock.now();
    const delay = retryDelay({
      failures,
      random: deps.random(),
      onThisComputer: !elsewhere,
      outageMs: clock.now() - since,
      noNetwork,
      spentMs,
      retryAfterMs,
      needsPerson,
    });
    failures += 1;
    waitingFor = problem;
    cancelWait = clock.after(delay, deps.retry);
    deps.onWaiting({
      phase: 'waiting',
      retryAt: clock.now() + delay,
      attempt: failures,
      problem,
      sentence: noNetwork ? 'This computer has no network.' : sentence,
    });
  };
  const certificateRefused = (sentence: string): void => {
    tell('Certificate refused', sentence);
    wait({ problem: 'certificate-refused', sentence, needsPerson: true });
  };

  return {
    failures: () => failures,
    forgive: () => {
      failures = 0;
    },
    trying: () => {
      noLongerWaiting();
      badCertificate = null;
    },
    noGrant: ({ reason, sentence, retryAfterMs }) => {
      tell('No token', sentence);
      wait({
        problem: reason === 'clock-skewed' ? 'clock-skewed' : 'no-grant',
        sentence,
        retryAfterMs,
        needsPerson: NEEDS_PERSON.has(reason),
      });
    },
    opened: () => {
      refusedOpens = 0;
    },
    notOpened: (spentMs) => {
      if (badCertificate !== null) {
        certificateRefused(badCertificate);
        return;
      }
      // All a page learns of a refused handshake is close code 1006: gateway down and token refused look the same.
      refusedOpens += 1;
      const sentence =
        refusedOpens < 2 ? 'The gateway does not answer.' : 'The gateway does not answer or refused the token.';
      tell('Not connected', sentence);
      wait({ problem: 'gateway-unreachable', sentence, spentMs });
    },
    connectRefused: ({ reason, sentence }) => {
      if (reason !== 'certificate-refused') return;
      if (waitingFor === 'gateway-unreachable') {
        failures -= 1;
        certificateRefused(sentence);
      } else badCertificate = sentence;
    },
    refused: ({ problem, title, sentence, needsPerson, retryAfterMs }) => {
      tell(title, sentence, problem === 'token-refused' ? 'token-refused' : undefined);
      wait({ problem, sentence, needsPerson, retryAfterMs });
    },
    lost: (successor) => {
      since = clock.now();
      // A gateway that refuses may close the connection as well: what it said counts, and how long that is to be waited for.
      if (successor || waitingFor !== null) return;
      wait({ problem: 'gateway-unreachable', sentence: 'The connection to the gateway was lost.' });
    },
    over: () => {
      noLongerWaiting();
      since = null;
      cancelStable();
      cancelStable = clock.after(STABLE_AFTER_MS, () => {
        failures = 0;
      });
    },
    tell,
    nothingIsWrong: () => {
      told = null;
    },
    network: (connected) => {
      hasNetwork = connected;
    },
    stop: () => {
      noLongerWaiting();
      cancelStable();
      failures = 0;
    },
  };
}
