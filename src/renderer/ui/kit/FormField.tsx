import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';

interface FormFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What the field wants, or null while it is content. */
  readonly problem: string | null;
  /** What fits and will not work all the same, or null. */
  readonly warning?: string | null;
  readonly placeholder?: string;
  readonly wide?: boolean;
  /** Several lines. */
  readonly long?: boolean;
  readonly autoFocus?: boolean;
  /** It has to be filled in; said beside the label and to a screen reader. */
  readonly required?: boolean;
}

/** A text field with its label, a hint, and in the hint's place the sentence when something does not fit. */
export function FormField({
  label,
  hint = '',
  value,
  onChange,
  problem,
  warning = null,
  placeholder = '',
  wide = false,
  long = false,
  autoFocus = false,
  required = false,
}: FormFieldProps) {
  return (
    <TextField
      className="form-field"
      data-wide={wide}
      value={value}
      onChange={onChange}
      isInvalid={problem !== null}
      autoFocus={autoFocus}
      isRequired={required}
      validationBehavior="aria"
    >
      <Label className="field-label">
        {label}
        {required && (
          <span className="field-required" aria-hidden="true">
            {' '}
            (required)
          </span>
        )}
      </Label>
      {long ? (
        <TextArea className="field-input field-lines" rows={3} placeholder={placeholder} spellCheck="false" />
      ) : (
        <Input className="field-input" placeholder={placeholder} autoComplete="off" spellCheck="false" />
      )}
      {problem === null ? (
        <Text slot="description" className={warning === null ? 'field-hint' : 'field-warning'}>
          {warning ?? hint}
        </Text>
      ) : (
        <FieldError className="field-problem">{problem}</FieldError>
      )}
    </TextField>
  );
}
