/** The path of one call's sound: when it broke, when it is given up, and whether a new one that was agreed carries anything. */
import type { Clock } from '../../base/clock';

export interface SoundPathPorts {
  readonly clock: Clock;
  readonly wantNewPath: () => void;
  /** The path broke (once for each break). */
  readonly onDown: () => void;
  readonly onBack: () => void;
  /** It stayed away too long. */
  readonly onGivenUp: () => void;
}

export interface SoundPath {
  readonly isDown: () => boolean;
  readonly lost: () => void;
  readonly back: () => void;
  /** A new path was agreed with the far end. */
  readonly agreed: () => void;
  readonly stop: () => void;
}

/** How long the sound may stay away before the call is given up: the other phone goes on as long, if it is like this one. */
const SOUND_GRACE = 90_000;
/** A new path that was agreed carries the sound by then, or another one is tried. */
const PATH_WITHIN = 4_000;

/** A path that is not down. */
export function createSoundPath({ clock, wantNewPath, onDown, onBack, onGivenUp }: SoundPathPorts): SoundPath {
  let down = false;
  let cancelGrace: () => void = () => undefined;
  let cancelCheck: () => void = () => undefined;
  return {
    isDown: () => down,
    lost: () => {
      if (!down) {
        down = true;
        cancelGrace = clock.after(SOUND_GRACE, onGivenUp);
        onDown();
      }
      wantNewPath();
    },
    back: () => {
      cancelGrace();
      cancelCheck();
      down = false;
      onBack();
    },
    agreed: () => {
      if (!down) return;
      cancelCheck();
      cancelCheck = clock.after(PATH_WITHIN, () => {
        if (down) wantNewPath();
      });
    },
    stop: () => {
      cancelGrace();
      cancelCheck();
    },
  };
}
