/** Calls of the phone, and the small window of those that come in. */
import { z } from 'zod';
import { incomingAnnouncement, incomingNotice } from '../call/call';
import { lostCalls, MOST_CALLS_UNDER_WAY } from '../call/lost-calls';
import { profileId } from '../profile/profile';
import { nothing, type Channel } from './channel';

export const callsChannels = {
  /** Whether the line may call what the agent typed, now; `notice` is to be shown before anything else. */
  'calls.authorize': {
    input: z.strictObject({ profileId, target: z.string().max(256) }),
    /** `emergency`: it passes every rule and limit of ours. */
    output: z.object({ notice: z.string().max(300).nullable(), emergency: z.boolean() }),
    windows: ['phone'],
    line: true,
  },
  /** Shown only if main has seen this call come in; fails with `cancelled` otherwise, and where four ring already. */
  'calls.notifyIncoming': { input: incomingAnnouncement, output: z.null(), windows: ['phone'] },
  'calls.dismissIncoming': {
    input: z.strictObject({ callId: z.string().max(128) }),
    output: z.null(),
    windows: ['phone'],
  },
  /**
   * How many calls are up, on hold or ringing in the window. While there is one, main asks before the window closes; should the window or the app end badly,
   * the next start tells of them. A lie costs a sentence, a question, or the lack of one.
   */
  'calls.underWay': {
    input: z.strictObject({ calls: z.number().int().min(0).max(MOST_CALLS_UNDER_WAY) }),
    output: z.null(),
    windows: ['phone'],
  },
  /** The calls that the window or the run before lost, until somebody has read of them. */
  'calls.lost': { input: nothing, output: lostCalls.nullable(), windows: ['phone'] },
  'calls.lostRead': { input: nothing, output: z.null(), windows: ['phone'] },
  'incoming.current': { input: nothing, output: z.array(incomingNotice).max(4), windows: ['incoming'] },
  'incoming.act': {
    input: z.strictObject({ callId: z.string().max(128), action: z.enum(['answer', 'decline']) }),
    output: z.null(),
    windows: ['incoming'],
  },
} as const satisfies Record<string, Channel>;

export const callsNotifications = {
  'calls.incomingAction': z.object({ callId: z.string(), action: z.enum(['answer', 'decline']) }),
  /** Somebody chose Call in the menu of a right click; `''`: what stands in the number field. */
  'calls.dialAsked': z.object({ text: z.string().max(256) }),
  'incoming.changed': z.array(incomingNotice),
} as const satisfies Record<string, z.ZodType>;
