import { BellOff, Bell } from 'lucide-react';
import { SwitchButton, SwitchField } from 'react-aria-components/Switch';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { useSelected } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { Tip } from '../kit/Tip';
import { sayFailure } from '../kit/notices';

/** The setting and how to change it. */
function useDoNotDisturb(): readonly [boolean, (on: boolean) => void] {
  const { settings } = useApp();
  const on = useSelected(settings, (value) => value.doNotDisturb);
  async function change(doNotDisturb: boolean): Promise<void> {
    const result = await settings.change({ doNotDisturb });
    if (!result.ok) sayFailure(result.failure);
  }
  return [on, (next) => void change(next)];
}

/** The button in the status bar: no ringing, no small window; calls show quietly. */
export function DoNotDisturb() {
  const [on, change] = useDoNotDisturb();
  return (
    <Tip label="Do not disturb">
      <ToggleButton className="do-not-disturb" aria-label="Do not disturb" isSelected={on} onChange={change}>
        {on ? <BellOff size={20} aria-hidden="true" /> : <Bell size={20} aria-hidden="true" />}
        <span className="do-not-disturb-text">Do not disturb</span>
      </ToggleButton>
    </Tip>
  );
}

/** The same as a switch, in the devices menu, for windows too narrow for the button. */
export function DoNotDisturbSwitch() {
  const [on, change] = useDoNotDisturb();
  return (
    <SwitchField className="do-not-disturb-switch" isSelected={on} onChange={change}>
      <SwitchButton className="switch">
        <span className="switch-track" aria-hidden="true" />
        Do not disturb
      </SwitchButton>
    </SwitchField>
  );
}
