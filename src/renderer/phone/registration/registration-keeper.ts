/** What a registration needs, and what the phone may ask of it. */
import type { Grant } from '../../../contracts/profile/grant';
import type { Registration } from '../../../contracts/call/call';
import type { Clock } from '../../base/clock';
import type { EngineEvent, GrantSource, NetworkChange } from '../port/user-agent';
import type { RegisterAnswer } from '../port/sip-stack';
import type { FlowEnd } from '../wire/flow';
import type { SipSocket } from '../wire/sip-socket';
import type { AuthRefusal } from './token-refusal';

/** Injected, so that a test can play the wire, the clock and chance. */
export interface RegistrationDeps {
  readonly grants: GrantSource;
  readonly socket: Pick<SipSocket, 'connect' | 'replace' | 'isUp' | 'probe'>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Sends a REGISTER on the current flow for this grant's identity, asking for this life in s; `toProxy` as in `present`. */
  readonly register: (grant: Grant, toProxy: boolean, expiresS: number) => void;
  /** Requests carry this grant from now on; `toProxy`: as Proxy-Authorization too. */
  readonly present: (grant: Grant, toProxy: boolean) => void;
  readonly onChange: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  /** Registered over another flow, after a loss or because this computer's addresses changed (`moved`). */
  readonly onRestored: (moved: boolean) => void;
}

/** One identity, kept registered from `start` to `stop`. */
export interface RegistrationKeeper {
  readonly state: () => Registration;
  /** The grant in use, or null. */
  readonly grant: () => Grant | null;
  readonly start: () => void;
  readonly stop: () => void;
  readonly reconnectNow: () => void;
  readonly networkChanged: (change: NetworkChange) => void;
  readonly flowLost: (end: FlowEnd) => void;
  /** A server answered the connect under way, and chose another subprotocol than SIP. */
  readonly noSip: () => void;
  /** A REGISTER left, be it one that JsSIP sends to answer a challenge. */
  readonly registerSent: () => void;
  readonly registerAnswered: (answer: RegisterAnswer) => void;
  /** An INVITE was refused. Null: another token would not help. Else one is minted: true once requests carry it. */
  readonly presentAnother: (requestUri: string, refusal: AuthRefusal) => Promise<boolean> | null;
}
