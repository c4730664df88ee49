import { Check, ChevronDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import { Text } from 'react-aria-components/Text';

interface ChoiceProps {
  readonly label: string;
  readonly hint?: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly value: string;
  readonly onChange: (id: string) => void;
}

/** One of several, as a labelled drop-down. */
export function Choice({ label, hint = '', options, value, onChange }: ChoiceProps) {
  return (
    <Select className="choice" value={value} onChange={(key) => onChange(String(key))}>
      <Label className="field-label">{label}</Label>
      <Button className="choice-button">
        <SelectValue className="choice-value" />
        <ChevronDown size={16} aria-hidden="true" />
      </Button>
      {hint !== '' && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <Popover className="popover">
        <ListBox className="menu">
          {options.map((option) => (
            <ListBoxItem key={option.id} id={option.id} textValue={option.label} className="menu-item">
              <span className="menu-item-text">{option.label}</span>
              <Check className="menu-item-check" size={16} aria-hidden="true" />
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
