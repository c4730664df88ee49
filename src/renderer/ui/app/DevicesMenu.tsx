import { Headphones } from 'lucide-react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { DeviceChoices } from '../kit/DeviceChoices';
import { DoNotDisturbSwitch } from './DoNotDisturb';
import { IconButton } from '../kit/IconButton';

/** The headset button: which microphone, speaker and ringer. */
export function DevicesMenu() {
  const { view } = useApp();
  const { devicesOpen } = useStore(view);
  return (
    <DialogTrigger isOpen={devicesOpen} onOpenChange={(open) => view.change({ devicesOpen: open })}>
      <IconButton label="Sound devices">
        <Headphones size={20} aria-hidden="true" />
      </IconButton>
      <Popover className="popover popover-devices" placement="bottom end">
        <Dialog aria-label="Sound devices" className="popover-dialog">
          <DeviceChoices />
          <DoNotDisturbSwitch />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
