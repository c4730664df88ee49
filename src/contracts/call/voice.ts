/** The voice line of an assistant: what a window may say about such a call, and what main says back. The token is in none of it. */
import { z } from 'zod';
import { profileId } from '../profile/profile';

/** SDP (RFC 8866) of at most this many characters is looked at. */
export const LARGEST_SDP = 65_536;

/** A WebRTC offer with audio (RFC 9429): a version line, a fingerprint and an audio section. */
export const sdpOffer = z
  .string()
  .max(LARGEST_SDP)
  .refine(
    (text) => /^v=0\r?\n/.test(text) && /^m=audio /m.test(text) && /^a=fingerprint:/m.test(text),
    'this is no offer of sound',
  );

/** Ours, made by main; the system's own id of a call stays there. */
export const voiceCallId = z.uuid();

export const voicePlace = z.strictObject({ profileId, offer: sdpOffer });
export const voicePlaced = z.object({ callId: voiceCallId, answer: z.string().max(LARGEST_SDP) });
/** `arguments` is the JSON text that the assistant sent; main checks it against the tool's schema. */
export const voiceToolCall = z.strictObject({
  callId: voiceCallId,
  toolCallId: z.string().min(1).max(128),
  name: z.string().min(1).max(64),
  arguments: z.string().max(16_384),
});
/** JSON text for the assistant. */
export const voiceToolOutput = z.object({ output: z.string().max(16_384) });
export type VoiceToolCall = z.infer<typeof voiceToolCall>;

/** Main ended a call: the assistant asked for it or handed over, or the line's policy did. */
export const voiceEnded = z.object({
  callId: voiceCallId,
  cause: z.enum(['hung-up', 'hung-up-by-peer', 'handed-over', 'time-limit']),
  /** A sentence for the person, or ''. It may hold the assistant's words: text only. */
  details: z.string().max(600),
});
export type VoiceEnded = z.infer<typeof voiceEnded>;
