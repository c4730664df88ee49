/** Tells the windows what happened: each payload is parsed first, so that nothing undeclared rides along. */
import type { WindowName } from '../../contracts/ipc/channel';
import { notifications, type NotificationPayload } from '../../contracts/ipc/ipc';
import type { NotificationName } from '../../contracts/ipc/ipc-names';
import type { Log } from '../base/log';
import type { Windows } from '../windows/windows';

/** Who hears what; a grant goes to the phone window alone. */
const audience: Readonly<Record<NotificationName, readonly WindowName[]>> = {
  'profiles.changed': ['phone'],
  'profiles.testRefused': ['phone'],
  'settings.changed': ['phone', 'incoming', 'unlock', 'proxy'],
  'grants.renewed': ['phone'],
  'grants.failed': ['phone'],
  'gateway.answered': ['phone'],
  'audit.appended': ['phone'],
  'calls.incomingAction': ['phone'],
  'calls.dialAsked': ['phone'],
  'voice.ended': ['phone'],
  'incoming.changed': ['incoming'],
  'admin.changed': ['phone', 'unlock'],
  'phone.locked': ['phone'],
  'power.resumed': ['phone'],
  'network.changed': ['phone'],
};

export type Notify = <N extends NotificationName>(name: N, payload: NotificationPayload<N>) => void;

/** A window that is not there hears nothing; it asks for the state when it opens. */
export function createNotify(windows: Pick<Windows, 'get'>, log: Log): Notify {
  return (name, payload) => {
    const parsed = notifications[name].safeParse(payload);
    if (!parsed.success) {
      log.error(`notification ${name} does not fit its schema`, parsed.error);
      return;
    }
    for (const window of audience[name]) {
      const contents = windows.get(window)?.webContents;
      if (contents !== undefined && !contents.isDestroyed()) contents.send(name, parsed.data);
    }
  };
}
