/** A line of the audit log as a syslog message (RFC 5424), framed for TLS (RFC 5425 section 4.3: octet counting). */
import type { AuditEntry } from '../../contracts/audit/audit';

/** RFC 5424 section 6.2.1: "log audit". */
const FACILITY = 13;
const WARNING = 4;
const NOTICE = 5;
/** Ringfence has no enterprise number of its own; this one is for that (RFC 5612). */
const SD_ID = 'ringfence@32473';
/** RFC 5424 section 7.3.1: then it begins again. */
const MOST = 2_147_483_647;

export interface SyslogSender {
  readonly hostname: string;
  readonly processId: number;
  /** Ringfence's own. */
  readonly version: string;
}

/** PRINTUSASCII, at most `longest`; the nil value where nothing is left. */
const header = (text: string, longest: number): string => text.replace(/[^\x21-\x7e]/g, '').slice(0, longest) || '-';
/** RFC 5424 section 6.3.3: these three, and no others. */
const escaped = (text: string): string => text.replace(/["\\\]]/g, '\\$&');
const parameter = (name: string, value: string): string => ` ${name}="${escaped(value)}"`;

const isBad = (entry: AuditEntry): boolean =>
  entry.what === 'refusal' ||
  (entry.what === 'admin' && entry.change === 'wrong') ||
  (entry.what === 'log' && ['lost', 'export-lost', 'unreadable'].includes(entry.change));

/** `count`: how many messages this process has sent with this one. */
export function syslogMessage(
  entry: AuditEntry,
  { hostname, processId, version }: SyslogSender,
  count: number,
): string {
  const priority = FACILITY * 8 + (isBad(entry) ? WARNING : NOTICE);
  const values = Object.entries(entry).flatMap(([name, value]) =>
    value === undefined || name === 'at' ? [] : [parameter(name, String(value))],
  );
  const data =
    `[${SD_ID}${values.join('')}]` +
    `[meta${parameter('sequenceId', String(((count - 1) % MOST) + 1))}]` +
    `[origin${parameter('software', 'Ringfence')}${parameter('swVersion', version.slice(0, 32))}]`;
  // The mark says that what follows is UTF-8 (section 6.4).
  return `<${priority}>1 ${entry.at} ${header(hostname, 255)} ringfence ${processId} ${entry.what} ${data} \uFEFF${JSON.stringify(entry)}`;
}

export function framed(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}
