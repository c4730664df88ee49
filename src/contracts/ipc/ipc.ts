/**
 * Every IPC channel, declared once as a value: who may call it, what goes in, what comes out. The handlers' types, the
 * preload's API and the tests' mock are derived from this table. What comes out is always a `Result`; the output schema
 * strips what is not declared, so that a secret can't ride along by accident.
 */
import { z } from 'zod';
import { auditEntry } from '../audit/audit';
import { auditExport, auditPage, auditQuery } from '../audit/audit-query';
import { incomingAnnouncement, incomingNotice } from '../call/call';
import { lostCalls, MOST_CALLS_UNDER_WAY } from '../call/lost-calls';
import { connectionTest, connectionTestId } from '../profile/connection-test';
import { grant } from '../profile/grant';
import type { ChannelName, NotificationName } from './ipc-names';
import { adminQuestion, adminState, phoneLockState, typedPassphrase } from '../locks/locks';
import { effectivePolicy } from '../policy/managed-policy';
import { purpose } from '../policy/policy';
import { environment, fingerprint, keySlot, keyStatus, profile, profileId, profilesSnapshot } from '../profile/profile';
import { exportDone, importDone, importPreview } from '../profile/profile-transfer';
import { proxyLogin, proxyQuestion } from '../proxy';
import { callUuid, remoteSnapshot } from '../call/remote-call-schema';
import type { Result } from '../base/result';
import { failureSchema } from '../base/result-schema';
import { settings, settingsChange } from '../settings';
import { voiceCallId, voiceEnded, voicePlace, voicePlaced, voiceToolCall, voiceToolOutput } from '../call/voice';

/** The windows of the app; each channel names the ones that may call it. */
export type WindowName = 'phone' | 'incoming' | 'unlock' | 'proxy';

/** What is declared of each channel. */
export interface Channel {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly windows: readonly WindowName[];
  /**
   * It touches keys, profiles or policy: refused with `admin-locked` while the admin lock is on, before its input is looked at. So there is no
   * exception by profile, and the Practice line's keys are under the lock like all others; its first key main makes by itself.
   */
  readonly admin?: true;
  /** It needs an open line: refused with `locked` while the phone is locked, also when that happens on the way. */
  readonly line?: true;
  /** Each use leaves a line of its own in the audit log: refused with `rate-limited` when it comes too often. Not where refusing would harm (locking), nor where another rate holds (grants, tests). */
  readonly noted?: true;
}

const nothing = z.undefined();
const slotOf = z.strictObject({ profileId, slot: keySlot });
const grantFor = z.strictObject({ profileId, purpose });

export const channels = {
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      electron: z.string(),
      chromium: z.string(),
      platform: z.string(),
      osSandbox: z.boolean(),
    }),
    windows: ['phone', 'incoming'],
  },
  'settings.get': { input: nothing, output: settings, windows: ['phone', 'incoming', 'unlock', 'proxy'] },
  /** A partial change; answers with all settings. */
  'settings.set': { input: settingsChange, output: settings, windows: ['phone'] },

  'profiles.snapshot': { input: nothing, output: profilesSnapshot, windows: ['phone'] },
  /** Adds the profile or replaces the one with the same id. */
  'profiles.save': { input: profile, output: profilesSnapshot, windows: ['phone'], admin: true, noted: true },
  /** Removes a profile and its keys. The Practice line stays. */
  'profiles.remove': {
    input: z.strictObject({ profileId }),
    output: profilesSnapshot,
    windows: ['phone'],
    admin: true,
    noted: true,
  },
  'profiles.select': { input: z.strictObject({ profileId }), output: profilesSnapshot, windows: ['phone'] },
  /** Mints for a test of the connection: past the line's rate, at one of its own; a key that its provider refused before is tried again. */
  'profiles.test': {
    input: z.strictObject({ profileId }),
    output: connectionTest,
    windows: ['phone'],
    admin: true,
    line: true,
  },
  /** The test is over: its revocable token is given back. */
  'profiles.testDone': { input: z.strictObject({ testId: connectionTestId }), output: z.null(), windows: ['phone'] },
  /** Main shows the native dialog and writes all profiles but the Practice line; never a key. */
  'profiles.export': { input: nothing, output: exportDone, windows: ['phone'], admin: true },
  /** Main shows the native dialog, reads the file and says what it would change. */
  'profiles.import': { input: nothing, output: importPreview, windows: ['phone'], admin: true },
  /** Does what the preview with this ticket said, or nothing. */
  'profiles.applyImport': {
    input: z.strictObject({ ticket: z.uuid() }),
    output: importDone,
    windows: ['phone'],
    admin: true,
  },

  /** Main reads the clipboard, clears it, keeps the key; answers with fingerprints only. */
  'keys.pasteFromClipboard': { input: slotOf, output: keyStatus, windows: ['phone'], admin: true, noted: true },
  /** Main shows the native file dialog. */
  'keys.loadFromFile': { input: slotOf, output: keyStatus, windows: ['phone'], admin: true, noted: true },
  'keys.generate': { input: slotOf, output: keyStatus, windows: ['phone'], admin: true, noted: true },
  /** Main shows the half of a private key that its gateway verifies with, in a box of the system, and copies it from there; no window draws it. Answers when the box is closed. */
  'keys.publicKey': { input: slotOf, output: z.null(), windows: ['phone'] },
  'keys.remove': { input: slotOf, output: keyStatus, windows: ['phone'], admin: true, noted: true },
  /** Next becomes active. */
  'keys.promote': {
    input: z.strictObject({ profileId }),
    output: keyStatus,
    windows: ['phone'],
    admin: true,
    noted: true,
  },
  /** The retired key was removed from the gateway: nothing is left to do. */
  'keys.finishRotation': {
    input: z.strictObject({ profileId }),
    output: keyStatus,
    windows: ['phone'],
    admin: true,
    noted: true,
  },
  /** The key before the last promotion becomes active again, and the promoted one the next. Fails where that key was accepted already. */
  'keys.back': {
    input: z.strictObject({ profileId }),
    output: keyStatus,
    windows: ['phone'],
    admin: true,
    noted: true,
  },

  /** The broker's one verb: policy -> secret -> provider -> audit. A fresh token for each call of this channel. */
  'grants.get': { input: grantFor, output: grant, windows: ['phone'], line: true },
  /** While watched, main renews this grant ahead of its expiry and sends `grants.renewed`. */
  'grants.watch': { input: grantFor.extend({ on: z.boolean() }), output: z.null(), windows: ['phone'] },
  /** A gateway accepted a token of this untried key: main forgets the key before it. A lie costs the way back, and nothing else. Heard while the phone is being locked, too: what was accepted was. */
  'grants.accepted': {
    input: z.strictObject({ profileId, key: fingerprint }),
    output: z.null(),
    windows: ['phone'],
    noted: true,
  },

  /** What holds for this profile, and who set each rule. With `environment`: as it would hold there, also for a profile that does not exist yet. */
  'policy.effective': {
    input: z.strictObject({ profileId, environment: environment.optional() }),
    output: effectivePolicy,
    windows: ['phone'],
  },

  /** The newest entries, newest first. */
  'audit.recent': {
    input: z.strictObject({ limit: z.number().int().min(1).max(500) }),
    output: z.array(auditEntry),
    windows: ['phone'],
  },
  'audit.query': { input: auditQuery, output: auditPage, windows: ['phone'] },
  /** Main shows the native dialog and writes what fits the filter, newest first. */
  'audit.export': { input: auditExport, output: exportDone, windows: ['phone'], admin: true },

  /** Calls the line's assistant: main mints, sends the offer on, and answers with the answer. */
  'voice.place': { input: voicePlace, output: voicePlaced, windows: ['phone'], line: true },
  /** Ends the call at the system; for a call that is over already it succeeds too. */
  'voice.hangUp': { input: z.strictObject({ callId: voiceCallId }), output: z.null(), windows: ['phone'] },
  /** Runs a tool that the assistant of a live call asked for, if the line has it. */
  'voice.tool': { input: voiceToolCall, output: voiceToolOutput, windows: ['phone'] },

  /** The calls that the line's own system knows now; its events are laid over them. The same answer serves all who ask within a second. */
  'events.snapshot': { input: z.strictObject({ profileId }), output: remoteSnapshot, windows: ['phone'], line: true },
  /** Ends a call at the line's own system; for one that is over already it succeeds too. */
  'events.endCall': {
    input: z.strictObject({ profileId, callUuid }),
    output: z.null(),
    windows: ['phone'],
    line: true,
  },

  /** Whether the line may call what the agent typed, now; `notice` is to be shown before anything else. */
  'calls.authorize': {
    input: z.strictObject({ profileId, target: z.string().max(256) }),
    /** `emergency`: it passes every rule and limit of ours. */
    output: z.object({ notice: z.string().max(300).nullable(), emergency: z.boolean() }),
    windows: ['phone'],
    line: true,
  },
  /** Shown only if main has seen this call come in; fails with `cancelled` otherwise, and where four ring already. */
  'calls.notifyIncoming': { input: incomingAnnouncement, output: z.null(), windows: ['phone'] },
  'calls.dismissIncoming': {
    input: z.strictObject({ callId: z.string().max(128) }),
    output: z.null(),
    windows: ['phone'],
  },
  /**
   * How many calls are up, on hold or ringing in the window. While there is one, main asks before the window closes; should the window or the app end badly,
   * the next start tells of them. A lie costs a sentence, a question, or the lack of one.
   */
  'calls.underWay': {
    input: z.strictObject({ calls: z.number().int().min(0).max(MOST_CALLS_UNDER_WAY) }),
    output: z.null(),
    windows: ['phone'],
  },
  /** The calls that the window or the run before lost, until somebody has read of them. */
  'calls.lost': { input: nothing, output: lostCalls.nullable(), windows: ['phone'] },
  'calls.lostRead': { input: nothing, output: z.null(), windows: ['phone'] },
  'incoming.current': { input: nothing, output: z.array(incomingNotice).max(4), windows: ['incoming'] },
  'incoming.act': {
    input: z.strictObject({ callId: z.string().max(128), action: z.enum(['answer', 'decline']) }),
    output: z.null(),
    windows: ['incoming'],
  },

  'admin.state': { input: nothing, output: adminState, windows: ['phone', 'unlock'] },
  /** Whether keys and profiles look locked, as far as main knows without asking the keychain: for what a window shows, and for nothing else. */
  'admin.glance': { input: nothing, output: z.object({ locked: z.boolean() }), windows: ['phone'] },
  /** Opens the small window in which the passphrase is typed; answers when it is closed. */
  'admin.ask': { input: z.strictObject({ question: adminQuestion }), output: adminState, windows: ['phone'] },
  /** Locks at once. */
  'admin.lock': { input: nothing, output: adminState, windows: ['phone'] },
  /** Of the small window alone: a phone window that was taken over can neither read a passphrase nor try one. */
  'admin.unlock': { input: z.strictObject({ passphrase: typedPassphrase }), output: adminState, windows: ['unlock'] },
  /** `current` is needed where there is one; `wanted` null removes the lock. */
  'admin.setPassphrase': {
    input: z.strictObject({ current: typedPassphrase.nullable(), wanted: typedPassphrase.nullable() }),
    output: adminState,
    windows: ['unlock'],
  },

  /** What the small window of a proxy's password is open for. */
  'proxy.question': { input: nothing, output: proxyQuestion, windows: ['proxy'] },
  /** Of that window alone; main closes it. */
  'proxy.answer': { input: proxyLogin, output: z.null(), windows: ['proxy'] },

  'phone.state': { input: nothing, output: phoneLockState, windows: ['phone'] },
  /** Closes the line and drops its grants: answers at once, `phone.locked` says how it goes on. */
  'phone.lock': { input: nothing, output: phoneLockState, windows: ['phone'] },
  /** Agents have no passphrase here: whoever sits at the window may go on. Refused while the computer's own screen is locked. */
  'phone.unlock': { input: nothing, output: phoneLockState, windows: ['phone'], noted: true },
  /** Locks, forgets the line, and loads the window anew. */
  'phone.signOut': { input: nothing, output: phoneLockState, windows: ['phone'], noted: true },
  /** The window has unregistered and closed its sockets, as `phone.locked` asked. */
  'phone.closed': { input: nothing, output: z.null(), windows: ['phone'] },
} as const satisfies Record<ChannelName, Channel>;

/** What main tells the windows; the payload is parsed before it is sent. */
export const notifications = {
  'profiles.changed': profilesSnapshot,
  /** What main saw of a connect that a test of the connection made: a page learns no more than close code 1006. */
  'profiles.testRefused': z.object({ testId: connectionTestId, failure: failureSchema }),
  'settings.changed': settings,
  'grants.renewed': grant,
  'grants.failed': z.object({ profileId, purpose, failure: failureSchema }),
  /** A server answered the upgrade of a connect with this HTTP status, not with a WebSocket: a page learns no more than close code 1006. */
  'gateway.answered': z.object({
    profileId,
    purpose,
    status: z.number().int().min(100).max(999),
    failure: failureSchema,
    /** Of a refused token: the gateway says itself what is wrong with it, and that is not its key. */
    saysWhy: z.literal(true).optional(),
  }),
  'audit.appended': auditEntry,
  'calls.incomingAction': z.object({ callId: z.string(), action: z.enum(['answer', 'decline']) }),
  /** Somebody chose Call in the menu of a right click; `''`: what stands in the number field. */
  'calls.dialAsked': z.object({ text: z.string().max(256) }),
  'voice.ended': voiceEnded,
  'incoming.changed': z.array(incomingNotice),
  'admin.changed': adminState,
  /** The line is closed, or open again: the window closes its sockets, unregistering first, or opens them. */
  'phone.locked': phoneLockState,
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
