/** While a line is not registered: what is said about it, once each, and when the next try is. */
import type { Registration, RegistrationProblem } from '../../../contracts/call/call';
import { fail, type Failure } from '../../../contracts/base/result';
import { keyUnknownSentence } from '../../../contracts/base/token-complaint';
import { refusedDelay, retryDelay, STABLE_AFTER_MS } from '../base/retry-policy';
import type { UpgradeAnswer } from '../port/user-agent';
import { problem as problemEvent } from '../port/messages';
import { askedToWait } from '../port/refusals';
import { closeMeaning } from './close-codes';
import { createRequestPace } from './request-pace';
import { TOKEN_REFUSED } from './token-refusal';
import type { UnknownKey } from './untried-key';
import type { ReconnectBackOff, ReconnectBackOffDeps } from './back-off-port';

const NEEDS_PERSON: ReadonlySet<Failure['reason']> = new Set<Failure['reason']>([
  'key-absent',
  'key-locked',
  'key-removed',
  'key-unusable',
  'keychain-asks',
  'keychain-refused',
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
  readonly unknown?: UnknownKey;
  /** A gateway is there and refuses; else nobody answered. */
  readonly byGateway: boolean;
}

/** 407 is no word of the gateway: a proxy on the way wants a password of its own. */
const TOKEN_STATUSES: ReadonlySet<number> = new Set([401, 403]);
const PROXY_PASSWORD = 407;
/** What "later" means where a close code says it, ms. */
const LATER_MS = 15_000;
/** A handshake with a gateway on this computer that takes this long, ms, was taken and is not answered. */
const HUNG_MS = 4_000;
const NO_NETWORK = 'This computer has no network.';
const SILENT = 'The gateway does not answer.';
/** Losses in a row from which on the agent is told that there is more to it. */
const OFTEN = 3;

/** A server switched protocols, and not to SIP. */
export const NO_SIP: UpgradeAnswer = {
  status: 101,
  failure: fail(
    'gateway-unavailable',
    "Something answers at the gateway's address, but it does not speak SIP over WebSocket.",
  ).failure,
};

/** Creates the keeper of the waits; nothing waits yet. */
export function createReconnectBackOff(deps: ReconnectBackOffDeps): ReconnectBackOff {
  const { clock } = deps;
  let failures = 0;
  /** Refusals of a gateway that is there, in a row that ends when a registration has held. */
  let refusals = 0;
  let refusedOpens = 0;
  /** Of those, upgrades that were answered with 401 or 403 since one was accepted. */
  let refusedTokens = 0;
  /** Connections that were closed because of the token since a registration has held. */
  let tokenCloses = 0;
  const pace = createRequestPace(clock);
  /** When the connection was lost, or first tried, in ms since the epoch; null while there is one. */
  let since: number | null = null;
  let hasNetwork = true;
  /** What is waited for; null while nothing is. */
  let waitingFor: RegistrationProblem | null = null;
  /** Nobody answered, as far as is known. */
  let waitsForNobody = false;
  /** Until when the gateway wants to be left alone, ms since the epoch. */
  let heldOffUntil = 0;
  /** The wait as it was told; kept for a word that comes later. */
  let waiting: (Registration & { readonly phase: 'waiting' }) | null = null;
  /** Why nobody answers, as main found out; until somebody does. */
  let explained: string | null = null;
  /** What main saw of the connect under way. */
  let seen: (() => void) | null = null;
  let told: string | null = null;
  let cancelWait: () => void = () => undefined;
  /** Ends the count to a minute; null: nothing is held. */
  let cancelStable: (() => void) | null = null;

  const noLongerHeld = (): void => {
    cancelStable?.();
    cancelStable = null;
  };
  const noLongerWaiting = (): void => {
    cancelWait();
    waitingFor = null;
  };
  const tell: ReconnectBackOff['tell'] = (title, sentence, kind) => {
    if (told === sentence) return;
    told = sentence;
    deps.onEvent(problemEvent(title, sentence, kind));
  };
  const wait = ({
    problem,
    sentence,
    retryAfterMs,
    needsPerson = false,
    spentMs = 0,
    byGateway,
    unknown,
  }: Wait): void => {
    cancelWait();
    noLongerHeld();
    const elsewhere = deps.isElsewhere();
    const noNetwork = !hasNetwork && elsewhere;
    const now = clock.now();
    since ??= now;
    if (byGateway) {
      refusals += 1;
      pace.failing();
      heldOffUntil = now + (retryAfterMs ?? 0);
    }
    const random = deps.random();
    const delay = Math.max(
      byGateway ? refusedDelay(refusals, random) : 0,
      unknown?.waitMs ?? 0,
      retryDelay({
        failures,
        random,
        onThisComputer: !elsewhere,
        outageMs: now - since,
        noNetwork,
        spentMs,
        retryAfterMs,
        needsPerson,
      }),
    );
    const retryAt = pace.earliest(now + delay, deps.requestsPerTry?.() ?? 2);
    failures += 1;
    waitingFor = problem;
    waitsForNobody = !byGateway;
    cancelWait = clock.after(retryAt - now, deps.retry);
    waiting = {
      phase: 'waiting',
      retryAt,
      attempt: failures,
      problem,
      sentence: noNetwork ? NO_NETWORK : sentence,
      ...(unknown === undefined ? {} : { unknownKey: unknown.key }),
    };
    deps.onWaiting(waiting);
  };
  /** Main looked why nobody answered, which takes its time: the wait goes on, and says why. */
  const unreachable = (sentence: string): void => {
    explained = sentence;
    if (waitingFor !== 'gateway-unreachable' || !waitsForNobody || waiting === null) return;
    tell('Not connected', sentence);
    if (waiting.sentence === NO_NETWORK) return;
    waiting = { ...waiting, sentence };
    deps.onWaiting(waiting);
  };
  /** Main's word and the end of the socket come by different roads: it is for the wait that there is, or for the connect under way. */
  const saw = (what: () => void): void => {
    if (waitingFor !== null && waitsForNobody) {
      failures -= 1;
      what();
    } else seen = what;
  };
  const certificateRefused = (sentence: string): void => {
    explained = null;
    tell('Certificate refused', sentence);
    wait({ problem: 'certificate-refused', sentence, needsPerson: true, byGateway: true });
  };
  const keyUnknown = (unknown: UnknownKey, retryAfterMs?: number): void =>
    wait({
      problem: 'key-unknown',
      sentence: keyUnknownSentence(unknown.key),
      retryAfterMs,
      byGateway: true,
      unknown,
    });
  const upgradeRefused = (answer: UpgradeAnswer): void => {
    const { status, failure } = answer;
    const { reason, sentence, retryAfterMs } = failure;
    pace.sent();
    refusedOpens += 1;
    const unknown = deps.unknownKey?.({ at: 'upgrade', answer }) ?? null;
    if (unknown !== null) {
      explained = null;
      keyUnknown(unknown, retryAfterMs);
      return;
    }
    const told = askedToWait(sentence, retryAfterMs);
    explained = TOKEN_STATUSES.has(status) ? null : sentence;
    if (!TOKEN_STATUSES.has(status)) {
      tell('Not connected', told);
      wait({
        problem: 'gateway-unreachable',
        sentence: told,
        retryAfterMs,
        needsPerson: status === PROXY_PASSWORD,
        byGateway: true,
      });
      return;
    }
    // As with REGISTER: each connect carries a fresh token, so that one refusal may be an accident and two are none.
    refusedTokens += 1;
    const needsPerson = refusedTokens > 1;
    if (needsPerson) tell(reason === 'clock-skewed' ? 'Clock is wrong' : 'Token refused', told, 'token-refused');
    const problem = reason === 'clock-skewed' ? 'clock-skewed' : 'token-refused';
    wait({ problem, sentence: told, retryAfterMs, needsPerson, byGateway: true });
  };

  return {
    failures: () => failures,
    forgive: () => {
      failures = 0;
    },
    trying: () => {
      noLongerWaiting();
      seen = null;
      heldOffUntil = 0;
    },
    registerSent: pace.sent,
    mayAskNow: (requests) => {
      noLongerHeld();
      pace.failing();
      return pace.earliest(clock.now(), requests) <= clock.now();
    },
    isHeldOff: () => heldOffUntil > clock.now(),
    noGrant: ({ reason, sentence, retryAfterMs }) => {
      tell('No token', sentence);
      wait({
        problem: reason === 'clock-skewed' ? 'clock-skewed' : 'no-grant',
        sentence,
        retryAfterMs,
        needsPerson: NEEDS_PERSON.has(reason),
        byGateway: false,
      });
    },
    opened: () => {
      explained = null;
      pace.sent();
      refusedOpens = refusedTokens = 0;
    },
    notOpened: (spentMs) => {
      if (seen !== null) {
        seen();
        return;
      }
      if (!deps.isElsewhere() && spentMs >= HUNG_MS) {
        // Nothing gets lost on the way to this computer: somebody took the connection and does not answer.
        pace.sent();
        tell('Not connected', SILENT);
        wait({ problem: 'gateway-unreachable', sentence: SILENT, byGateway: true });
        return;
      }
      // All a page learns of a refused handshake is close code 1006: gateway down and token refused look the same.
      refusedOpens += 1;
      const sentence =
        explained ?? (refusedOpens < 2 ? SILENT : 'No connection to the phone system. Ask your admin if this lasts.');
      tell('Not connected', sentence);
      wait({ problem: 'gateway-unreachable', sentence, spentMs, byGateway: false });
    },
    connectRefused: ({ reason, sentence }) => {
      if (reason === 'certificate-refused') saw(() => certificateRefused(sentence));
      else if (reason === 'gateway-unavailable' || reason === 'proxy-refused') unreachable(sentence);
    },
    upgradeAnswered: (answer) => saw(() => upgradeRefused(answer)),
    refused: ({ problem, title, sentence, needsPerson, retryAfterMs }) => {
      const told = askedToWait(sentence, retryAfterMs);
      tell(title, told, problem === 'token-refused' ? 'token-refused' : undefined);
      wait({ problem, sentence: told, needsPerson, retryAfterMs, byGateway: true });
    },
    keyUnknown,
    lost: (successor, end) => {
      since = clock.now();
      noLongerHeld();
      const meaning = closeMeaning(end?.how === 'closed' ? end.code : undefined);
      if (meaning === 'token') tokenCloses += 1;
      // A gateway that refuses may close the connection as well: what it said counts, and how long that is to be waited for.
      if (successor || waitingFor !== null) return;
      const unknown = meaning === 'token' ? (deps.unknownKey?.({ at: 'close' }) ?? null) : null;
      if (unknown !== null) {
        keyUnknown(unknown);
        return;
      }
      if (tokenCloses > 1 && meaning === 'token') {
        tell('Token refused', TOKEN_REFUSED, 'token-refused');
        wait({ problem: 'token-refused', sentence: TOKEN_REFUSED, needsPerson: true, byGateway: true });
        return;
      }
      const sentence =
        meaning === 'later'
          ? 'The gateway closed the connection and asked Ringfence to come back later.'
          : refusals < OFTEN
            ? 'The connection to the gateway was lost.'
            : 'The gateway closes each connection soon after it is made.';
      const retryAfterMs = meaning === 'later' ? LATER_MS : undefined;
      wait({ problem: 'gateway-unreachable', sentence, retryAfterMs, byGateway: true });
    },
    over: () => {
      noLongerWaiting();
      since = null;
      cancelStable ??= clock.after(STABLE_AFTER_MS, () => {
        failures = refusals = tokenCloses = 0;
        pace.over();
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
      noLongerHeld();
      failures = 0;
    },
  };
}
