/**
 * Every IPC channel, declared once as a value: who may call it, what goes in, what comes out. The handlers' types, the
 * preload's API and the tests' mock are derived from this table. What comes out is always a `Result`; the output schema
 * strips what is not declared, so that a secret can't ride along by accident.
 */
import type { z } from 'zod';
import type { Result } from '../base/result';
import { appChannels, appNotifications } from './app';
import { auditChannels, auditNotifications } from './audit';
import { callsChannels, callsNotifications } from './calls';
import { eventsChannels } from './events';
import { grantsChannels, grantsNotifications } from './grants';
import { keysChannels } from './keys';
import { locksChannels, locksNotifications } from './locks';
import { profilesChannels, profilesNotifications } from './profiles';
import { proxyChannels } from './proxy';
import { voiceChannels, voiceNotifications } from './voice';
import type { Channel } from './channel';
import type { ChannelName, NotificationName } from './ipc-names';

export const channels = {
  ...appChannels,
  ...profilesChannels,
  ...keysChannels,
  ...grantsChannels,
  ...auditChannels,
  ...voiceChannels,
  ...eventsChannels,
  ...callsChannels,
  ...locksChannels,
  ...proxyChannels,
} as const satisfies Record<ChannelName, Channel>;

/** What main tells the windows; the payload is parsed before it is sent. */
export const notifications = {
  ...appNotifications,
  ...profilesNotifications,
  ...grantsNotifications,
  ...auditNotifications,
  ...voiceNotifications,
  ...callsNotifications,
  ...locksNotifications,
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
  readonly invoke: <C extends ChannelName>(
    channel: C,
    ...input: ChannelInput<C> extends undefined ? [] : [ChannelInput<C>]
  ) => Promise<Result<ChannelOutput<C>>>;
  /** Returns the function that ends the subscription. */
  readonly subscribe: <N extends NotificationName>(
    name: N,
    listener: (payload: NotificationPayload<N>) => void,
  ) => () => void;
}
