import { Check } from 'lucide-react';
import { CheckboxButton, CheckboxField } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import { FieldError } from 'react-aria-components/FieldError';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import type { FieldWords } from './field-messages';

interface CheckboxChoicesProps {
  readonly words: FieldWords;
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly problem: string | null;
}

/** Some of a few. */
export function CheckboxChoices({ words, options, chosen, onChange, problem }: CheckboxChoicesProps) {
  return (
    <CheckboxGroup
      className="form-field"
      value={[...chosen]}
      onChange={(next) => onChange(options.filter((option) => next.includes(option)))}
      isInvalid={problem !== null}
    >
      <Label className="field-label">{words.label}</Label>
      <div className="checks">
        {options.map((option) => (
          <CheckboxField key={option} value={option}>
            <CheckboxButton className="check">
              <span className="check-box">
                <Check size={12} aria-hidden="true" />
              </span>
              {words.options?.[option] ?? option}
            </CheckboxButton>
          </CheckboxField>
        ))}
      </div>
      {problem === null ? (
        <Text slot="description" className="field-hint">
          {words.help}
        </Text>
      ) : (
        <FieldError className="field-problem">{problem}</FieldError>
      )}
    </CheckboxGroup>
  );
}
