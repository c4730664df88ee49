/** The Practice line's retired key, for one token life: its gateway is ours, so nobody has to remove it there. */
import type { RetiredKey } from '../../contracts/profile/profile';
import type { Clock } from '../base/clock';
import type { Secret } from '../secrets/secret';

export interface RetiredPracticeKey {
  readonly key: () => RetiredKey | null;
  readonly secret: () => Secret | null;
  /** The key signs no more; tokens that it signed live at most `lifeS` seconds longer. */
  readonly retire: (key: RetiredKey, secret: Secret, lifeS: number) => void;
  readonly forget: () => void;
}

/** `onEnd` is called when the last token of the retired key has died. */
export function createRetiredPracticeKey(clock: Pick<Clock, 'after'>, onEnd: () => void): RetiredPracticeKey {
  let held: { readonly key: RetiredKey; readonly secret: Secret; readonly cancel: () => void } | null = null;
  const forget = (): void => {
    held?.cancel();
    held = null;
  };
  return {
    key: () => held?.key ?? null,
    secret: () => held?.secret ?? null,
    forget,
    retire: (key, secret, lifeS) => {
      forget();
      const cancel = clock.after(lifeS * 1000, () => {
        held = null;
        onEnd();
      });
      held = { key, secret, cancel };
    },
  };
}
