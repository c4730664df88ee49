/** Why a call can't be placed, in one sentence for the agent. */
import type { MicrophoneFailure } from '../../media/microphone-source';
import type { TargetProblem } from '../../../contracts/call/sip-uri';
import type { RegisterAnswer } from './sip-stack';

const TARGET: Readonly<Record<TargetProblem, string>> = {
  empty: 'Type a number or a name to call.',
  'too-long': 'This is too long to be a number or an address.',
  'malformed-uri': 'This is no address that can be called: write it as name@domain.',
  'malformed-number': 'This is no number that can be called: use digits, and + in front of a country code.',
};

/** What is wrong with the typed target. */
export function targetSentence(problem: TargetProblem): string {
  return TARGET[problem];
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
