import '../audit.css';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { TextField } from 'react-aria-components/TextField';
import { auditKinds, type AuditFilter, type AuditKind } from '../../../contracts/audit/audit-query';
import type { Failure } from '../../../contracts/base/result';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { AUDIT_KIND_MESSAGES } from './audit-messages';
import { AuditNotice } from '../kit/AuditNotice';
import { AuditList } from './AuditList';
import { Choice } from '../kit/Choice';
import { FailureNotice } from '../kit/FailureNotice';
import { FilterButtons } from '../kit/FilterButtons';
import { saySentence } from '../kit/notices';
import { useAuditPage } from './use-audit-page';

const EVERY = 'every';
const KIND_OPTIONS = [{ id: EVERY, label: 'All' }, ...auditKinds.map((id) => ({ id, label: AUDIT_KIND_MESSAGES[id] }))];

/** A day of a date field as the start of that day, or of the next one, in this computer's time; undefined: none. */
export function dayStart(date: string, daysLater = 0): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? [];
  if (year === undefined) return undefined;
  const start = new Date(Number(year), Number(month) - 1, Number(day) + daysLater);
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString();
}

interface DayFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <TextField className="audit-field" value={value} onChange={onChange}>
      <Label className="field-label">{label}</Label>
      <Input className="field-input" type="date" max="9999-12-31" />
    </TextField>
  );
}

/** What was done with keys, tokens and profiles, newest first. */
export function AuditPanel() {
  const { audit, profiles } = useApp();
  const lines = useStore(profiles)?.profiles ?? [];
  const [text, setText] = useState('');
  const [kind, setKind] = useState<AuditKind | typeof EVERY>(EVERY);
  const [line, setLine] = useState(EVERY);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [failed, setFailed] = useState<{ readonly failure: Failure; readonly again: () => void } | null>(null);
  // The day when the log was opened; nobody watches it past midnight.
  const [now] = useState(Date.now);
  const [start, end] = [dayStart(from), dayStart(to, 1)];
  const filter: AuditFilter = {
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(kind === EVERY ? {} : { what: kind }),
    ...(line === EVERY ? {} : { profileId: line }),
    ...(start === undefined ? {} : { from: start }),
    ...(end === undefined ? {} : { to: end }),
  };
  const { page, failure, more, again, dismiss } = useAuditPage(audit, filter);

  async function save(format: 'csv' | 'jsonl'): Promise<void> {
    setFailed(null);
    const done = await audit.exportFile(filter, format);
    if (done.ok)
      saySentence(
        `${done.value.count.toLocaleString('en')} ${done.value.count === 1 ? 'line is' : 'lines are'} in ${done.value.file}.`,
      );
    else if (done.failure.reason !== 'cancelled') setFailed({ failure: done.failure, again: () => void save(format) });
  }

  return (
    <>
      <div className="panel-head">
        <h1>Audit log</h1>
        <div className="panel-actions">
          {(['csv', 'jsonl'] as const).map((format) => (
            <Button key={format} className="button" onPress={() => void save(format)}>
              <Download size={16} aria-hidden="true" />
              {format === 'csv' ? 'Export CSV...' : 'Export JSON lines...'}
            </Button>
          ))}
        </div>
      </div>
      <AuditNotice />
      <div className="audit-filter">
        <TextField className="audit-field audit-text" value={text} onChange={setText} maxLength={100}>
          <Label className="field-label">Search</Label>
          <Input
            className="field-input"
            placeholder="fingerprint, reason, channel ..."
            autoComplete="off"
            spellCheck="false"
          />
        </TextField>
        <Choice
          label="Line"
          options={[{ id: EVERY, label: 'Every line' }, ...lines.map(({ id, name }) => ({ id, label: name }))]}
          value={line}
          onChange={setLine}
        />
        <DayField label="From" value={from} onChange={setFrom} />
        <DayField label="To" value={to} onChange={setTo} />
      </div>
      <FilterButtons
        label="Kind"
        className="audit-kinds"
        options={KIND_OPTIONS}
        chosen={kind}
        onChoose={(key) => setKind(auditKinds.find((each) => each === key) ?? EVERY)}
      />
      {failed !== null && (
        <FailureNotice failure={failed.failure} onRetry={failed.again} onDismiss={() => setFailed(null)} />
      )}
      {failure !== null && <FailureNotice failure={failure} onRetry={again} onDismiss={dismiss} />}
      <p className="audit-count" role="status">
        {page === null
          ? ''
          : `${page.matching === page.kept ? '' : `${page.matching.toLocaleString('en')} of `}${page.kept.toLocaleString('en')} ${page.kept === 1 ? 'line' : 'lines'}`}
      </p>
      <div className="settings-card audit-card">
        {page !== null && page.entries.length > 0 ? (
          <AuditList key={JSON.stringify(filter)} entries={page.entries} total={page.matching} onEnd={more} now={now} />
        ) : (
          <p className="live-empty">{page === null ? '' : 'No line matches.'}</p>
        )}
      </div>
    </>
  );
}
