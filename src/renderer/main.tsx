/** The phone window: its composition root. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createMicrophone } from './media/devices';
import { microphoneLevel } from './media/levels';
import { createRinger } from './media/ringer';
import { createBrowserUserAgent, tryBrowserLine } from './phone/agent/browser-user-agent';
import { createAppState } from './state/create-app-state';
import { api } from './state/window-api';
import { App } from './ui/app/App';
import { createBrowserVoiceUserAgent } from './voice/browser-voice-user-agent';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const ringer = createRinger();
const microphone = createMicrophone({ preferredId: () => app.state.settings.get().microphoneId });

const app = createAppState({
  api,
  createUserAgent: (_profile, grants, mayCall) => createBrowserUserAgent({ grants, microphone, mayCall }),
  createVoiceUserAgent: (profile, line, onTranscript) =>
    createBrowserVoiceUserAgent({ profile, line, microphone, onTranscript }),
  openSocket: (url) => new WebSocket(url),
  tryLine: tryBrowserLine,
  devices: navigator.mediaDevices,
  ringer,
  microphoneLevel: microphoneLevel(microphone),
  now: Date.now,
});

// Another microphone: live calls take its track, nothing is negotiated anew.
microphone.onChange((stream) => {
  if (stream !== null) void app.state.phone.useMicrophone(stream);
});
let chosen: string | null = null;
app.state.settings.subscribe(() => {
  const { microphoneId } = app.state.settings.get();
  if (microphoneId === chosen) return;
  chosen = microphoneId;
  void microphone.reselect();
});

// The phone first, the picture of it second: registering takes longer than drawing.
void app.start();
createRoot(root).render(
  <StrictMode>
    <App state={app.state} />
  </StrictMode>,
);
requestIdleCallback(ringer.prepare);
