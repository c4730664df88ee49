/** Lines of the audit log as a person reads them. */
import type { AuditEntry } from '../../../contracts/audit/audit';
import type { AuditKind } from '../../../contracts/audit/audit-query';
import { plainText } from '../../../contracts/base/plain-text';

/** What a kind of line is called, for the filter. Complete by its type. */
export const AUDIT_KIND_MESSAGES: Readonly<Record<AuditKind, string>> = {
  mint: 'Tokens made',
  refusal: 'Refusals',
  key: 'Keys',
  revoke: 'Tokens ended',
  'voice-call': 'Assistant calls',
  tool: 'Tools',
  'remote-call': 'Calls ended at the system',
  admin: 'Admin lock',
  phone: 'Phone lock',
  profile: 'Profiles',
  file: 'Files',
  log: 'The log itself',
};

export interface AuditWords {
  readonly title: string;
  readonly detail: string;
  readonly tone: 'good' | 'bad' | 'quiet';
}

const words = (text: string): string => text.replaceAll('-', ' ');
const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' · ');
const times = (count: number | undefined): string => (count === undefined ? '' : ` ${count} times`);
const LOG_TITLES = {
  adopted: 'Lines from before the log was chained',
  unreadable: 'What stood here was no line',
  rotated: 'Older lines left',
  late: 'Lines before this one were written late',
  lost: 'Lines could not be kept',
  'export-lost': 'Lines could not be sent on',
} as const;
const FILE_TITLES = {
  'profiles-exported': 'Profiles exported',
  'profiles-imported': 'Profiles imported',
  'audit-exported': 'Audit log exported',
} as const;

/** One line in words. Names that came over IPC or from an assistant are plain text. */
export function auditWords(entry: AuditEntry): AuditWords {
  switch (entry.what) {
    case 'mint':
      return {
        title: `${entry.cause === 'test' ? 'Token made for a test' : 'Token made'}${times(entry.count)}`,
        detail: joined(
          entry.profileId,
          entry.purpose,
          entry.fingerprint,
          `lives ${Math.round(entry.lifeS)} s`,
          entry.cause === 'renewal' ? 'renewal' : '',
        ),
        tone: 'good',
      };
    case 'refusal':
      return {
        title: `Refused${times(entry.count)}`,
        detail: joined(
          entry.profileId,
          entry.channel === undefined ? words(entry.purpose) : plainText(entry.channel),
          words(entry.reason),
          entry.rule,
        ),
        tone: 'bad',
      };
    case 'key':
      return {
        title: entry.change === 'back' ? 'Key active again' : `Key ${entry.change}`,
        detail: joined(entry.profileId, `${entry.slot} key`, entry.fingerprint ?? undefined),
        tone: 'quiet',
      };
    case 'revoke':
      return {
        title: `${entry.outcome === 'ended' ? 'Token ended' : 'Token not ended'}${times(entry.count)}`,
        detail: joined(
          entry.profileId,
          entry.purpose,
          entry.fingerprint,
          entry.outcome === 'ended' ? '' : words(entry.outcome),
        ),
        tone: entry.outcome === 'ended' ? 'quiet' : 'bad',
      };
    case 'voice-call':
      return {
        title: `Assistant call ${entry.step}${times(entry.count)}`,
        detail: joined(entry.profileId, entry.callId.slice(0, 8)),
        tone: entry.step === 'failed' ? 'bad' : 'quiet',
      };
    case 'tool':
      return {
        title: `Tool ${entry.outcome}${times(entry.count)}`,
        detail: joined(entry.profileId, plainText(entry.tool), entry.callId.slice(0, 8)),
        tone: entry.outcome === 'done' ? 'quiet' : 'bad',
      };
    case 'remote-call':
      return {
        title: 'Call ended at the system',
        detail: joined(entry.profileId, plainText(entry.callUuid)),
        tone: 'quiet',
      };
    case 'admin':
      return {
        title: entry.change === 'wrong' ? 'Wrong admin passphrase' : `Admin ${words(entry.change)}`,
        detail: entry.cause === 'time' ? 'by itself' : '',
        tone: entry.change === 'wrong' ? 'bad' : 'quiet',
      };
    case 'phone':
      return {
        title: entry.change === 'late' ? 'Window closed its line late' : `Phone ${entry.change}`,
        detail: joined(entry.profileId, words(entry.cause)),
        tone: entry.change === 'late' ? 'bad' : 'quiet',
      };
    case 'profile':
      return { title: `Profile ${entry.change}`, detail: entry.profileId, tone: 'quiet' };
    case 'file':
      return {
        title: FILE_TITLES[entry.change],
        detail: `${entry.count} ${entry.change === 'audit-exported' ? 'lines' : 'profiles'}`,
        tone: 'quiet',
      };
    case 'log':
      return {
        title: LOG_TITLES[entry.change],
        detail: joined(
          entry.count === undefined ? '' : `${entry.count} ${entry.count === 1 ? 'line' : 'lines'}`,
          entry.first === undefined ? '' : `from number ${entry.first} on they are kept`,
        ),
        tone: ['lost', 'export-lost', 'unreadable'].includes(entry.change) ? 'bad' : 'quiet',
      };
  }
}
