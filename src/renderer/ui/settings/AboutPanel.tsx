import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { ChannelOutput } from '../../../contracts/ipc/ipc';
import { useApp } from '../kit/app-context';
import { LogoMark } from '../kit/LogoMark';
import { sayFailure } from '../kit/notices';

/** What this program is and runs on. */
export function AboutPanel() {
  const { appInfo, guide, view } = useApp();
  const [info, setInfo] = useState<ChannelOutput<'app.info'> | null>(null);
  useEffect(() => {
    let gone = false;
    void appInfo().then((result) => {
      if (gone) return;
      if (result.ok) setInfo(result.value);
      else sayFailure(result.failure);
    });
    return () => {
      gone = true;
    };
  }, [appInfo]);
  return (
    <div className="settings-card about">
      <div className="about-head">
        <LogoMark />
        <div>
          <h1>Ringfence</h1>
          <p className="quiet">A softphone whose long-lived key never leaves its main process.</p>
        </div>
      </div>
      {info !== null && (
        <dl className="facts">
          <dt>Version</dt>
          <dd>{info.version}</dd>
          <dt>Electron</dt>
          <dd>{info.electron}</dd>
          <dt>Chromium</dt>
          <dd>{info.chromium}</dd>
          <dt>System</dt>
          <dd>{info.platform}</dd>
          <dt>Sandbox</dt>
          <dd>
            {info.osSandbox
              ? 'This window runs in the sandbox of the system.'
              : 'This window runs without the sandbox of the system.'}
          </dd>
          <dt>Log</dt>
          <dd>{info.log}</dd>
          <dt>Licence</dt>
          <dd>Apache-2.0</dd>
        </dl>
      )}
      <div className="about-actions">
        <Button className="button" onPress={() => view.change({ shortcutsOpen: true })}>
          Keyboard shortcuts
        </Button>
        <Button
          className="button"
          onPress={() => {
            guide.reopen();
            view.change({ screen: 'phone' });
          }}
        >
          First-run guide
        </Button>
      </div>
    </div>
  );
}
