/** What the keeper of the waits needs, and what it may be told and asked (reconnect-back-off.ts). */
import type { Registration, RegistrationProblem } from '../../../contracts/call/call';
import type { Failure } from '../../../contracts/base/result';
import type { Clock } from '../../base/clock';
import type { EngineEvent, UpgradeAnswer } from '../port/user-agent';
import type { FlowEnd } from '../wire/flow';
import type { TokenRefusal, UnknownKey } from './untried-key';

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
  /** How many requests a try is: a connect and its REGISTER, and with digest another one. */
  readonly requestsPerTry?: () => number;
  /** The key that the gateway does not know, if that is what this refusal means, and how long to wait then, in ms. */
  readonly unknownKey?: (refusal: TokenRefusal) => UnknownKey | null;
}

export interface ReconnectBackOff {
  /** Failures in a row; a connection that held for a while ends the row. */
  readonly failures: () => number;
  /** Somebody knows that the next try is worth it: the row ends. */
  readonly forgive: () => void;
  /** An attempt begins. */
  readonly trying: () => void;
  /** A REGISTER left. */
  readonly registerSent: () => void;
  /** True: so many requests may leave now, although the gateway just refused; false: its time is not there yet. */
  readonly mayAskNow: (requests: number) => boolean;
  /** True: the gateway itself said for how long it wants to be left alone, and that is not over. */
  readonly isHeldOff: () => boolean;
  /** Main refused a grant. */
  readonly noGrant: (failure: Failure) => void;
  /** The WebSocket opened, or did not after `spentMs`. */
  readonly opened: () => void;
  readonly notOpened: (spentMs: number) => void;
  /** What main saw of a connect that failed: its word and the end of the socket come by different roads, and either may be first. */
  readonly connectRefused: (failure: Failure) => void;
  /** The same of an upgrade that a server answered otherwise than with a WebSocket for SIP. */
  readonly upgradeAnswered: (answer: UpgradeAnswer) => void;
  /** The gateway refused to register; another try is due. */
  readonly refused: (what: {
    readonly problem: RegistrationProblem;
    readonly title: string;
    readonly sentence: string;
    readonly needsPerson: boolean;
    readonly retryAfterMs?: number | undefined;
  }) => void;
  /** The registrar does not know the key of the token. */
  readonly keyUnknown: (unknown: UnknownKey, retryAfterMs?: number) => void;
  /** The connection was lost; `successor`: another one is on its way already, and nobody has to wait for it. */
  readonly lost: (successor: boolean, end?: FlowEnd) => void;
  /** Registered, first or still. When that has held for a minute, all that failed before is forgotten. */
  readonly over: () => void;
  /** Says it unless it was the last thing that was said. */
  readonly tell: (title: string, sentence: string, kind?: 'token-refused') => void;
  /** What was said may be said again. */
  readonly nothingIsWrong: () => void;
  /** This computer has an address that leads somewhere, or has none. */
  readonly network: (connected: boolean) => void;
  readonly stop: () => void;
}
