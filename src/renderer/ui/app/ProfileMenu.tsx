import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuSection, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Separator } from 'react-aria-components/Separator';
import { isLive } from '../../state/call-views';
import { activeProfile } from '../../state/profiles-store';
import { useSelected, useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { ConfirmDialog, type Question } from '../kit/ConfirmDialog';
import { sayFailure } from '../kit/notices';
import { ENVIRONMENT_MESSAGES } from '../kit/messages';

const LEAVING = {
  lock: { title: 'Lock while a call is up?', text: 'Locking closes the line and ends the call.' },
  signOut: {
    title: 'Sign out while a call is up?',
    text: 'Signing out closes the line and ends the call; this window forgets it.',
  },
} as const;

/** The chip with the environment; opens the choice of lines. */
export function ProfileMenu() {
  const { profiles, phone, phoneLock, view } = useApp();
  const snapshot = useStore(profiles);
  const inCall = useSelected(phone, ({ calls }) => calls.some(isLive));
  const active = activeProfile(snapshot);
  const [question, setQuestion] = useState<Question | null>(null);
  if (snapshot === null || active === null) return <span className="chip-placeholder" />;

  async function choose(profileId: string): Promise<void> {
    const result = await profiles.select(profileId);
    if (!result.ok) sayFailure(result.failure);
  }

  /** A call that is up ends with the line: that is asked first. */
  function leave(how: 'lock' | 'signOut'): void {
    const go = async (): Promise<void> => {
      const result = await phoneLock[how]();
      if (!result.ok) sayFailure(result.failure);
    };
    // The window is loaded anew: what stands in a form is gone then.
    const typed = view.get().form?.typed ?? null;
    if (!inCall && typed === null) void go();
    else if (!inCall)
      setQuestion({
        title: how === 'lock' ? 'Lock and lose what you typed?' : 'Sign out and lose what you typed?',
        text: 'A profile in Settings is not saved yet.',
        stay: 'Go back',
        answers: [{ label: how === 'lock' ? 'Lock' : 'Sign out', tone: 'danger', act: () => void go() }],
      });
    else
      setQuestion({
        ...LEAVING[how],
        answers: [
          { label: how === 'lock' ? 'End it and lock' : 'End it and sign out', tone: 'danger', act: () => void go() },
        ],
      });
  }

  return (
    <>
      <MenuTrigger>
        <Button
          className="environment-chip"
          data-environment={active.environment}
          aria-label={`Line: ${active.name}, ${ENVIRONMENT_MESSAGES[active.environment]}`}
        >
          <span className="environment-chip-text">{ENVIRONMENT_MESSAGES[active.environment]}</span>
          <ChevronDown size={16} aria-hidden="true" />
        </Button>
        <Popover className="popover" placement="bottom start">
          {inCall && <p className="popover-note">Lines can be changed when no call is up.</p>}
          <Menu
            className="menu"
            aria-label="Lines"
            disabledKeys={
              inCall ? snapshot.profiles.filter((profile) => profile.id !== active.id).map((profile) => profile.id) : []
            }
            onAction={(key) => {
              if (key === '+') view.openSettings('profiles');
              else if (key === '+lock') leave('lock');
              else if (key === '+sign-out') leave('signOut');
              else if (key !== active.id) void choose(String(key));
            }}
          >
            <MenuSection
              aria-label="Line in use"
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[active.id]}
            >
              {snapshot.profiles.map((profile) => (
                <MenuItem key={profile.id} id={profile.id} textValue={profile.name} className="menu-item">
                  <span className="environment-dot" data-environment={profile.environment} />
                  <span className="menu-item-text">
                    <span>{profile.name}</span>
                    <span className="menu-item-detail">
                      {[ENVIRONMENT_MESSAGES[profile.environment], profile.identity]
                        .filter((part) => part !== '')
                        .join(' · ')}
                    </span>
                  </span>
                </MenuItem>
              ))}
            </MenuSection>
            <Separator className="menu-separator" />
            <MenuItem id="+" textValue="Manage lines" className="menu-item">
              <span className="menu-item-text">Manage lines...</span>
            </MenuItem>
            <MenuItem id="+lock" textValue="Lock now" className="menu-item">
              <span className="menu-item-text">Lock now</span>
            </MenuItem>
            <MenuItem id="+sign-out" textValue="Sign out" className="menu-item">
              <span className="menu-item-text">Sign out</span>
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <ConfirmDialog question={question} onClose={() => setQuestion(null)} />
    </>
  );
}
