/** The app itself: what it is, its preferences, and what happens to the computer. */
import { z } from 'zod';
import { settings, settingsChange } from '../settings';
import { nothing, type Channel } from './channel';

export const appChannels = {
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      electron: z.string(),
      chromium: z.string(),
      platform: z.string(),
      /** Where the log is, for a person who is asked for it. */
      log: z.string(),
      osSandbox: z.boolean(),
    }),
    windows: ['phone', 'incoming'],
  },
  'settings.get': { input: nothing, output: settings, windows: ['phone', 'incoming', 'unlock', 'proxy'] },
  /** A partial change; answers with all settings. */
  'settings.set': { input: settingsChange, output: settings, windows: ['phone'] },
} as const satisfies Record<string, Channel>;

export const appNotifications = {
  'settings.changed': settings,
  /** The computer woke up: sockets are suspect. */
  'power.resumed': z.null(),
  /** This computer's addresses changed; `lost`: one of them is gone; `connected`: there is one that leads somewhere. */
  'network.changed': z.object({ lost: z.boolean(), connected: z.boolean() }),
} as const satisfies Record<string, z.ZodType>;
