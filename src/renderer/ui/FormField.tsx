import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextField } from 'react-aria-components/TextField';

interface FormFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What the field wants, or null while it is content. */
  readonly problem: string | null;
  readonly wide?: boolean;
  readonly autoFocus?: boolean;
}

/** A text field with its label, a hint, and in the hint's place the sentence when something does not fit. */
export function FormField({ label, hint = '', value, onChange, problem, wide = false, autoFocus = false }: FormFieldProps) {
  return (
    <TextField className="form-field" data-wide={wide} value={value} onChange={onChange} isInvalid={problem !== null} autoFocus={autoFocus}>
      <Label className="field-label">{label}</Label>
      <Input className="field-input" autoComplete="off" spellCheck="false" />
      {problem === null ? (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      ) : (
        <FieldError className="field-problem">{problem}</FieldError>
      )}
    </TextField>
  );
}
