/** What a window sees and hears of the phone: the snapshot, the events and the sounds, and when each of them is told. */
import type { Clock } from '../../base/clock';
import type { EngineEvent, PhoneSnapshot, Sound, UserAgent } from '../port/user-agent';

export interface PhoneViewDeps {
  readonly clock: Clock;
  /** The state as it is now. */
  readonly read: () => PhoneSnapshot;
  readonly readSounds: () => readonly Sound[];
}

export interface PhoneView extends Pick<UserAgent, 'snapshot' | 'subscribe' | 'onEvent' | 'sounds' | 'onSounds'> {
  /** Something in the snapshot or among the sounds changed. */
  readonly changed: () => void;
  readonly tell: (event: EngineEvent) => void;
  /**
   * A call is being placed: drawing it would hold its INVITE up, and the sound of an answer that comes at once, longer than either takes.
   * Changes are told again after `UNSEEN`, or `UNHEARD` when the call is answered by then, or with `showNow`; then the promise resolves.
   */
  readonly holdBack: () => Promise<void>;
  readonly showNow: () => void;
}

/** How long a new call may stay unseen while its INVITE is made and a phone that answers by itself answers, ms. */
const UNSEEN = 40;
/** How long when it was answered by then, for its first sound, ms. */
const UNHEARD = 100;

/** Creates the view; nothing is told before `changed`. */
export function createPhoneView({ clock, read, readSounds }: PhoneViewDeps): PhoneView {
  const listeners = new Set<() => void>();
  const eventListeners = new Set<(event: EngineEvent) => void>();
  const soundListeners = new Set<() => void>();
  let shown: PhoneSnapshot | null = null;
  let sounds: readonly Sound[] = [];
  /** Not null while changes are held back. */
  let release: (() => void) | null = null;

  const kept = <Listener>(set: Set<Listener>, listener: Listener): (() => void) => {
    set.add(listener);
    return () => void set.delete(listener);
  };
  const snapshot = (): PhoneSnapshot => (shown ??= read());
  /** Sound waits for no drawing: Chromium takes no packet in before somebody plays the track. */
  const tellSounds = (): void => {
    const now = readSounds();
    if (
      now.length === sounds.length &&
      now.every(({ callId, stream }, n) => sounds[n]?.callId === callId && sounds[n].stream === stream)
    )
      return;
    sounds = now;
    for (const listener of [...soundListeners]) listener();
  };
  const changed = (): void => {
    shown = null;
    tellSounds();
    if (release === null) for (const listener of [...listeners]) listener();
  };
  const isAnswered = (): boolean => {
    const { activeCallId, calls } = read();
    return calls.some(({ id, phase }) => id === activeCallId && phase === 'active');
  };

  return {
    snapshot,
    subscribe: (listener) => kept(listeners, listener),
    onEvent: (listener) => kept(eventListeners, listener),
    sounds: () => sounds,
    onSounds: (listener) => kept(soundListeners, listener),
    changed,
    tell: (event) => {
      for (const listener of [...eventListeners]) listener(event);
    },
    holdBack: () => {
      release?.();
      return new Promise((resolve) => {
        const show = (): void => release?.();
        let cancel = clock.after(UNSEEN, () => {
          if (isAnswered()) cancel = clock.after(UNHEARD - UNSEEN, show);
          else show();
        });
        release = () => {
          cancel();
          release = null;
          changed();
          resolve();
        };
      });
    },
    showNow: () => release?.(),
  };
}
