import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import type { SetBy } from '../../../contracts/policy/policy';
import { FORM_MESSAGES } from './form-messages';

/** One rule of the policy, and who set it. */
export function PolicyRuleFields({ by, children }: { readonly by: SetBy; readonly children: ReactNode }) {
  return (
    <div className="rule" data-set-by={by}>
      <div className="form-grid">{children}</div>
      <p className="rule-origin">
        {by === 'admin-file' && <Lock size={12} aria-hidden="true" />}
        {FORM_MESSAGES.setBy[by]}
      </p>
    </div>
  );
}

/** A value that the admin's file fixes: it can be read, not changed. */
export function FixedField({ label, value }: { readonly label: string; readonly value: string }) {
  const lines = value.split('\n').length;
  return (
    <TextField className="form-field" value={value} isReadOnly>
      <Label className="field-label">{label}</Label>
      {lines > 1 ? (
        <TextArea className="field-input field-lines fixed" rows={Math.min(lines, 6)} />
      ) : (
        <Input className="field-input fixed" />
      )}
      <Text slot="description" className="visually-hidden">
        {FORM_MESSAGES.setBy['admin-file']}
      </Text>
    </TextField>
  );
}
