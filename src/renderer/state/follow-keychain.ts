/** A keychain that asked a person and has answered: what was refused for that reason is tried at once. */
import type { Failure } from '../../contracts/base/result';
import type { ProfilesSnapshot } from '../../contracts/profile/profile';
import type { Store } from '../base/store';

export interface KeychainFollowed {
  readonly profiles: Store<ProfilesSnapshot | null>;
  readonly phone: Store<{ readonly registration: { readonly phase: string } }> & {
    readonly reconnectNow: () => void;
  };
  /** Why main gave the line no grant. */
  readonly grantFailure: Store<Failure | null>;
  readonly lineEvents: Store<{ readonly failure: Failure | null }> & { readonly reconnectNow: () => void };
}

export function followKeychain({ profiles, phone, grantFailure, lineEvents }: KeychainFollowed): void {
  let [phoneAsked, eventsAsked] = [false, false];
  // Main's word comes as an answer and as news, and either may be first.
  const look = (): void => {
    const snapshot = profiles.get();
    const state = snapshot?.keys.find(({ profileId }) => profileId === snapshot.activeProfileId)?.state;
    if (state === 'asking') phoneAsked = eventsAsked = true;
    else {
      const waits = phone.get().registration.phase === 'waiting' && grantFailure.get()?.reason === 'keychain-asks';
      if (phoneAsked && waits) {
        phoneAsked = false;
        phone.reconnectNow();
      }
      if (eventsAsked && lineEvents.get().failure?.reason === 'keychain-asks') {
        eventsAsked = false;
        lineEvents.reconnectNow();
      }
    }
  };
  for (const store of [profiles, phone, grantFailure, lineEvents]) store.subscribe(look);
}
