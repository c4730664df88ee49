/** The window's words for the phone's states. Each table is complete by its type: a new state does not compile without its words. */
import type { Call, CallProblem, EndCause, Registration } from '../../../contracts/call/call';
import type { Environment } from '../../../contracts/profile/profile';
import type { Failure, FailureAction } from '../../../contracts/base/result';
import { partyName } from './format';

/** Why a call ended: a few words for the card and a sentence for the agent. */
export interface EndMessage {
  readonly title: string;
  readonly sentence: string;
  /** Was it what somebody wanted (muted) or did something go wrong (red)? */
  readonly tone: 'calm' | 'bad';
}

export const END_MESSAGES: Readonly<Record<EndCause, EndMessage>> = {
  'hung-up': { title: 'Call ended', sentence: 'You ended the call.', tone: 'calm' },
  'hung-up-by-peer': { title: 'Call ended', sentence: 'They hung up.', tone: 'calm' },
  cancelled: { title: 'Cancelled', sentence: 'You cancelled before they answered.', tone: 'calm' },
  'cancelled-by-caller': { title: 'Missed call', sentence: 'They gave up before you answered.', tone: 'bad' },
  'answered-elsewhere': {
    title: 'Answered elsewhere',
    sentence: 'Another phone on this line took the call.',
    tone: 'calm',
  },
  'declined-elsewhere': {
    title: 'Declined elsewhere',
    sentence: 'Another phone on this line declined the call.',
    tone: 'calm',
  },
  declined: { title: 'Declined', sentence: 'You declined the call.', tone: 'calm' },
  'declined-by-peer': { title: 'Declined', sentence: 'They declined the call.', tone: 'bad' },
  busy: { title: 'Busy', sentence: 'They are in another call.', tone: 'bad' },
  'no-answer': { title: 'No answer', sentence: 'Nobody answered.', tone: 'bad' },
  'not-found': { title: 'Not found', sentence: 'This number or name does not exist: check it.', tone: 'bad' },
  refused: { title: 'Refused', sentence: 'The gateway does not let this line call there.', tone: 'bad' },
  'not-acceptable': {
    title: 'No common sound',
    sentence: 'The two phones have no way of sending sound in common.',
    tone: 'bad',
  },
  'redirect-forbidden': {
    title: 'Not called',
    sentence: 'They are redirected to a number that this line may not call: Details say which rule.',
    tone: 'bad',
  },
  unreachable: {
    title: 'Unreachable',
    sentence: 'The call could not get through: try again in a moment.',
    tone: 'bad',
  },
  'handed-over': { title: 'Over to you', sentence: 'The assistant hands over to you.', tone: 'calm' },
  'time-limit': {
    title: 'Call ended',
    sentence: 'The call reached the longest time that this line allows.',
    tone: 'calm',
  },
  'connection-lost': { title: 'Connection lost', sentence: 'The connection broke during the call.', tone: 'bad' },
  microphone: { title: 'No microphone', sentence: 'The microphone could not be used for this call.', tone: 'bad' },
  'media-failed': {
    title: 'No sound',
    sentence: 'The sound could not be set up: check the servers in the profile.',
    tone: 'bad',
  },
  failed: { title: 'Call failed', sentence: 'Something went wrong: Details hold the code.', tone: 'bad' },
};

/** A problem that the agent can mend while the call goes on. */
export const PROBLEM_MESSAGES: Readonly<
  Record<
    CallProblem,
    { readonly sentence: string; readonly button: 'Choose another' | 'Choose one' | 'Try again' | null }
  >
> = {
  'microphone-refused': {
    sentence: 'Ringfence may not use the microphone: allow it in the system settings.',
    button: 'Choose another',
  },
  'microphone-missing': { sentence: 'No sound from your microphone: none is connected.', button: 'Choose one' },
  'microphone-busy': { sentence: 'No sound from your microphone: another program holds it.', button: 'Choose another' },
  'hold-failed': { sentence: 'The other side did not accept the hold: you still hear them.', button: 'Try again' },
  'signalling-lost': {
    sentence: 'The gateway lost track of this call. The sound goes on; Hold does not work, Hang up does.',
    button: null,
  },
  'dtmf-failed': { sentence: 'The digits did not get through: press them again.', button: null },
};

/** What stands where the timer stands, while there is none. */
export function phaseWords(call: Call): string {
  switch (call.phase) {
    case 'dialing':
      return 'Calling';
    case 'ringing':
      return 'Ringing';
    case 'connecting':
      return 'Connecting';
    case 'active':
      return 'In a call';
    case 'held':
      return call.hold.byUs ? 'On hold' : 'They put you on hold';
    case 'recovering':
      return 'Reconnecting';
    case 'ended':
      return END_MESSAGES[call.cause].title;
  }
}

/** The registration as one word (two with the seconds to go) and, when something is wrong, a sentence. */
export function registrationWords(
  registration: Registration,
  now: number,
): { readonly word: string; readonly sentence: string; readonly tone: 'good' | 'warn' | 'bad' | 'quiet' } {
  switch (registration.phase) {
    case 'offline':
      return { word: 'Offline', sentence: 'No line is in use.', tone: 'quiet' };
    case 'ready':
      return {
        word: 'Ready',
        sentence: 'This line has nothing to register: it places calls when you want one.',
        tone: 'good',
      };
    case 'connecting':
      return { word: 'Connecting', sentence: 'Opening the connection to the gateway.', tone: 'warn' };
    case 'registering':
      return { word: 'Registering', sentence: 'Telling the gateway that calls for this line come here.', tone: 'warn' };
    case 'registered':
      return { word: 'Registered', sentence: 'Calls for this line come here.', tone: 'good' };
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((registration.retryAt - now) / 1000));
      return { word: seconds > 0 ? `Waiting ${seconds} s` : 'Waiting', sentence: registration.sentence, tone: 'bad' };
    }
  }
}

export const ENVIRONMENT_MESSAGES: Readonly<Record<Environment, string>> = {
  practice: 'Practice',
  development: 'Development',
  staging: 'Staging',
  production: 'Production',
};

/** Said at the dialler of a line whose system carries none. */
export const NO_EMERGENCY_CALLS = 'This line carries no emergency calls: use another phone for those.';

/** Said on the card of a call for as long as the card is there; null on production, where there is nothing to say. */
export function environmentNote(environment: Environment): string | null {
  return environment === 'production'
    ? null
    : `${ENVIRONMENT_MESSAGES[environment]} line: this is not a production call.`;
}

/** The one button of a failure; null where there is nothing to do. */
export const ACTION_MESSAGES: Readonly<Record<FailureAction, string | null>> = {
  none: null,
  retry: 'Try again',
  'open-keys': 'Open keys',
  'open-profiles': 'Open profiles',
  'paste-key': 'Open keys',
  'unlock-keychain': 'Try again',
  'install-keychain': 'Open keys',
  'choose-microphone': 'Choose microphone',
  'check-clock': 'Try again',
  'check-number': 'Check the number',
  'unlock-admin': 'Unlock',
  'unlock-phone': 'Unlock',
};

/** The code line of a failure's Details. */
export function failureDetails(failure: Failure): string {
  return failure.details === undefined ? failure.reason : `${failure.reason}: ${failure.details}`;
}

/** What a screen reader hears when a call changes; `null` says nothing. */
export function announcement(call: Call, from: Call['phase'] | null): string | null {
  const name = partyName(call.peer);
  switch (call.phase) {
    case 'dialing':
      return `Calling ${name}`;
    case 'ringing':
      return call.direction === 'incoming' ? `Incoming call from ${name}` : `Ringing at ${name}`;
    case 'connecting':
      return null;
    case 'active':
      if (from === 'held') return `Call with ${name} resumed`;
      return from === 'recovering' ? `Connection to ${name} is back` : `Connected to ${name}`;
    case 'held':
      if (from === 'recovering') return `Connection to ${name} is back`;
      return call.hold.byUs ? `${name} is on hold` : `${name} put you on hold`;
    case 'recovering':
      return `Connection to ${name} is interrupted`;
    case 'ended':
      return `Call with ${name}: ${END_MESSAGES[call.cause].sentence}`;
  }
}
