/** The names of all IPC channels and notifications. Alone in a file because the preload bundles nothing else. */
export const channelNames = [
  'app.info',
  'settings.get',
  'settings.set',
  'profiles.snapshot',
  'profiles.save',
  'profiles.remove',
  'profiles.select',
  'keys.pasteFromClipboard',
  'keys.loadFromFile',
  'keys.generate',
  'keys.remove',
  'keys.promote',
  'keys.finishRotation',
  'grants.get',
  'grants.watch',
  'audit.recent',
  'calls.notifyIncoming',
  'calls.dismissIncoming',
  'incoming.current',
  'incoming.act',
] as const;
export type ChannelName = (typeof channelNames)[number];

export const notificationNames = [
  'profiles.changed',
  'settings.changed',
  'grants.renewed',
  'grants.failed',
  'audit.appended',
  'calls.incomingAction',
  'incoming.changed',
  'power.resumed',
  'network.changed',
] as const;
export type NotificationName = (typeof notificationNames)[number];

/** The one Electron channel that carries every call of the renderer: `(name, input)`; main itself refuses what is not declared. */
export const INVOKE_TRANSPORT = 'ringfence:invoke';
