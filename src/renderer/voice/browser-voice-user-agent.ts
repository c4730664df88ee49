/** The voice line's phone as the app runs it: the browser's clock, ids and User Timing. */
import { systemClock } from '../base/clock';
import type { UserAgent } from '../phone/port/user-agent';
import { createVoiceUserAgent, type VoiceUserAgentDeps } from './voice-user-agent';

/** Creates the phone of one line; nothing happens before `start`. */
export function createBrowserVoiceUserAgent(
  parts: Pick<VoiceUserAgentDeps, 'profile' | 'line' | 'microphone' | 'onTranscript'>,
): UserAgent {
  return createVoiceUserAgent({
    ...parts,
    clock: systemClock,
    newId: () => crypto.randomUUID(),
    mark: (name, detail) => void performance.mark(name, { detail }),
  });
}
