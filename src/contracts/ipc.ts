/**
 * Every IPC channel, declared once as a value: who may call it, what goes in, what comes out. The handlers' types, the
 * preload's API and the tests' mock are derived from this table. What comes out is always a `Result`; the output schema
 * strips what is not declared, so that a secret can't ride along by accident.
 */
import { z } from 'zod';
import { auditEntry } from './audit';
import { incomingNotice } from './call';
import { grant } from './grant';
import type { ChannelName, NotificationName } from './ipc-names';
import { keySlot, keyStatus, profile, profileId, profilesSnapshot, purpose } from './profile';
import type { Result } from './result';
import { failureSchema } from './result-schema';
import { settings } from './settings';

/** The windows of the app; each channel names the ones that may call it. */
export type WindowName = 'phone' | 'incoming';

interface Channel {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly windows: readonly WindowName[];
}

const nothing = z.undefined();
const slotOf = z.strictObject({ profileId, slot: keySlot });
const grantFor = z.strictObject({ profileId, purpose });

export const channels = {
  'app.info': {
    input: nothing,
    output: z.object({ version: z.string(), electron: z.string(), chromium: z.string(), platform: z.string(), osSandbox: z.boolean() }),
    windows: ['phone', 'incoming'],
  },
  'settings.get': { input: nothing, output: settings, windows: ['phone', 'incoming'] },
  /** A partial change; answers with all settings. */
  'settings.set': { input: settings.partial().strict(), output: settings, windows: ['phone'] },

  'profiles.snapshot': { input: nothing, output: profilesSnapshot, windows: ['phone'] },
  /** Adds the profile or replaces the one with the same id. */
  'profiles.save': { input: profile, output: profilesSnapshot, windows: ['phone'] },
  /** Removes a profile and its keys. The Practice line stays. */
  'profiles.remove': { input: z.strictObject({ profileId }), output: profilesSnapshot, windows: ['phone'] },
  'profiles.select': { input: z.strictObject({ profileId }), output: profilesSnapshot, windows: ['phone'] },

  /** Main reads the clipboard, clears it, keeps the key; answers with fingerprints only. */
  'keys.pasteFromClipboard': { input: slotOf, output: keyStatus, windows: ['phone'] },
  /** Main shows the native file dialog. */
  'keys.loadFromFile': { input: slotOf, output: keyStatus, windows: ['phone'] },
  'keys.generate': { input: slotOf, output: keyStatus, windows: ['phone'] },
  'keys.remove': { input: slotOf, output: keyStatus, windows: ['phone'] },
  /** Next becomes active. */
  'keys.promote': { input: z.strictObject({ profileId }), output: keyStatus, windows: ['phone'] },
  /** The retired key was removed from the gateway: nothing is left to do. */
  'keys.finishRotation': { input: z.strictObject({ profileId }), output: keyStatus, windows: ['phone'] },

  /** The broker's one verb: policy -> secret -> provider -> audit. A fresh token for each call of this channel. */
  'grants.get': { input: grantFor, output: grant, windows: ['phone'] },
  /** While watched, main renews this grant ahead of its expiry and sends `grants.renewed`. */
  'grants.watch': { input: grantFor.extend({ on: z.boolean() }), output: z.null(), windows: ['phone'] },

  /** The newest entries, newest first. */
  'audit.recent': { input: z.strictObject({ limit: z.number().int().min(1).max(500) }), output: z.array(auditEntry), windows: ['phone'] },

  'calls.notifyIncoming': { input: incomingNotice.strict(), output: z.null(), windows: ['phone'] },
  'calls.dismissIncoming': { input: z.strictObject({ callId: z.string().max(128) }), output: z.null(), windows: ['phone'] },
  'incoming.current': { input: nothing, output: z.array(incomingNotice).max(8), windows: ['incoming'] },
  'incoming.act': { input: z.strictObject({ callId: z.string().max(128), action: z.enum(['answer', 'decline']) }), output: z.null(), windows: ['incoming'] },
} as const satisfies Record<ChannelName, Channel>;

/** What main tells the windows; the payload is parsed before it is sent. */
export const notifications = {
  'profiles.changed': profilesSnapshot,
  'settings.changed': settings,
  'grants.renewed': grant,
  'grants.failed': z.object({ profileId, purpose, failure: failureSchema }),
  'audit.appended': auditEntry,
  'calls.incomingAction': z.object({ callId: z.string(), action: z.enum(['answer', 'decline']) }),
  'incoming.changed': z.array(incomingNotice),
  /** The computer woke up: sockets are suspect. */
  'power.resumed': z.null(),
  /** This computer's addresses changed; `lost`: one of them is gone; `connected`: there is one that leads somewhere. */
  'network.changed': z.object({ lost: z.boolean(), connected: z.boolean() }),
} as const satisfies Record<NotificationName, z.ZodType>;

/** Input type of a channel, as a caller writes it. */
export type ChannelInput<C extends ChannelName> = z.input<(typeof channels)[C]['input']>;
/** Input type of a channel, as the handler receives it (parsed, defaults filled in). */
export type ParsedInput<C extends ChannelName> = z.output<(typeof channels)[C]['input']>;
export type ChannelOutput<C extends ChannelName> = z.output<(typeof channels)[C]['output']>;
export type NotificationPayload<N extends NotificationName> = z.output<(typeof notifications)[N]>;

/** Main's side: one handler for each channel. */
export type Handlers = {
  readonly [C in ChannelName]: (input: ParsedInput<C>) => Promise<Result<ChannelOutput<C>>> | Result<ChannelOutput<C>>;
};

/** The renderer's side: `window.ringfence`. */
export interface RingfenceApi {
  readonly invoke: <C extends ChannelName>(channel: C, ...input: ChannelInput<C> extends undefined ? [] : [ChannelInput<C>]) => Promise<Result<ChannelOutput<C>>>;
  /** Returns the function that ends the subscription. */
  readonly subscribe: <N extends NotificationName>(name: N, listener: (payload: NotificationPayload<N>) => void) => () => void;
}
