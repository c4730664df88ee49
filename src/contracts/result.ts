/**
 * Expected failures are data (an exception is a bug). A failure carries a reason from a closed set, one sentence for
 * the person, and one action that the person can take.
 */
import { z } from 'zod';

/** Why something could not be done. Closed: a new reason is a decision, not a string. */
export const failureReason = z.enum([
  'unknown-channel', // the IPC channel is not declared
  'forbidden-sender', // the frame or window may not use this channel
  'invalid-input', // the input does not fit the channel's schema
  'unknown-profile',
  'unknown-purpose', // the profile's policy does not allow this purpose
  'rate-limited',
  'key-absent', // no key was ever saved for this profile
  'key-locked', // a key was saved, the keychain does not give it out now
  'key-unusable', // what was offered is no key (empty, too short, wrong shape)
  'keychain-unavailable',
  'clipboard-empty',
  'cancelled', // the person closed the dialog
  'profile-invalid',
  'file-damaged',
  'file-unreadable',
  'gateway-unavailable',
  'provider-refused',
  'provider-unreachable',
  'clock-skewed', // this computer's clock is more than 60 s off
  'port-taken',
  'microphone-unavailable', // refused by the system, not there, or held by another program
  'internal', // a bug: details are in main's log, never in the message
]);
export type FailureReason = z.infer<typeof failureReason>;

/** What the person can do about it; the UI turns each into one button. */
export const failureAction = z.enum([
  'none',
  'retry',
  'open-keys',
  'open-profiles',
  'paste-key',
  'unlock-keychain',
  'install-keychain',
  'choose-microphone',
  'check-clock',
  'check-number',
]);
export type FailureAction = z.infer<typeof failureAction>;

export const failureSchema = z.object({
  reason: failureReason,
  /** One plain sentence, at most 300 characters, without secrets. */
  sentence: z.string().min(1).max(300),
  action: failureAction,
  /** Codes and particulars for the "Details" fold; never a secret. */
  details: z.string().max(1000).optional(),
  /** Milliseconds to wait before another try makes sense. */
  retryAfterMs: z.number().nonnegative().optional(),
});
export type Failure = z.infer<typeof failureSchema>;

/** The outcome of something that may be refused. `F` is the failure's type. */
export type Result<T, F = Failure> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F };

/** Wraps a value as a success. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** Builds a failed `Result`; `sentence` is what the person reads. */
export function fail(
  reason: FailureReason,
  sentence: string,
  action: FailureAction = 'none',
  more: Pick<Failure, 'details' | 'retryAfterMs'> = {},
): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { reason, sentence, action, ...more } };
}

/** The schema of a `Result` whose value fits `value`. */
export function resultSchema<S extends z.ZodType>(value: S) {
  return z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), failure: failureSchema }),
  ]);
}
