/** The small window for the admin's passphrase: its composition root. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createSettingsStore } from './state/settings-store';
import { createUnlockStore } from './state/unlock-store';
import { api } from './state/window-api';
import { Themed } from './ui/app/Themed';
import { UnlockWindow } from './ui/popups/UnlockWindow';

const root = document.getElementById('root');
if (root === null) throw new Error('unlock.html has no #root');

const settings = createSettingsStore(api);
const unlock = createUnlockStore(api);
const question =
  new URLSearchParams(location.search).get('question') === 'set-passphrase' ? 'set-passphrase' : 'unlock';
createRoot(root).render(
  <StrictMode>
    <Themed settings={settings}>
      <UnlockWindow question={question} unlock={unlock} onCancel={() => window.close()} />
    </Themed>
  </StrictMode>,
);
void settings.start();
void unlock.start();
