/** The channels of a voice line. */
import type { Handlers } from '../../contracts/ipc/ipc';
import type { VoiceCalls } from '../assistant/voice-calls';

export function createVoiceHandlers(voice: VoiceCalls): Pick<Handlers, 'voice.place' | 'voice.hangUp' | 'voice.tool'> {
  return {
    'voice.place': voice.place,
    'voice.hangUp': ({ callId }) => voice.hangUp(callId),
    'voice.tool': voice.runTool,
  };
}
