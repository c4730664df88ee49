/** The small incoming window: its composition root. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createIncomingStore } from './state/incoming-store';
import { createSettingsStore } from './state/settings-store';
import { api } from './state/window-api';
import { IncomingWindow } from './ui/popups/IncomingWindow';
import { Themed } from './ui/app/Themed';

const root = document.getElementById('root');
if (root === null) throw new Error('incoming.html has no #root');

const settings = createSettingsStore(api);
const incoming = createIncomingStore(api);
createRoot(root).render(
  <StrictMode>
    <Themed settings={settings}>
      <IncomingWindow notices={incoming} onAct={incoming.act} />
    </Themed>
  </StrictMode>,
);
void settings.start();
void incoming.start();
