import '../../state/zod-without-eval';
import '../settings.css';
import '../desk.css';
import { useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { useSelected } from '../../state/use-store';
import type { SettingsTab } from '../../state/view-store';
import { AboutPanel } from '../settings/AboutPanel';
import { AdminLockState } from '../settings/AdminLockState';
import { AppearancePanel } from '../settings/AppearancePanel';
import { KeyboardPanel } from '../settings/KeyboardPanel';
import { NoticePlace } from '../kit/NoticePlace';
import { useKeptFocus } from '../kit/use-kept-focus';
import { useApp } from '../kit/app-context';
import { AuditPanel } from '../audit/AuditPanel';
import { KeysPanel } from '../keys/KeysPanel';
import { useDueRotations } from '../keys/use-due-rotations';
import { ProfilesPanel } from '../profiles/ProfilesPanel';

const TABS: readonly { readonly id: SettingsTab; readonly label: string }[] = [
  { id: 'profiles', label: 'Profiles' },
  { id: 'keys', label: 'Keys' },
  { id: 'audit', label: 'Audit' },
  { id: 'appearance', label: 'Appearance and sound' },
  { id: 'keyboard', label: 'Keyboard' },
  { id: 'about', label: 'About' },
];

/** The settings, loaded when somebody goes there. */
export function SettingsScreen() {
  const { view } = useApp();
  const tab = useSelected(view, ({ settingsTab }) => settingsTab);
  const { count, sentence } = useDueRotations();
  const box = useRef<HTMLDivElement>(null);
  useKeptFocus(box);
  return (
    <Tabs
      ref={box}
      className="settings"
      selectedKey={tab}
      onSelectionChange={(key) => {
        const chosen = TABS.find(({ id }) => id === key);
        if (chosen !== undefined) view.change({ settingsTab: chosen.id });
      }}
    >
      <div className="settings-head">
        <TabList className="tabs" aria-label="Settings">
          {TABS.map(({ id, label }) => (
            <Tab key={id} id={id} className="tab">
              {label}
              {id === 'keys' && count > 0 && (
                <span className="tab-badge" title={sentence ?? ''}>
                  {count}
                  <span className="visually-hidden"> to go on</span>
                </span>
              )}
            </Tab>
          ))}
        </TabList>
        <AdminLockState />
      </div>
      {sentence !== null && tab !== 'keys' && (
        <div className="settings-reminder" role="status">
          <p>{sentence}</p>
          <Button className="button compact" onPress={() => view.openSettings('keys')}>
            Open keys
          </Button>
        </div>
      )}
      <TabPanel id="profiles" className="panel">
        <ProfilesPanel />
      </TabPanel>
      <TabPanel id="keys" className="panel">
        <KeysPanel />
      </TabPanel>
      <TabPanel id="audit" className="panel">
        <AuditPanel />
      </TabPanel>
      <TabPanel id="appearance" className="panel">
        <AppearancePanel />
      </TabPanel>
      <TabPanel id="keyboard" className="panel">
        <KeyboardPanel />
      </TabPanel>
      <TabPanel id="about" className="panel">
        <AboutPanel />
      </TabPanel>
      <NoticePlace />
    </Tabs>
  );
}
