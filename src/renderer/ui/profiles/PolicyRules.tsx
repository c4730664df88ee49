import { Fragment, type ReactNode } from 'react';
import type { EffectivePolicy } from '../../../contracts/policy/managed-policy';
import { fieldSummary } from './field-summary';
import type { Field } from './form-schema';
import { FORM_MESSAGES } from './form-messages';
import { FormSection } from './FormSection';
import { FixedField, PolicyRuleFields } from './PolicyRuleFields';
import { ruleOf, ruleSetBy, wordsOf, type Draft } from './profile-draft';

interface PolicyRulesProps {
  readonly title: string;
  readonly fields: readonly Field[];
  /** With what the admin's file fixes. */
  readonly draft: Draft;
  /** What holds now, or null while main has not said. */
  readonly policy: EffectivePolicy | null;
  /** Draws a field that can be changed. */
  readonly shown: (field: Field) => ReactNode;
  /** One of them wants to be seen. */
  readonly open: boolean;
}

/** The policy, rule by rule, with who set each of them. */
export function PolicyRules({ title, fields, draft, policy, shown, open }: PolicyRulesProps) {
  const rules = [...new Set(fields.map(({ path }) => ruleOf(path)))].filter((rule) => rule !== null);
  const changed = rules.filter(
    (rule) => policy?.setBy[rule] === 'admin-file' || ruleSetBy(rule, draft) !== 'default',
  ).length;
  return (
    <FormSection title={title} more={null} open={open} folded={FORM_MESSAGES.changedRules(changed)}>
      {rules.map((rule) => {
        const fixed = policy?.setBy[rule] === 'admin-file';
        return (
          <PolicyRuleFields key={rule} by={fixed ? 'admin-file' : ruleSetBy(rule, draft)}>
            {fields
              .filter(({ path }) => ruleOf(path) === rule)
              .map((field) =>
                fixed ? (
                  <FixedField
                    key={field.path}
                    label={wordsOf(field.path).label}
                    value={fieldSummary(field, wordsOf(field.path), draft[field.path])}
                  />
                ) : (
                  <Fragment key={field.path}>{shown(field)}</Fragment>
                ),
              )}
          </PolicyRuleFields>
        );
      })}
    </FormSection>
  );
}
