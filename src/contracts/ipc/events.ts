/** Calls that a line's own system knows. */
import { z } from 'zod';
import { callUuid, remoteSnapshot } from '../call/remote-call-schema';
import { profileId } from '../profile/profile';
import type { Channel } from './channel';

export const eventsChannels = {
  /** The calls that the line's own system knows now; its events are laid over them. The same answer serves all who ask within a second. */
  'events.snapshot': { input: z.strictObject({ profileId }), output: remoteSnapshot, windows: ['phone'], line: true },
  /** Ends a call at the line's own system; for one that is over already it succeeds too. */
  'events.endCall': {
    input: z.strictObject({ profileId, callUuid }),
    output: z.null(),
    windows: ['phone'],
    line: true,
  },
} as const satisfies Record<string, Channel>;
