/** A grant that main renewed ahead of its expiry: on the flow that there is, or make-before-break on another one. */
import type { Grant } from '../../../contracts/profile/grant';
import { isLoopbackUrl } from '../../../contracts/base/loopback';
import { openBesideWithin, retryDelay } from '../base/retry-policy';
import { tokenMinted } from '../port/messages';
import type { UpgradeAnswer } from '../port/user-agent';
import { isBoundToFlow, isForSameGateway } from '../wire/presented-socket';
import type { RegistrationDeps } from './registration-keeper';
import type { UntriedKey } from './untried-key';

/** What a renewal asks of the registration that it renews. */
export interface RenewalDeps extends Pick<RegistrationDeps, 'grants' | 'clock' | 'random' | 'onEvent'> {
  readonly socket: Pick<RegistrationDeps['socket'], 'connect' | 'isUp'>;
  /** Whether the gateway may not know the key of a token that is tried. */
  readonly untried: Pick<UntriedKey, 'tries' | 'refused' | 'delay' | 'unknown'>;
  /** The grant that is used now, or null. */
  readonly inUse: () => Grant | null;
  readonly isRunning: () => boolean;
  readonly isRegistered: () => boolean;
  /** Requests carry this grant from now on; register with it. */
  readonly onThisFlow: (fresh: Grant) => void;
  /** A flow was opened with this grant; register over it. */
  readonly onNewFlow: (fresh: Grant) => void;
  /** Which key the gateway does not know may be another one now, or none. */
  readonly onUnknownKey: () => void;
}

/** The renewal of one registration; nothing happens unless that is registered. */
export interface Renewal {
  /** Register with this grant; a flow that can't be opened is tried again while the one before has a token that lives. */
  readonly with: (fresh: Grant) => void;
  /** What main saw of a connect. True: it was one of this renewal's. */
  readonly answered: (answer: UpgradeAnswer) => boolean;
  /** The gateway does not know the key of the newest token: another one is tried when that is due, or at once. */
  readonly again: (when: 'later' | 'now') => void;
  /** No further try. */
  readonly stop: () => void;
}

/** So many tries follow each other fast: a packet was lost. */
const HURRIED = 2;
const SLOWEST_MS = 60_000;

/** Creates the renewal; it does nothing by itself. */
export function createRenewal(deps: RenewalDeps): Renewal {
  const { clock, socket, untried } = deps;
  let cancel: () => void = () => undefined;
  /** Counts tries: what becomes of an older one is of no interest. */
  let turn = 0;
  /** The grant of the last connect, until another one is used or tried. */
  let trying: Grant | null = null;
  /** The try whose token was refused because of its key. */
  let refusedTurn = 0;

  const stop = (): void => {
    cancel();
    turn += 1;
    trying = null;
  };
  const tryAgain = (delay: number, tries: number): void => {
    cancel();
    cancel = clock.after(delay, () => {
      const mine = turn;
      void deps.grants.get().then((fresh) => {
        if (mine !== turn) return;
        if (fresh.ok) void renew(fresh.value, tries);
        else if (untried.unknown() !== null) tryAgain(untried.delay(), tries);
      });
    });
  };

  async function renew(fresh: Grant, tries: number): Promise<void> {
    stop();
    if (!deps.isRegistered() || !socket.isUp()) return;
    untried.tries(fresh);
    deps.onUnknownKey();
    if (!isBoundToFlow(fresh.presentation) && isForSameGateway(deps.inUse(), fresh)) {
      deps.onThisFlow(fresh);
      return;
    }
    const mine = turn;
    trying = fresh;
    const open = await socket.connect(fresh, openBesideWithin(tries));
    if (!deps.isRunning() || mine !== turn) return;
    if (open) {
      trying = null;
      deps.onNewFlow(fresh);
      return;
    }
    // Main's word was there first.
    if (refusedTurn === mine) return;
    deps.onEvent(tokenMinted(fresh));
    // The old flow stays; as long as the registration's token lives there is time for another try, and no hurry.
    const delay = Math.max(
      tries < HURRIED ? 0 : Math.min(SLOWEST_MS, 1_000 * 2 ** tries),
      retryDelay({ failures: tries, random: deps.random(), onThisComputer: isLoopbackUrl(fresh.url) === true }),
    );
    if (clock.now() + delay >= fresh.expiresAt) return;
    tryAgain(delay, tries + 1);
  }

  const again = (when: 'later' | 'now'): void => tryAgain(when === 'now' ? 0 : untried.delay(), 0);
  return {
    with: (fresh) => void renew(fresh, 0),
    answered: (answer) => {
      if (trying === null) return false;
      if (refusedTurn !== turn && untried.refused(trying, { at: 'upgrade', answer }) !== null) {
        refusedTurn = turn;
        deps.onUnknownKey();
        again('later');
      }
      return true;
    },
    again,
    stop,
  };
}
