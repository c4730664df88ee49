/** The way of one profile to its assistant: main, over IPC. */
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import type { VoiceLine } from '../voice/voice-line';

export function createVoiceLine(api: RingfenceApi, profileId: string): VoiceLine {
  return {
    place: (offer) => api.invoke('voice.place', { profileId, offer }),
    hangUp: (callId) => api.invoke('voice.hangUp', { callId }),
    runTool: (call) => api.invoke('voice.tool', call),
    onEnded: (listener) => api.subscribe('voice.ended', listener),
  };
}
