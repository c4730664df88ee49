/** What no flow could take: given up with an answer of our own, kept for the next flow, or still ringing at a far end. */
import type { Clock } from '../../base/clock';
import { TIMER_F_MS } from './open-requests';
import { cancelOf, localResponse, type WireMessage } from './sip-wire';

export interface Undelivered {
  /** It may be sent over the next flow. */
  readonly keep: (text: string) => void;
  /** What was kept and still makes sense, in order; each is returned once. */
  readonly takeKept: () => readonly string[];
  /** A request that can't wait for another flow is answered on the spot as if the gateway had said 503. */
  readonly giveUp: (request: WireMessage) => void;
  /** True, once: this is the branch of a request that was given up, and an ACK of it stays here. */
  readonly takeGivenUp: (branch: string) => boolean;
  /** A first INVITE was given up while the gateway may let the far end ring. */
  readonly mayRing: (invite: string) => void;
  /** The CANCELs that tell the gateway by another flow; each is returned once. */
  readonly takeCancels: () => readonly string[];
  readonly clear: () => void;
}

/** How long a call that was given up may go on ringing elsewhere, ms; gateways give up earlier. */
const RINGS_AT_MOST_MS = 180_000;

/** `answer` gets the responses that are made up here. */
export function createUndelivered(clock: Clock, answer: (text: string) => void): Undelivered {
  /** First INVITEs that were given up, and when (ms since the epoch). */
  let orphans: { readonly invite: string; readonly at: number }[] = [];
  /** Written while no flow was up, and when. */
  let kept: { readonly text: string; readonly at: number }[] = [];
  const givenUp = new Set<string>();
  return {
    keep: (text) => void kept.push({ text, at: clock.now() }),
    takeKept: () => {
      const written = kept;
      kept = [];
      // The stack has given up on what is older; an answer would meet nobody. A BYE is worth sending even so.
      return written
        .filter(({ text, at }) => clock.now() - at < TIMER_F_MS || text.startsWith('BYE '))
        .map(({ text }) => text);
    },
    giveUp: (request) => {
      givenUp.add(request.branch);
      answer(localResponse(request, 503, 'Connection Lost'));
    },
    takeGivenUp: (branch) => givenUp.delete(branch),
    mayRing: (invite) => void orphans.push({ invite, at: clock.now() }),
    takeCancels: () => {
      const ringing = orphans.filter(({ at }) => clock.now() - at < RINGS_AT_MOST_MS);
      orphans = [];
      return ringing.map(({ invite }) => cancelOf(invite));
    },
    clear: () => {
      orphans = [];
      kept = [];
    },
  };
}
