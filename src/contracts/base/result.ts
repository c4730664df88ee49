/**
 * Expected failures are data (an exception is a bug). A failure carries a reason from a closed set, one sentence for
 * the person, and one action that the person can take. Free of zod: the phone window starts without it.
 */
/** Why something could not be done. Closed: a new reason is a decision, not a string. */
export const failureReasons = [
  'unknown-channel', // the IPC channel is not declared
  'forbidden-sender', // the frame or window may not use this channel
  'invalid-input', // the input does not fit the channel's schema
  'unknown-profile',
  'unknown-purpose', // the profile's policy does not allow this purpose
  'rate-limited',
  'key-absent', // no key was ever saved for this profile
  'key-locked', // a key was saved, and the keychain is locked
  'key-removed', // a key was saved, and it is no longer in the keychain
  'key-unusable', // what was offered, or is in the keychain, is no key (empty, too short, wrong shape)
  'keychain-unavailable',
  'keychain-asks', // a person has to answer its dialog first, or it is slow
  'keychain-refused', // a person or the system said no
  'clipboard-empty',
  'cancelled', // the person closed the dialog
  'profile-invalid',
  'file-damaged',
  'file-unreadable',
  'gateway-unavailable',
  'provider-refused',
  'provider-unreachable',
  'proxy-refused', // the network's proxy wants a password, or lets nothing through
  'certificate-refused', // TLS: the gateway's certificate is not trusted, expired, or for another host
  'clock-skewed', // this computer's clock is more than 60 s off
  'port-taken',
  'microphone-unavailable', // refused by the system, not there, or held by another program
  'dial-denied', // a dial rule of the line's policy
  'too-many-calls', // as many as the line's policy lets it have at a time
  'outside-hours', // the line places no calls now
  'managed', // the admin's policy file fixes this value
  'admin-locked', // needs the admin's passphrase
  'wrong-passphrase',
  'locked', // the agent or the screen lock locked the phone
  'environment-mixed', // a key or identity of production in another environment, or the other way round
  'balance-exhausted', // the provider's account has no money left
  'not-ready', // the provider is still setting up the line
  'answer-invalid', // the provider answered something that is no token
  'audit-unwritten', // the policy wants every line of the audit log kept, and one is not
  'internal', // a bug: details are in main's log, never in the message
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** What the person can do about it; the UI turns each into one button. */
export const failureActions = [
  'none',
  'retry',
  'open-keys',
  'open-profiles',
  'show-log',
  'paste-key',
  'unlock-keychain',
  'install-keychain',
  'choose-microphone',
  'check-clock',
  'check-number',
  'unlock-admin',
  'unlock-phone',
] as const;
export type FailureAction = (typeof failureActions)[number];

/** An expected failure; its schema is in result-schema.ts. */
export interface Failure {
  readonly reason: FailureReason;
  /** One plain sentence, at most 300 characters, without secrets. */
  readonly sentence: string;
  readonly action: FailureAction;
  /** Codes and particulars for the "Details" fold; never a secret. */
  readonly details?: string | undefined;
  /** Milliseconds to wait before another try makes sense. */
  readonly retryAfterMs?: number | undefined;
}

/** The outcome of something that may be refused. `F` is the failure's type. */
export type Result<T, F = Failure> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F };

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
