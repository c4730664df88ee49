/** What kept a line from its tokens, and goes by itself: a keychain that asks a person, an audit log that must be kept and is not. Once it is gone, the line tries at once. */
import type { Failure, FailureReason } from '../../contracts/base/result';
import type { ProfilesSnapshot } from '../../contracts/profile/profile';
import type { Store } from '../base/store';

export interface Followed {
  readonly profiles: Store<ProfilesSnapshot | null>;
  readonly phone: Store<{ readonly registration: { readonly phase: string } }> & {
    readonly reconnectNow: () => void;
  };
  /** Why main gave the line no grant. */
  readonly grantFailure: Store<Failure | null>;
  readonly lineEvents: Store<{ readonly failure: Failure | null }> & { readonly reconnectNow: () => void };
}

interface Obstacle {
  /** How main refuses while it stands. */
  readonly reason: FailureReason;
  readonly stands: (snapshot: ProfilesSnapshot | null) => boolean;
}

const OBSTACLES: readonly Obstacle[] = [
  {
    reason: 'keychain-asks',
    stands: (snapshot) =>
      snapshot?.keys.find(({ profileId }) => profileId === snapshot.activeProfileId)?.state === 'asking',
  },
  { reason: 'audit-unwritten', stands: (snapshot) => (snapshot?.auditNotice ?? null) !== null },
];

function follow({ profiles, phone, grantFailure, lineEvents }: Followed, { reason, stands }: Obstacle): void {
  let [phoneMet, eventsMet] = [false, false];
  // Main's word comes as an answer and as news, and either may be first.
  const look = (): void => {
    if (stands(profiles.get())) phoneMet = eventsMet = true;
    else {
      const waits = phone.get().registration.phase === 'waiting' && grantFailure.get()?.reason === reason;
      if (phoneMet && waits) {
        phoneMet = false;
        phone.reconnectNow();
      }
      if (eventsMet && lineEvents.get().failure?.reason === reason) {
        eventsMet = false;
        lineEvents.reconnectNow();
      }
    }
  };
  for (const store of [profiles, phone, grantFailure, lineEvents]) store.subscribe(look);
}

export function followObstacles(followed: Followed): void {
  for (const obstacle of OBSTACLES) follow(followed, obstacle);
}
