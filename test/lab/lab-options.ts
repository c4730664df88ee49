/** What a lab can be told at its start. */
import type { Presentation } from '../../src/contracts/profile/profile';
import type { BaresipCodec } from './baresip';

/** How Kamailio wants the token, by the names that a profile has for it. */
export type LabPresentation = Presentation['kind'];

export interface LabOptions {
  /** Default `query`. */
  readonly presentation?: LabPresentation;
  /** With `bearer`: the header that holds the token. Default `Authorization` (then with `Bearer ` before it); any other holds the token alone. */
  readonly bearerHeader?: string;
  /** The IPv4 address that everything listens on; must be one of this machine or namespace. Default `127.0.0.1`. */
  readonly address?: string;
  /** Also `wss://`, and the ports with wrong certificates. Default false. */
  readonly tls?: boolean;
  /** More host names or addresses for the certificate than 127.0.0.1, localhost and `address`. */
  readonly certificateNames?: readonly string[];
  /** Default 3600: the longest life of a token that Kamailio takes, in s. */
  readonly maxTokenLifeS?: number;
  /** After so many s of silence Kamailio pings a WebSocket, and drops it when no pong comes. Default 20. */
  readonly keepaliveS?: number;
  /** Kamailio gives up a call that nobody answers for so many ms. Default 60000. */
  readonly answerWithinMs?: number;
  /** The codec of `bob`. Default `PCMU`. */
  readonly codec?: BaresipCodec;
  /** Whether `bob` takes calls by himself. Default `auto`. */
  readonly answerMode?: 'auto' | 'manual';
}
