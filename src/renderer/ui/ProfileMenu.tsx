import { ChevronDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Separator } from 'react-aria-components/Separator';
import { isLive } from '../state/call-views';
import { activeProfile } from '../state/profiles-store';
import { useSelected, useStore } from '../state/use-store';
import { useApp } from './app-context';
import { sayFailure } from './notices';
import { ENVIRONMENT_WORDS } from './sentences';

/** The chip with the environment; opens the choice of lines. */
export function ProfileMenu() {
  const { profiles, phone, view } = useApp();
  const snapshot = useStore(profiles);
  const inCall = useSelected(phone, ({ calls }) => calls.some(isLive));
  const active = activeProfile(snapshot);
  if (snapshot === null || active === null) return <span className="chip-placeholder" />;

  async function choose(profileId: string): Promise<void> {
    const result = await profiles.select(profileId);
    if (!result.ok) sayFailure(result.failure);
  }

  return (
    <MenuTrigger>
      <Button className="environment-chip" data-environment={active.environment} aria-label={`Line: ${active.name}, ${ENVIRONMENT_WORDS[active.environment]}`}>
        <span className="environment-chip-text">{ENVIRONMENT_WORDS[active.environment]}</span>
        <ChevronDown size={16} aria-hidden="true" />
      </Button>
      <Popover className="popover" placement="bottom start">
        {inCall && <p className="popover-note">Lines can be changed when no call is up.</p>}
        <Menu
          className="menu"
          aria-label="Lines"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[active.id]}
          disabledKeys={inCall ? snapshot.profiles.filter((profile) => profile.id !== active.id).map((profile) => profile.id) : []}
          onAction={(key) => {
            if (key === '+') view.openSettings('profiles');
            else if (key !== active.id) void choose(String(key));
          }}
        >
          {snapshot.profiles.map((profile) => (
            <MenuItem key={profile.id} id={profile.id} textValue={profile.name} className="menu-item">
              <span className="environment-dot" data-environment={profile.environment} />
              <span className="menu-item-text">
                <span>{profile.name}</span>
                <span className="menu-item-detail">
                  {ENVIRONMENT_WORDS[profile.environment]} · {profile.identity}
                </span>
              </span>
            </MenuItem>
          ))}
          <Separator className="menu-separator" />
          <MenuItem id="+" textValue="Manage lines" className="menu-item">
            <span className="menu-item-text">Manage lines...</span>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
