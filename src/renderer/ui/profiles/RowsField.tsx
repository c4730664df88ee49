import { Plus, X } from 'lucide-react';
import { useId, useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import { Input } from 'react-aria-components/Input';
import { TextField } from 'react-aria-components/TextField';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import type { Problem } from './field-problems';
import { chosenIn, type Row } from './field-text';
import { type FieldWords } from './field-messages';
import { FORM_MESSAGES } from './form-messages';
import type { Column } from './form-schema';
import { IconButton } from '../kit/IconButton';

interface RowsFieldProps {
  readonly words: FieldWords;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly onChange: (rows: readonly Row[]) => void;
  readonly problem: Problem | null;
}

/** Entries of a few parts each, one in a row; rows are added and removed. */
export function RowsField({ words, columns, rows, onChange, problem }: RowsFieldProps) {
  const id = useId();
  const add = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const word = words.row ?? '';
  const empty = Object.fromEntries(columns.map(({ key }) => [key, '']));
  const change = (at: number, key: string, text: string): void =>
    onChange(rows.map((row, index) => (index === at ? { ...row, [key]: text } : row)));

  function addRow(): void {
    onChange([...rows, empty]);
    // The row is there after the next render; whoever added it wants to fill it in.
    requestAnimationFrame(() => list.current?.lastElementChild?.querySelector<HTMLElement>('input, button')?.focus());
  }
  function removeRow(at: number): void {
    onChange(rows.filter((_, index) => index !== at));
    add.current?.focus();
  }

  return (
    <div
      className="form-field rows-field"
      data-wide="true"
      role="group"
      aria-labelledby={`${id}-label`}
      aria-describedby={`${id}-help`}
    >
      <span id={`${id}-label`} className="field-label">
        {words.label}
      </span>
      <div ref={list} className="rows">
        {rows.map((row, at) => (
          // Rows have no names; what is typed lives in the draft, so that the place is name enough.
          <div key={at} className="form-row">
            {columns.map((column) => (
              <Cell
                key={column.key}
                column={column}
                label={`${words.columns?.[column.key] ?? column.key}, ${FORM_MESSAGES.row(word, at + 1)}`}
                shown={words.columns?.[column.key] ?? column.key}
                options={words.options ?? {}}
                text={row[column.key] ?? ''}
                onChange={(text) => change(at, column.key, text)}
                isInvalid={problem?.row === at && (problem.column === null || problem.column === column.key)}
                problemId={`${id}-help`}
              />
            ))}
            <IconButton
              className="icon-button small"
              label={FORM_MESSAGES.removeRow(FORM_MESSAGES.row(word, at + 1))}
              onPress={() => removeRow(at)}
            >
              <X size={16} aria-hidden="true" />
            </IconButton>
          </div>
        ))}
      </div>
      <div className="rows-foot">
        <Button ref={add} className="button" onPress={addRow}>
          <Plus size={16} aria-hidden="true" />
          {FORM_MESSAGES.addRow(word)}
        </Button>
        <span id={`${id}-help`} className={problem === null ? 'field-hint' : 'field-problem'}>
          {problem?.sentence ?? words.help}
        </span>
      </div>
    </div>
  );
}

interface CellProps {
  readonly column: Column;
  readonly label: string;
  /** The column's name, as a pale hint. */
  readonly shown: string;
  readonly options: Readonly<Record<string, string>>;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly isInvalid: boolean;
  readonly problemId: string;
}

function Cell({ column: { shape }, label, shown, options, text, onChange, isInvalid, problemId }: CellProps) {
  if (shape.type === 'choices') {
    return (
      <ToggleButtonGroup
        className="day-toggles"
        aria-label={label}
        selectionMode="multiple"
        selectedKeys={chosenIn(text)}
        onSelectionChange={(keys) => onChange(shape.options.filter((option) => keys.has(option)).join(','))}
        data-invalid={isInvalid}
      >
        {shape.options.map((option) => (
          <ToggleButton key={option} id={option} className="day-toggle">
            {options[option] ?? option}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    );
  }
  return (
    <TextField
      className="form-cell"
      aria-label={label}
      value={text}
      onChange={onChange}
      isInvalid={isInvalid}
      {...(isInvalid ? { 'aria-describedby': problemId } : {})}
    >
      <Input className="field-input" placeholder={shown} autoComplete="off" spellCheck="false" />
    </TextField>
  );
}
