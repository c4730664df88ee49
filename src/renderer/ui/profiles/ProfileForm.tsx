import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import type { Profile } from '../../../contracts/profile/profile';
import type { Failure } from '../../../contracts/base/result';
import { useSelected, useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';
import { Choice } from '../kit/Choice';
import { ConfirmDialog, type Question } from '../kit/ConfirmDialog';
import { ConnectionTest, TestButton } from '../kit/ConnectionTest';
import { FailureNotice } from '../kit/FailureNotice';
import { textOf, type FieldText } from './field-text';
import { SECTIONS } from './field-messages';
import { PRESET_LABEL, PRESET_MESSAGES } from './form-messages';
import { focusFirstProblem } from '../kit/focus';
import type { Field } from './form-schema';
import { FormSection } from './FormSection';
import { PolicyNotice } from './PolicyNotice';
import { PolicyRules } from './PolicyRules';
import { PRESETS, withPreset } from './presets';
import {
  EMPTY_DRAFT,
  FIELDS,
  applies,
  countedText,
  draftOf,
  draftProblems,
  draftWarnings,
  lineOf,
  newProfileId,
  profileFrom,
  requiredFields,
  withFixed,
  wordsOf,
  type Draft,
} from './profile-draft';
import { SchemaField } from './SchemaField';
import { useEffectivePolicy } from './use-effective-policy';

interface ProfileFormProps {
  /** Null adds one. */
  readonly existing: Profile | null;
  readonly onCancel: () => void;
  readonly onSaved: (profile: Profile) => void;
}

/** Drafts are texts and lists of texts, in one order. */
const isDeepEqual = (one: Draft, other: Draft): boolean => JSON.stringify(one) === JSON.stringify(other);

const NO_PRESET = 'none';
const PRESET_OPTIONS = [NO_PRESET, ...PRESETS.map(({ id }) => id)].map((id) => ({
  id,
  label: PRESET_MESSAGES[id]?.label ?? id,
}));

/** A profile's fields, as its schema has them, judged as they are typed. */
export function ProfileForm({ existing, onCancel, onSaved }: ProfileFormProps) {
  const { profiles, view } = useApp();
  const form = useSelected(view, (state) => state.form);
  const start = existing === null ? EMPTY_DRAFT : draftOf(existing);
  const typed: Draft = form?.typed ?? start;
  const presetId = form?.presetId ?? NO_PRESET;
  // Of a form that somebody comes back to: what differs was typed.
  const [touched, setTouched] = useState<ReadonlySet<string>>(
    () => new Set(Object.keys(typed).filter((path) => JSON.stringify(typed[path]) !== JSON.stringify(start[path]))),
  );
  const [submitted, setSubmitted] = useState(false);
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<Failure | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const taken = useStore(profiles)?.profiles.map((each) => each.id) ?? [];
  const id = existing?.id ?? newProfileId(textOf(typed['name']), taken);
  const policy = useEffectivePolicy(id, textOf(typed['environment']));
  const draft = withFixed(typed, policy);
  const problems = draftProblems(draft);
  const warnings = draftWarnings(draft);
  const line = lineOf(draft);

  function keep(draft: Draft, presetOfDraft: string): void {
    // As it began again: nothing would be lost.
    const kept = isDeepEqual(start, draft) ? null : draft;
    view.change({ form: { profileId: existing?.id ?? null, typed: kept, presetId: presetOfDraft } });
  }
  function change(path: string, text: FieldText): void {
    keep({ ...typed, [path]: text }, presetId);
    setTouched(new Set([...touched, path]));
  }
  function startFrom(choice: string): void {
    const preset = PRESETS.find((each) => each.id === choice);
    keep(preset === undefined ? typed : withPreset(typed, preset), choice);
  }
  async function save(): Promise<void> {
    setSubmitted(true);
    const profile = profileFrom(draft, id);
    if (profile === null) {
      // After the next render the field says what it wants.
      requestAnimationFrame(focusFirstProblem);
      return;
    }
    setSaving(true);
    setFailed(null);
    const result = await profiles.save(profile);
    setSaving(false);
    if (result.ok) onSaved(profile);
    else setFailed(result.failure);
  }
  function cancel(): void {
    if ((form?.typed ?? null) === null) onCancel();
    else
      setQuestion({
        title: 'Discard what you typed?',
        text:
          existing === null
            ? 'The new profile is not saved yet.'
            : `Your changes of ${existing.name} are not saved yet.`,
        stay: 'Go on editing',
        answers: [{ label: 'Discard', tone: 'danger', act: onCancel }],
      });
  }
  const required = requiredFields(draft);
  const isSaved = existing !== null && isDeepEqual(start, typed);
  const problemOf = ({ path }: Field) => (submitted || touched.has(path) ? (problems.get(path) ?? null) : null);
  const offered: Readonly<Record<string, readonly string[]>> = {
    'presentation.kind': line.presentations,
    'policy.purposes': line.purposes,
  };
  const shown = (field: Field) => (
    <SchemaField
      key={field.path}
      field={field}
      words={wordsOf(field.path)}
      text={countedText(field, draft, line)}
      onChange={(text) => change(field.path, text)}
      problem={problemOf(field)}
      warning={warnings.get(field.path) ?? null}
      offered={offered[field.path]}
      autoFocus={field.path === 'name'}
      required={required.has(field.path)}
    />
  );

  return (
    <Form
      className="profile-form"
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="panel-head form-head">
        <h1>{existing === null ? 'New profile' : existing.name}</h1>
        <div className="panel-actions">
          {existing !== null && <TestButton profile={existing} isDisabled={!isSaved} />}
          <Button className="button" onPress={cancel}>
            Cancel
          </Button>
          <Button className="button primary" type="submit" isDisabled={saving}>
            {existing === null ? 'Add profile' : 'Save'}
          </Button>
        </div>
      </div>
      {failed !== null && (
        <FailureNotice failure={failed} onRetry={() => void save()} onDismiss={() => setFailed(null)} />
      )}
      {existing !== null &&
        (isSaved ? (
          <ConnectionTest profile={existing} />
        ) : (
          <p className="panel-text">The test uses the saved profile. Save first, then test.</p>
        ))}
      <PolicyNotice policy={policy} />
      {existing === null && (
        <div className="settings-card form-section">
          <Choice
            label={PRESET_LABEL}
            hint={PRESET_MESSAGES[presetId]?.help ?? ''}
            options={PRESET_OPTIONS}
            value={presetId}
            onChange={startFrom}
          />
        </div>
      )}
      {SECTIONS.map(({ id: section, title, paths }) => {
        const own = paths.flatMap((start) =>
          FIELDS.filter((field) => field.path.startsWith(start) && applies(field, line)),
        );
        if (own.length === 0) return null;
        if (section === 'policy')
          return (
            <PolicyRules
              key={section}
              title={title}
              fields={own}
              draft={draft}
              policy={policy}
              shown={shown}
              open={own.some((field) => problemOf(field) !== null)}
            />
          );
        const more = own.filter(({ path }) => wordsOf(path).more === true);
        return (
          <FormSection
            key={section}
            title={title}
            open={more.some((field) => problemOf(field) !== null)}
            more={more.length === 0 ? null : more.map(shown)}
          >
            {own.filter((field) => !more.includes(field)).map(shown)}
          </FormSection>
        );
      })}
      <ConfirmDialog question={question} onClose={() => setQuestion(null)} />
    </Form>
  );
}
