import { CheckboxChoices } from './CheckboxChoices';
import { Choice } from '../kit/Choice';
import type { Problem } from './field-problems';
import { chosenIn, rowsOf, textOf, type FieldText } from './field-text';
import type { FieldWords } from './field-messages';
import { FormField } from '../kit/FormField';
import type { Field } from './form-schema';
import { RowsField } from './RowsField';

interface SchemaFieldProps {
  readonly field: Field;
  readonly words: FieldWords;
  readonly text: FieldText | undefined;
  readonly onChange: (text: FieldText) => void;
  /** Null while the field is content, or was not touched yet. */
  readonly problem: Problem | null;
  readonly warning?: string | null;
  /** The options that may be chosen now; all of the schema's without it. */
  readonly offered?: readonly string[] | undefined;
  readonly autoFocus?: boolean;
  readonly required?: boolean;
}

/** One field of a schema, as the kind of input that fits it. */
export function SchemaField({
  field,
  words,
  text,
  onChange,
  problem,
  warning = null,
  offered,
  autoFocus = false,
  required = false,
}: SchemaFieldProps) {
  const { shape } = field;
  const sentence = problem?.sentence ?? null;
  const placeholder = field.fallback === undefined ? (words.example ?? '') : '';
  switch (shape.type) {
    case 'rows':
      return (
        <RowsField words={words} columns={shape.columns} rows={rowsOf(text)} onChange={onChange} problem={problem} />
      );
    case 'pairs':
      return <RowsField words={words} columns={PAIR} rows={rowsOf(text)} onChange={onChange} problem={problem} />;
    case 'choices':
      return (
        <CheckboxChoices
          words={words}
          options={offered ?? shape.options}
          chosen={chosenIn(textOf(text))}
          onChange={(chosen) => onChange(chosen.join(','))}
          problem={sentence}
        />
      );
    case 'choice':
    case 'flag': {
      const options = shape.type === 'flag' ? FLAG : (offered ?? shape.options);
      return (
        <Choice
          label={words.label}
          hint={words.notes?.[textOf(text)] ?? words.help}
          options={options.map((id) => ({ id, label: words.options?.[id] ?? id }))}
          value={textOf(text)}
          onChange={onChange}
        />
      );
    }
    case 'text':
    case 'number':
    case 'list':
      return (
        <FormField
          label={words.label}
          hint={words.help}
          value={textOf(text)}
          onChange={onChange}
          problem={sentence}
          warning={warning}
          placeholder={placeholder}
          wide={shape.type === 'text' && shape.long}
          long={shape.type === 'list' || (shape.type === 'text' && shape.long)}
          autoFocus={autoFocus}
          required={required}
        />
      );
  }
}

const PAIR = (['name', 'value'] as const).map((key) => ({
  key,
  shape: { type: 'text', long: false } as const,
  optional: false,
}));
const FLAG: readonly string[] = ['yes', 'no'];
