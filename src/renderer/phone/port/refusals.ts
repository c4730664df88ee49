/** Why a call can't be placed, in one sentence for the agent. */
import type { MicrophoneFailure } from '../../media/microphone-source';
import type { TargetProblem } from '../../../contracts/call/dial-target';
import { plainText } from '../base/party';
import type { RegisterAnswer } from './sip-stack';

const quoted = (typed: string): string => {
  const text = plainText(typed, 60);
  return text === '' ? 'That' : `"${text}"`;
};
const TARGET: Readonly<Record<TargetProblem, (typed: string) => string>> = {
  empty: () => 'Type a phone number or a name.',
  'too-long': () => 'This is too long to be called. Type one phone number.',
  'malformed-uri': (typed) => `${quoted(typed)} can't be called. Type a phone number.`,
  'malformed-number': (typed) => `${quoted(typed)} can't be called. Type a phone number.`,
  'two-numbers': (typed) => `${quoted(typed)} are two numbers. Leave one of them.`,
  'country-code': (typed) => `${quoted(typed)} can't be called: no country code begins with 0. Type the number again.`,
  'phone-context': (typed) => `${quoted(typed)} is a number of another network. Type it with + and its country code.`,
  parameter: (typed) => `${quoted(typed)} can't be called as it is written. Type the phone number alone.`,
};

/** Why what was typed can't be called. */
export function targetSentence(problem: TargetProblem, typed: string): string {
  return TARGET[problem](typed);
}

/** A `sips:` address on a line without TLS (RFC 5630). */
export const INSECURE_SENTENCE =
  'This address may be called over an encrypted connection only, and this line has none. Call it with sip: instead of sips:.';

/** The line has as many calls as its policy lets it have. */
export function tooManyCallsSentence(most: number): string {
  return most === 1
    ? 'This line takes one call at a time. End it first.'
    : `This line takes ${most} calls at a time. End one of them first.`;
}

const MICROPHONE: Readonly<Record<MicrophoneFailure['reason'], string>> = {
  'microphone-refused': 'The system does not let Ringfence use the microphone.',
  'microphone-missing': 'There is no microphone.',
  'microphone-busy': 'Another program holds the microphone.',
};

/** Why there is no sound to send. */
export function microphoneSentence(reason: MicrophoneFailure['reason']): string {
  return MICROPHONE[reason];
}

/** Why a REGISTER that was no matter of tokens got no 200. */
export function registerSentence({ status, phrase }: Pick<RegisterAnswer, 'status' | 'phrase'>): string {
  const code = `${status} ${phrase}`.trim();
  return status === 408 || status >= 500
    ? `The gateway can't register this line now (${code}).`
    : `The gateway refused to register this line (${code}).`;
}

const duration = (ms: number): string => {
  const [count, unit] = ms < 90_000 ? [Math.ceil(ms / 1000), 'second'] : [Math.round(ms / 60_000), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
};

/** The sentence about a refusal, and for how long whoever refused asks to be left alone, in ms. */
export function askedToWait(sentence: string, retryAfterMs: number | undefined): string {
  return retryAfterMs === undefined || retryAfterMs < 1_000
    ? sentence
    : `${sentence} It asks to wait ${duration(retryAfterMs)}.`;
}
