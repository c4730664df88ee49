import { createRoot } from 'react-dom/client';
import { createIncomingStore } from '../../../src/renderer/state/incoming-store';
import { IncomingWindow } from '../../../src/renderer/ui/popups/IncomingWindow';
import { createFakeApi } from './fake-api';
import { SCENES } from './scenes';

const scene = SCENES['incoming'];
const root = document.getElementById('root');
if (scene === undefined || root === null) throw new Error('no such scene');
const incoming = createIncomingStore(createFakeApi(scene.snapshot, scene.settings));
createRoot(root).render(<IncomingWindow notices={incoming} onAct={incoming.act} />);
void incoming.start();
