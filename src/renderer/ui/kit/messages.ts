/** The window's words for the phone's states. Each table is complete by its type: a new state does not compile without its words. */
import type { Call, CallProblem, EndCause, Registration } from '../../../contracts/call/call';
import type { Environment } from '../../../contracts/profile/profile';
import type { Failure, FailureAction } from '../../../contracts/base/result';
import { keyUnknownSentence } from '../../../contracts/base/token-complaint';
import { partyName } from './format';

/** What the agent does about an end; each has one sentence in END_ACTIONS. */
export type EndAction =
  | 'none'
  | 'call-back'
  | 'call-again'
  | 'call-later'
  | 'check-number'
  | 'end-one'
  | 'show-number'
  | 'ask-admin'
  | 'choose-microphone'
  | 'say-code';

/** Why a call ended: a few words for the card, a sentence for the agent, and what to do about it. */
export interface EndMessage {
  readonly title: string;
  readonly sentence: string;
  readonly action: EndAction;
  /** Was it what somebody wanted (muted) or did something go wrong (red)? */
  readonly tone: 'calm' | 'bad';
}

const calm = (title: string, sentence: string, action: EndAction = 'none'): EndMessage => ({
  title,
  sentence,
  action,
  tone: 'calm',
});
const bad = (title: string, sentence: string, action: EndAction): EndMessage => ({
  title,
  sentence,
  action,
  tone: 'bad',
});

/** The action of an end as a sentence; empty: there is nothing to do. */
export const END_ACTIONS: Readonly<Record<EndAction, string>> = {
  none: '',
  'call-back': 'Call them back.',
  'call-again': 'Call again.',
  'call-later': 'Try again later.',
  'check-number': 'Check the number.',
  'end-one': 'End a call, or wait a moment, and call again.',
  'show-number': 'Call with your number shown.',
  'ask-admin': 'Tell your admin if this is wrong.',
  'choose-microphone': 'Choose another microphone.',
  'say-code': 'Try again, or tell your admin the code in Details.',
};

export const END_MESSAGES: Readonly<Record<EndCause, EndMessage>> = {
  'hung-up': calm('Call ended', 'You ended the call.'),
  'hung-up-by-peer': calm('Call ended', 'They hung up.'),
  cancelled: calm('Cancelled', 'You cancelled before they answered.'),
  'cancelled-by-caller': bad('Missed call', 'They gave up before you answered.', 'call-back'),
  'answered-elsewhere': calm('Answered elsewhere', 'Another phone on this line took the call.'),
  'declined-elsewhere': calm('Declined elsewhere', 'Another phone on this line declined the call.'),
  declined: calm('Declined', 'You declined the call.'),
  'declined-by-peer': bad('Declined', 'They declined the call.', 'call-later'),
  unwanted: bad('Unwanted', 'They marked calls from your number as unwanted.', 'ask-admin'),
  blocked: bad('Blocked', 'A phone network on the way blocked the call.', 'ask-admin'),
  'anonymous-refused': bad('Hidden number', 'They take no calls from a hidden number.', 'show-number'),
  unverified: bad('Not verified', 'Their phone network could not verify your number.', 'ask-admin'),
  busy: bad('Busy', 'They are in another call.', 'call-later'),
  'no-answer': bad('No answer', 'Nobody answered.', 'call-later'),
  'not-found': bad('Not found', 'This number or name does not exist.', 'check-number'),
  incomplete: bad('Not complete', 'Digits of this number are missing or wrong.', 'check-number'),
  'own-number': bad('Own number', 'This is your own number.', 'check-number'),
  loop: bad('Came back', 'The call came back to where it started.', 'check-number'),
  refused: bad('Refused', 'The phone system does not let this line call there.', 'ask-admin'),
  'too-many-calls': bad('Too many calls', 'This line may not have more calls now.', 'end-one'),
  'outside-hours': bad('Outside hours', 'This line may not call at this time.', 'ask-admin'),
  'not-acceptable': bad(
    'No common sound',
    'Their phone and this one have no way to send sound in common.',
    'ask-admin',
  ),
  'redirect-forbidden': bad(
    'Not called',
    'They send their calls on to a number that this line may not call.',
    'ask-admin',
  ),
  'redirect-failed': bad('Sent on', 'They send their calls on, but to no number that can be called.', 'check-number'),
  unreachable: bad('Unreachable', 'The call could not get through.', 'call-later'),
  'handed-over': calm('Over to you', 'The assistant hands over to you.'),
  'time-limit': calm('Call ended', 'The call reached the longest time that this line allows.'),
  'connection-lost': bad('Connection lost', 'The connection broke during the call.', 'call-again'),
  microphone: bad('No microphone', 'The microphone could not be used for this call.', 'choose-microphone'),
  'media-failed': bad('No sound', 'The sound could not be set up on this computer.', 'say-code'),
  'answer-unusable': bad(
    'Unusable answer',
    'They answered, but Ringfence could not use the answer of their phone system.',
    'say-code',
  ),
  failed: bad('Call failed', 'The call failed.', 'say-code'),
};

/** An end in one or two sentences: what happened, and what to do about it. */
export function endInWords(cause: EndCause): string {
  const { sentence, action } = END_MESSAGES[cause];
  return [sentence, END_ACTIONS[action]].filter((part) => part !== '').join(' ');
}

/** A problem that the agent can fix while the call goes on. */
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
    sentence: 'The phone system lost track of this call. You still hear each other. Hold does not work; End does.',
    button: null,
  },
  'assistant-failed': { sentence: 'The assistant could not answer: say it again.', button: null },
  'assistant-busy': {
    sentence: 'The assistant could not answer: its system is asked too often. Say it again in a moment.',
    button: null,
  },
  'assistant-unpaid': {
    sentence: 'The assistant could not answer: its account is empty. Tell your admin.',
    button: null,
  },
  'assistant-cut': { sentence: "The assistant's answer breaks off: it became too long.", button: null },
  'assistant-filtered': {
    sentence: "The assistant's answer breaks off: a filter of its system stopped it.",
    button: null,
  },
  'assistant-unwritten': {
    sentence: 'Your words were not written down. The assistant may still have heard them.',
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

/** What a screen reader hears when the agent's microphone is closed for a call, or open again. */
export const muteAnnouncement = ({ muted, peer }: Call): string =>
  muted ? `Muted. ${partyName(peer)} can't hear you` : `Not muted. ${partyName(peer)} can hear you`;

/** What the button says that calls the far end of an ended call. */
export const againWord = ({ direction }: Call): string => (direction === 'incoming' ? 'Call back' : 'Call again');

/** The registration in a word or two and, when something is wrong, a sentence. */
export function registrationWords(registration: Registration): {
  readonly word: string;
  readonly sentence: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'quiet';
} {
  switch (registration.phase) {
    case 'offline':
      return { word: 'Offline', sentence: 'No line is in use.', tone: 'quiet' };
    case 'ready':
      return {
        word: 'Ready',
        sentence: 'This line needs no registration. You can call at any time.',
        tone: 'good',
      };
    case 'connecting':
      return { word: 'Connecting', sentence: 'Opening the connection to the gateway.', tone: 'warn' };
    case 'registering':
      return { word: 'Registering', sentence: 'Telling the phone system that you can be called here.', tone: 'warn' };
    case 'registered':
      if (registration.unknownKey !== undefined)
        return { word: 'Key unknown', sentence: keyUnknownSentence(registration.unknownKey), tone: 'warn' };
      return { word: 'Registered', sentence: 'You can be called on this line.', tone: 'good' };
    case 'waiting': {
      return {
        word: registration.unknownKey === undefined ? 'Not connected' : 'Key unknown',
        sentence: registration.sentence,
        tone: registration.unknownKey === undefined ? 'bad' : 'warn',
      };
    }
  }
}

export const ENVIRONMENT_MESSAGES: Readonly<Record<Environment, string>> = {
  practice: 'Practice',
  development: 'Development',
  staging: 'Staging',
  production: 'Production',
};

/** Beside a number that the gateway asserts, in small. */
export const CONFIRMED_CALLER = 'confirmed by the phone system';

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
  'show-log': 'Show where its log is',
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
