/** The audit log: one JSON line for each mint, refusal and key change. Never a token or a key. */
import { z } from 'zod';
import { failureReason } from '../base/result-schema';
import { lockCause } from '../locks/locks';
import { purpose } from '../policy/policy';
import { fingerprint, keySlot, profileId } from '../profile/profile';
import { callUuid } from '../call/remote-call-schema';

const at = z.iso.datetime();
/** There when no window did it. */
const via = z.literal('command-line').optional();
/** The line stands for so many things, which were all the same. */
const count = z.number().int().min(2).optional();
/** Of a line that stands for things of several profiles. */
const several = z.literal('');
export const auditEntry = z.discriminatedUnion('what', [
  /** With `count`: the fingerprint is the last token's. */
  z.object({
    what: z.literal('mint'),
    at,
    profileId: z.union([profileId, several]),
    purpose,
    fingerprint,
    lifeS: z.number().positive(),
    cause: z.enum(['asked', 'renewal', 'test']),
    /** The key that made it, as long as no token of it was accepted. */
    untriedKey: fingerprint.optional(),
    count,
  }),
  /** `channel` is there when a window's IPC call was refused before anything else was looked at; `rule` names the rule of the policy that refused. */
  z.object({
    what: z.literal('refusal'),
    at,
    profileId: z.string().max(64),
    purpose: z.string().max(16),
    reason: failureReason,
    channel: z.string().max(64).optional(),
    rule: z.string().max(200).optional(),
    count,
    via,
  }),
  /** `finished`: the retired key was removed from the gateway. `copied`: a key that was made here went to the clipboard, for the gateway. `accepted`: so was the first token of a promoted key, and the key before it is gone from here. `back`: that key took its place again. */
  z.object({
    what: z.literal('key'),
    at,
    profileId,
    slot: keySlot,
    change: z.enum(['added', 'replaced', 'removed', 'promoted', 'finished', 'copied', 'accepted', 'back']),
    fingerprint: fingerprint.nullable(),
    via,
  }),
  /** A token was to end before its time: `ended`, or why the provider did not. */
  z.object({
    what: z.literal('revoke'),
    at,
    profileId: z.union([profileId, several]),
    purpose,
    fingerprint,
    outcome: z.union([z.literal('ended'), failureReason]),
    count,
  }),
  /** A call to an assistant; `callId` is ours. `failed`: the system did not confirm the end. */
  z.object({
    what: z.literal('voice-call'),
    at,
    profileId: z.union([profileId, several]),
    callId: z.uuid(),
    step: z.enum(['placed', 'ended', 'failed']),
    count,
  }),
  /** A tool that an assistant asked for: its name as it was asked for, never its arguments. */
  z.object({
    what: z.literal('tool'),
    at,
    profileId: z.union([profileId, several]),
    callId: z.uuid(),
    tool: z.string().max(64),
    outcome: z.enum(['done', 'refused', 'failed']),
    count,
  }),
  /** A call at the line's own system was ended from here. */
  z.object({ what: z.literal('remote-call'), at, profileId, callUuid, change: z.literal('ended') }),
  /** The admin lock, which belongs to no profile. `wrong`: a passphrase that does not fit. `time`: the minutes after unlocking were over. */
  z.object({
    what: z.literal('admin'),
    at,
    profileId: z.literal(''),
    change: z.enum(['unlocked', 'locked', 'wrong', 'passphrase-set', 'passphrase-changed', 'passphrase-removed']),
    cause: z.enum(['asked', 'time']),
    via,
  }),
  /** The line was closed, or opened again; `late`: the window did not say in time that its sockets were closed, and was loaded anew. */
  z.object({
    what: z.literal('phone'),
    at,
    profileId,
    change: z.enum(['locked', 'unlocked', 'late']),
    cause: lockCause,
  }),
  z.object({ what: z.literal('profile'), at, profileId, change: z.enum(['added', 'changed', 'removed']), via }),
  /** A file was written or read by an admin's wish: profiles (never a key), or lines of this log. */
  z.object({
    what: z.literal('file'),
    at,
    profileId: z.literal(''),
    change: z.enum(['profiles-exported', 'profiles-imported', 'audit-exported']),
    count: z.number().int().nonnegative(),
    via,
  }),
  /**
   * The log about itself. `adopted`: the next `count` lines were written without a key, and are chained from here on. `unreadable`: what stood here was no
   * line. `rotated`: older lines than `first` are no longer kept; `link` is the MAC of the last one of them. `late`: the `count` lines before could not be
   * written when they were due. `lost`: so many could not be kept at all. `export-lost`: so many never reached the system that the log is sent to.
   */
  z.object({
    what: z.literal('log'),
    at,
    profileId: z.literal(''),
    change: z.enum(['adopted', 'unreadable', 'rotated', 'late', 'lost', 'export-lost']),
    count: z.number().int().positive().optional(),
    first: z.number().int().positive().optional(),
    link: z.string().max(22).optional(),
  }),
]);
export type AuditEntry = z.infer<typeof auditEntry>;
