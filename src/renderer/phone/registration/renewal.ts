/** A grant that main renewed ahead of its expiry: on the flow that there is, or make-before-break on another one. */
import type { Grant } from '../../../contracts/profile/grant';
import { isLoopbackUrl } from '../../../contracts/base/loopback';
import { openBesideWithin, retryDelay } from '../base/retry-policy';
import { tokenMinted } from '../port/messages';
import { isBoundToFlow, isForSameGateway } from '../wire/presented-socket';
import type { RegistrationDeps } from './registration-keeper';

/** What a renewal asks of the registration that it renews. */
export interface RenewalDeps extends Pick<RegistrationDeps, 'grants' | 'clock' | 'random' | 'onEvent'> {
  readonly socket: Pick<RegistrationDeps['socket'], 'connect' | 'isUp'>;
  /** The grant that is used now, or null. */
  readonly inUse: () => Grant | null;
  readonly isRunning: () => boolean;
  readonly isRegistered: () => boolean;
  /** Requests carry this grant from now on; register with it. */
  readonly onThisFlow: (fresh: Grant) => void;
  /** A flow was opened with this grant; register over it. */
  readonly onNewFlow: (fresh: Grant) => void;
}

/** The renewal of one registration; nothing happens unless that is registered. */
export interface Renewal {
  /** Register with this grant; a flow that can't be opened is tried again while the one before has a token that lives. */
  readonly with: (fresh: Grant) => void;
  /** No further try. */
  readonly stop: () => void;
}

/** So many tries follow each other fast: a packet was lost. */
const HURRIED = 2;
const SLOWEST_MS = 60_000;

/** Creates the renewal; it does nothing by itself. */
export function createRenewal(deps: RenewalDeps): Renewal {
  const { clock, socket } = deps;
  let cancel: () => void = () => undefined;

  async function renew(fresh: Grant, tries: number): Promise<void> {
    cancel();
    if (!deps.isRegistered() || !socket.isUp()) return;
    if (!isBoundToFlow(fresh.presentation) && isForSameGateway(deps.inUse(), fresh)) {
      deps.onThisFlow(fresh);
      return;
    }
    const open = await socket.connect(fresh, openBesideWithin(tries));
    if (!deps.isRunning()) return;
    if (open) {
      deps.onNewFlow(fresh);
      return;
    }
    deps.onEvent(tokenMinted(fresh));
    // The old flow stays; as long as the registration's token lives there is time for another try, and no hurry.
    const delay = Math.max(
      tries < HURRIED ? 0 : Math.min(SLOWEST_MS, 1_000 * 2 ** tries),
      retryDelay({ failures: tries, random: deps.random(), onThisComputer: isLoopbackUrl(fresh.url) === true }),
    );
    if (clock.now() + delay >= fresh.expiresAt) return;
    cancel = clock.after(delay, () => {
      void deps.grants.get().then((again) => {
        if (again.ok) void renew(again.value, tries + 1);
      });
    });
  }

  return { with: (fresh) => void renew(fresh, 0), stop: () => cancel() };
}
