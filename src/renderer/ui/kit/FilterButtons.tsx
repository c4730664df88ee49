import { memo } from 'react';
import type { Key } from 'react-aria-components/Menu';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';

interface FilterButtonsProps {
  /** What is filtered, for a screen reader. */
  readonly label: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly chosen: Key;
  readonly onChoose: (id: Key) => void;
  readonly className?: string;
}

/** One of several filters is on. Drawn when that changes, and not with each line that is filtered. */
export const FilterButtons = memo(function FilterButtons({
  label,
  options,
  chosen,
  onChoose,
  className = '',
}: FilterButtonsProps) {
  return (
    <ToggleButtonGroup
      className={`filters ${className}`.trim()}
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[chosen]}
      onSelectionChange={(keys) => {
        for (const key of keys) onChoose(key);
      }}
    >
      {options.map(({ id, label: words }) => (
        <ToggleButton key={id} id={id} className="filter">
          {words}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
});
