/** The accessible names of a call's buttons, as the README lists them: here alone, so that a test says what it presses and not how that is called. */
export const BUTTON = {
  mute: /^Mute$/,
  unmute: 'Muted, unmute',
  hold: /^Hold$/,
  /** On the large card and in the call bar, and on the line of a call that waits. */
  resume: /^(?:On hold, resume|Resume)$/,
  keypad: 'Keypad',
  end: 'End, hang up',
  answer: 'Answer',
  decline: 'Decline',
  callAgain: 'Call again',
  callBack: 'Call back',
  dismiss: 'Dismiss',
} as const;
