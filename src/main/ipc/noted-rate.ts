/**
 * How often a window may do what leaves a line of its own in the audit log. What is refused is counted there (line-floods.ts), grants and tests have
 * rates of their own; without this one a page could lock and unlock, or save a profile, until the log's older lines are rotated out.
 */
import type { Channel } from '../../contracts/ipc/channel';
import { channels } from '../../contracts/ipc/ipc';
import type { ChannelName } from '../../contracts/ipc/ipc-names';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { Clock } from '../base/clock';
import { createTokenBuckets } from '../base/token-bucket';

/** Of all these channels together; the phone's own have each theirs, so that a page that used them up keeps nobody locked out. A person does a handful a minute, and rarely so many in an hour. */
export const NOTED_RATE = { burst: 100, perSecond: 0.1 };

/** Fails with `rate-limited`. */
export function createNotedRate(clock: Pick<Clock, 'monotonic'>): (channel: ChannelName) => Result<null> {
  const take = createTokenBuckets(clock);
  return (name) => {
    const channel: Channel = channels[name];
    const retryAfterMs = channel.noted === true ? take(name.startsWith('phone.') ? name : 'desk', NOTED_RATE) : null;
    return retryAfterMs === null
      ? ok(null)
      : fail('rate-limited', 'That was done too often in a short while. Wait a moment and try again.', 'retry', {
          retryAfterMs,
        });
  };
}
