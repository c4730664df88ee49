/** Keeps the small incoming window in step with the calls that ring, and does what is pressed there. */
import type { Call, IncomingAnnouncement } from '../../contracts/call/call';
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import type { Profile } from '../../contracts/profile/profile';
import type { Settings } from '../../contracts/settings';
import { canAnswer } from './call-views';
import type { PhoneStore } from './phone-store';
import type { Store } from '../base/store';

/** What main is told about a call; the network's texts are cut to what it accepts. The line's name and environment main knows by itself. */
export function announcementOf(call: Call): IncomingAnnouncement {
  const number = call.peer.user === '' ? call.peer.uri.replace(/^sips?:/, '') : call.peer.user;
  const name = call.peer.displayName.trim() === '' ? number : call.peer.displayName;
  return {
    callId: call.id,
    name: name.slice(0, 120),
    number: number.slice(0, 120),
    profileId: call.profileId,
    sipCallId: call.sipCallId ?? call.id,
    ...(call.peer.confirmed === true ? { confirmed: true } : {}),
  };
}

export interface IncomingWindowParts {
  readonly api: RingfenceApi;
  readonly phone: PhoneStore;
  readonly settings: Store<Settings>;
  /** The line in use; null: there is none, and nothing rings. */
  readonly line: () => Pick<Profile, 'name' | 'environment'> | null;
}

/** Starts keeping step. Call once. */
export function followIncoming({ api, phone, settings, line }: IncomingWindowParts): void {
  let announced: ReadonlySet<string> = new Set();
  function follow(): void {
    // Do not disturb: the call shows in the phone's own window only.
    const inUse = line();
    const ringing = settings.get().doNotDisturb || inUse === null ? [] : phone.get().calls.filter(canAnswer);
    const now = new Set(ringing.map((call) => call.id));
    for (const call of ringing)
      if (inUse !== null && !announced.has(call.id)) void api.invoke('calls.notifyIncoming', announcementOf(call));
    for (const callId of announced) if (!now.has(callId)) void api.invoke('calls.dismissIncoming', { callId });
    announced = now;
  }
  phone.subscribe(follow);
  settings.subscribe(follow);
  api.subscribe('calls.incomingAction', ({ callId, action }) => {
    if (action === 'answer') phone.act(callId, { verb: 'answer' });
    else phone.act(callId, { verb: 'end' });
  });
}
