/** The channels of the app itself and of its preferences. */
import type { ChannelOutput, Handlers } from '../../contracts/ipc/ipc';
import { ok } from '../../contracts/base/result';
import type { Notify } from '../ipc/notify';
import type { SettingsStore } from '../settings/settings-store';

export interface AppPorts {
  readonly appInfo: () => Promise<ChannelOutput<'app.info'>>;
  readonly settings: SettingsStore;
  readonly onSettingsChanged: (settings: ChannelOutput<'settings.get'>) => void;
  readonly notify: Notify;
}

export function createAppHandlers({
  appInfo,
  settings,
  onSettingsChanged,
  notify,
}: AppPorts): Pick<Handlers, 'app.info' | 'settings.get' | 'settings.set'> {
  return {
    'app.info': async () => ok(await appInfo()),
    'settings.get': () => ok(settings.current()),
    'settings.set': async (part) => {
      const changed = await settings.change(part);
      if (changed.ok) {
        onSettingsChanged(changed.value);
        notify('settings.changed', changed.value);
      }
      return changed;
    },
  };
}
