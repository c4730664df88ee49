import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import { environment, type Profile } from '../../contracts/profile';
import type { Failure } from '../../contracts/result';
import { useApp } from './app-context';
import { Choice } from './Choice';
import { FailureNotice } from './FailureNotice';
import { FormField } from './FormField';
import { EMPTY_DRAFT, FIELD_SENTENCES, applies, draftOf, draftProblems, newProfileId, profileFrom, type DraftField, type ProfileDraft, type TokenPresentation } from './profile-draft';
import { ENVIRONMENT_WORDS } from './sentences';

interface ProfileFormProps {
  /** Null adds one. */
  readonly existing: Profile | null;
  readonly onCancel: () => void;
  readonly onSaved: (profile: Profile) => void;
}

const ENVIRONMENTS = environment.options.map((id) => ({ id, label: ENVIRONMENT_WORDS[id] }));
const PROVIDERS = [
  { id: 'local-jwt', label: 'Signed token (JWT)' },
  { id: 'ephemeral-credentials', label: 'SIP password that expires' },
] as const;
const PROVIDER_NOTES: Readonly<Record<ProfileDraft['provider'], string>> = {
  'local-jwt': 'Ringfence signs a token for each connection; the gateway verifies it with the same key.',
  'ephemeral-credentials': 'Ringfence computes a SIP user and password that expire; the gateway asks for them by digest (MD5). Kamailio: auth_ephemeral.',
};
const PRESENTATIONS: readonly { readonly id: TokenPresentation; readonly label: string }[] = [
  { id: 'main-injected', label: 'Token stays in main' },
  { id: 'query', label: 'Query parameter of the URL' },
  { id: 'subprotocol', label: 'WebSocket subprotocol' },
  { id: 'bearer', label: 'Bearer in SIP requests' },
];
const PRESENTATION_NOTES: Readonly<Record<TokenPresentation, string>> = {
  'main-injected': "Main puts the token into the connection's header; this window never holds it.",
  query: 'The token is part of the URL that is opened, under this name. Gateways and proxies may write URLs to their logs.',
  subprotocol: 'The token is offered as one more subprotocol after sip; the gateway answers sip.',
  bearer: 'The token goes with REGISTER and with the INVITE that begins a call (RFC 8898), to the realm below and to no other.',
};

/** A profile's fields, judged as they are typed. */
export function ProfileForm({ existing, onCancel, onSaved }: ProfileFormProps) {
  const { profiles } = useApp();
  const [draft, setDraft] = useState<ProfileDraft>(existing === null ? EMPTY_DRAFT : draftOf(existing));
  const [touched, setTouched] = useState<ReadonlySet<DraftField>>(new Set());
  const [submitted, setSubmitted] = useState(false);
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<Failure | null>(null);
  const problems = draftProblems(draft);

  function change(field: DraftField, value: string): void {
    setDraft({ ...draft, [field]: value });
    setTouched(new Set([...touched, field]));
  }
  const field = (name: DraftField) => ({
    value: draft[name],
    onChange: (value: string) => change(name, value),
    problem: problems.has(name) && (submitted || touched.has(name)) ? FIELD_SENTENCES[name] : null,
  });
  const shown = (name: DraftField): boolean => applies(name, draft);
  async function save(): Promise<void> {
    setSubmitted(true);
    const taken = profiles.get()?.profiles.map(({ id }) => id) ?? [];
    const profile = profileFrom(draft, existing?.id ?? newProfileId(draft.name, taken), existing);
    if (profile === null) {
      // After the next render the field says what it wants.
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.profile-form [aria-invalid="true"]')?.focus());
      return;
    }
    setSaving(true);
    setFailed(null);
    const result = await profiles.save(profile);
    setSaving(false);
    if (result.ok) onSaved(profile);
    else setFailed(result.failure);
  }

  return (
    <Form
      className="profile-form"
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="panel-head">
        <h1>{existing === null ? 'New profile' : existing.name}</h1>
        <div className="panel-actions">
          <Button className="button" onPress={onCancel}>
            Cancel
          </Button>
          <Button className="button primary" type="submit" isDisabled={saving}>
            {existing === null ? 'Add profile' : 'Save'}
          </Button>
        </div>
      </div>
      {failed !== null && <FailureNotice failure={failed} onRetry={() => void save()} onDismiss={() => setFailed(null)} />}
      <div className="settings-card form-grid">
        <FormField label="Name" {...field('name')} autoFocus />
        <Choice label="Environment" options={ENVIRONMENTS} value={draft.environment} onChange={(value) => change('environment', value)} />
        <FormField label="Identity" hint="user@domain, as the gateway knows this line" {...field('identity')} />
        <FormField label="Display name" hint="What the people you call see; may be empty" {...field('displayName')} />
        <FormField label="Gateway URL" hint="wss://pbx.example.com/ws" wide {...field('gatewayUrl')} />
        <Choice label="How this line proves itself" options={PROVIDERS} value={draft.provider} onChange={(value) => change('provider', value)} />
        <p className="form-note">{PROVIDER_NOTES[draft.provider]}</p>
        {shown('presentation') && (
          <>
            <Choice label="How the gateway gets the token" options={PRESENTATIONS} value={draft.presentation} onChange={(value) => change('presentation', value)} />
            <p className="form-note">{PRESENTATION_NOTES[draft.presentation]}</p>
          </>
        )}
        {shown('parameter') && <FormField label="Parameter" wide {...field('parameter')} />}
        {shown('template') && <FormField label="Subprotocol" hint="<token> stands where the token goes" wide {...field('template')} />}
        {shown('header') && <FormField label="Header" hint="Authorization, or a name such as X-Token" {...field('header')} />}
        {shown('realm') && <FormField label="Realm" hint="Empty: the domain of the identity" wide={!shown('header')} {...field('realm')} />}
        {shown('issuer') && <FormField label="Issuer" hint="iss of the token" {...field('issuer')} />}
        {shown('audience') && <FormField label="Audience" hint="aud of the token" {...field('audience')} />}
        <FormField label={draft.provider === 'local-jwt' ? 'Token life in seconds' : 'Password life in seconds'} hint="1 to 3600; short is safe" {...field('tokenLifeS')} />
        <FormField label="STUN servers" hint="stun:host:port, several with commas; may be empty" {...field('stunServers')} />
      </div>
    </Form>
  );
}
