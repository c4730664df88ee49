import { createRoot } from 'react-dom/client';
import { createAppState } from '../../../src/renderer/state/create-app-state';
import { App } from '../../../src/renderer/ui/app/App';
import { TOASTS } from './toasts';
import { createFakeApi } from './fake-api';
import { fakeTryLine } from './fake-desk';
import { createFakeUserAgent } from './fake-user-agent';
import { SCENES } from './scenes';

const asked = new URLSearchParams(location.search);
const scene = SCENES[asked.get('scene') ?? 'idle'];
const root = document.getElementById('root');
if (scene === undefined || root === null) throw new Error('no such scene');

const app = createAppState({
  api: createFakeApi(scene.snapshot, scene.settings, {
    keychainAsks: scene.keychainAsks,
    admin: scene.admin,
    lost: scene.lost,
  }),
  createUserAgent: () => createFakeUserAgent(scene),
  createVoiceUserAgent: () => createFakeUserAgent(scene),
  openSocket: () => ({ send: () => undefined, close: () => undefined, addEventListener: () => undefined }),
  tryLine: fakeTryLine,
  devices: {
    enumerateDevices: () =>
      Promise.resolve(
        (
          [
            ['audioinput', 'Jabra Evolve2 65'],
            ['audioinput', 'Built-in microphone'],
            ['audiooutput', 'Jabra Evolve2 65'],
            ['audiooutput', 'Built-in speakers'],
          ] as const
        ).map(([kind, label], index) => ({ kind, label, deviceId: `d${index}`, groupId: '', toJSON: () => null })),
      ),
    addEventListener: () => undefined,
  },
  ringer: { play: () => undefined },
  microphoneLevel: (listener) => {
    listener(scene.calls.some((call) => call.phase === 'active') ? 0.58 : 0);
    return () => undefined;
  },
  now: Date.now,
  view: scene.view,
});
createRoot(root).render(<App state={app.state} />);
void app.start();
for (const name of asked.getAll('toast')) TOASTS[name]?.();
