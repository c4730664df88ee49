/** The first-run guide's words. */
import type { Call } from '../../../contracts/call/call';
import type { GuideStep } from '../../state/guide-store';
import { spokenDuration } from '../kit/format';
import { END_MESSAGES, phaseWords } from '../kit/messages';

export const STEP_TITLES: Readonly<Record<GuideStep, string>> = {
  line: 'Choose a line',
  key: 'Its key',
  call: 'A test call',
};

/** What the test call shows, as it is now or as it ended. `good`: somebody answered, and an orderly end. */
export function guideResult(call: Call): { readonly sentence: string; readonly tone: 'good' | 'bad' | 'quiet' } {
  if (call.phase !== 'ended') return { sentence: `${phaseWords(call)}.`, tone: 'quiet' };
  const { answeredAt, endedAt, startedAt, cause } = call;
  const words = END_MESSAGES[cause];
  if (answeredAt === null) return { sentence: `It did not work: ${words.sentence}`, tone: 'bad' };
  if (words.tone === 'bad') return { sentence: `It was answered, then it broke: ${words.sentence}`, tone: 'bad' };
  return {
    sentence: `It works. Answered after ${((answeredAt - startedAt) / 1000).toFixed(1)} s, and talked for ${spokenDuration(endedAt - answeredAt)}.`,
    tone: 'good',
  };
}
