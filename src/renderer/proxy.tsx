/** The small window for a proxy's password: its composition root. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createSettingsStore } from './state/settings-store';
import { api } from './state/window-api';
import { Themed } from './ui/app/Themed';
import { ProxyWindow } from './ui/popups/ProxyWindow';

const root = document.getElementById('root');
if (root === null) throw new Error('proxy.html has no #root');

const settings = createSettingsStore(api);
const question = await api.invoke('proxy.question');
createRoot(root).render(
  <StrictMode>
    <Themed settings={settings}>
      <ProxyWindow
        question={question.ok ? question.value : { proxy: '', refused: false }}
        onAnswer={(login) => api.invoke('proxy.answer', login)}
        onCancel={() => window.close()}
      />
    </Themed>
  </StrictMode>,
);
void settings.start();
