/** Calls to a line's assistant. */
import { z } from 'zod';
import { voiceCallId, voiceEnded, voicePlace, voicePlaced, voiceToolCall, voiceToolOutput } from '../call/voice';
import type { Channel } from './channel';

export const voiceChannels = {
  /** Calls the line's assistant: main mints, sends the offer on, and answers with the answer. */
  'voice.place': { input: voicePlace, output: voicePlaced, windows: ['phone'], line: true },
  /** Ends the call at the system; for a call that is over already it succeeds too. */
  'voice.hangUp': { input: z.strictObject({ callId: voiceCallId }), output: z.null(), windows: ['phone'] },
  /** Runs a tool that the assistant of a live call asked for, if the line has it. */
  'voice.tool': { input: voiceToolCall, output: voiceToolOutput, windows: ['phone'] },
} as const satisfies Record<string, Channel>;

export const voiceNotifications = {
  'voice.ended': voiceEnded,
} as const satisfies Record<string, z.ZodType>;
