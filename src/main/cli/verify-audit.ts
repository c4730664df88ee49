/** `ringfence audit verify`: whether the audit log is as it was written. Changes nothing, and may run while the app is open. */
import { AUDIT_FILES } from '../audit/audit-log';
import { readAuditFile } from '../audit/audit-files';
import { linesOf } from '../audit/audit-open';
import type { SealStore } from '../audit/audit-seal';
import { verifyAudit, type Finding, type Verified } from '../audit/audit-verify';
import { asJson, done, refusal, type Answer } from './answer';
import { EXIT } from './command-line';

/** An open app may write, or rotate the files, while they are read. */
const TRIES = 3;
const MOST_SHOWN = 20;

export interface VerifyAuditPorts {
  /** The newest file of the log. */
  readonly path: string;
  readonly seals: Pick<SealStore, 'read'>;
}

const numbers = ({ from, to }: Finding): string => (from === to ? `Line ${from}` : `Lines ${from} to ${to}`);
const are = ({ from, to }: Finding): string => (from === to ? 'is' : 'are');
const count = (n: number): string => (n === 1 ? 'one line' : `${n} lines`);

function says(finding: Finding): string {
  switch (finding.kind) {
    case 'changed':
      return `${numbers(finding)} ${are(finding)} not as ${finding.from === finding.to ? 'it was' : 'they were'} written.`;
    case 'missing':
      return `${numbers(finding)} ${are(finding)} missing.`;
    case 'misplaced':
      return `${numbers(finding)} ${are(finding)} there twice, or not where it belongs.`;
    case 'foreign':
      return `In front of line ${finding.from} stand lines that have no MAC.`;
  }
}

function notes({ unsealed, unchained }: Verified): readonly string[] {
  return [
    ...(unsealed === 0
      ? []
      : [
          `The keychain does not know yet of the last ${count(unsealed)}: the chain holds, but nobody could tell whether more stood behind.`,
        ]),
    ...(unchained === 0
      ? []
      : [
          `At the end ${unchained === 1 ? 'is one line' : `are ${unchained} lines`} without a MAC, of a time when the keychain gave out no key: nothing says that they are as they were written.`,
        ]),
  ];
}

export async function verifyAuditLog(
  { path, seals }: VerifyAuditPorts,
  { json }: { readonly json: boolean },
): Promise<Answer> {
  let verified: Verified | null = null;
  for (let tried = 0; tried < TRIES && (verified === null || verified.findings.length > 0); tried += 1) {
    // The seal first: what is written meanwhile is more than it knows, never less.
    const found = await seals.read();
    const texts: string[] = [];
    try {
      for (let age = 0; age < AUDIT_FILES; age += 1) texts.push(await readAuditFile(path, age));
    } catch {
      return refusal(EXIT.file, `The audit log can't be read: check the rights of ${path}.`);
    }
    if (found.kind === 'withheld') return refusal(EXIT.keychain, `Nothing can be checked. ${found.sentence}`);
    if (found.kind === 'absent') {
      if (texts.every((text) => linesOf(text).length === 0) && !json) return done('There is no audit log yet.\n');
      return refusal(
        EXIT.keychain,
        'Nothing can be checked: the keychain gives out no key of this audit log. It is locked, the key was removed, or Ringfence has not been open since it chains the log.',
      );
    }
    verified = await verifyAudit(texts, found.seal);
  }
  if (verified === null) return refusal(EXIT.file, 'Nothing was read.');
  const { findings, first, last, good } = verified;
  const exit = findings.length === 0 ? EXIT.done : EXIT.refused;
  if (json) return { exit, out: asJson({ ok: findings.length === 0, ...verified }), err: '' };
  const head =
    findings.length > 0
      ? `The audit log is NOT as it was written (${count(good)} of ${first} to ${last} are).`
      : last === 0
        ? 'The audit log has no line yet.'
        : `The audit log is as it was written: lines ${first} to ${last}.`;
  const shown = findings.slice(0, MOST_SHOWN).map(says);
  const more = findings.length > MOST_SHOWN ? [`There are ${findings.length - MOST_SHOWN} more places.`] : [];
  return { exit, out: [head, ...shown, ...more, ...notes(verified)].map((line) => `${line}\n`).join(''), err: '' };
}
