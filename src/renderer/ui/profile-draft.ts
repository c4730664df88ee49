/** The profile form's fields as typed, and the profile they make. One sentence for each field that does not fit. */
import { environment, gatewayUrl, iceServer, presentation, profile, profilePolicy, providerConfig, sipIdentity, TOKEN_PLACEHOLDER, type Environment, type Presentation, type Profile, type ProviderConfig } from '../../contracts/profile';

/** The ways of a token; SIP credentials go by digest alone. */
export type TokenPresentation = Exclude<Presentation['kind'], 'digest'>;

export interface ProfileDraft {
  readonly name: string;
  readonly environment: Environment;
  readonly identity: string;
  readonly displayName: string;
  readonly gatewayUrl: string;
  readonly provider: ProviderConfig['kind'];
  readonly presentation: TokenPresentation;
  /** Name of the query parameter. */
  readonly parameter: string;
  /** The subprotocol, with TOKEN_PLACEHOLDER in it. */
  readonly template: string;
  /** The header of SIP requests. */
  readonly header: string;
  /** Empty: the identity's domain. */
  readonly realm: string;
  readonly issuer: string;
  readonly audience: string;
  readonly tokenLifeS: string;
  /** URLs, separated by blanks, commas or line ends. */
  readonly stunServers: string;
}
export type DraftField = keyof ProfileDraft;

/** What a field wants, said when it does not get it. */
export const FIELD_SENTENCES: Readonly<Record<DraftField, string>> = {
  name: 'Give the line a name of 1 to 60 characters.',
  environment: 'Choose an environment.',
  identity: 'Write it as user@domain, for example 1001@pbx.example.com.',
  displayName: 'Use at most 60 characters.',
  gatewayUrl: 'Write it as wss://host/path; ws:// is allowed for this computer only.',
  provider: 'Choose how this line proves itself.',
  presentation: 'Choose how the gateway gets the token.',
  parameter: 'Use up to 32 letters, digits, hyphens and underscores, beginning with a letter.',
  template: `Write ${TOKEN_PLACEHOLDER} once, with letters, digits, dots, hyphens and underscores around it.`,
  header: 'Write Authorization, or a name that starts with X-.',
  realm: 'Use up to 100 characters, without quotes and backslashes.',
  issuer: 'Write 1 to 200 characters; the gateway compares them.',
  audience: 'Write 1 to 200 characters; the gateway compares them.',
  tokenLifeS: 'Write whole seconds from 1 to 3600.',
  stunServers: 'Write up to 8 addresses such as stun:stun.example.com:3478.',
};

/** An empty form. */
export const EMPTY_DRAFT: ProfileDraft = {
  name: '',
  environment: 'production',
  identity: '',
  displayName: '',
  gatewayUrl: '',
  provider: 'local-jwt',
  presentation: 'main-injected',
  parameter: 'token',
  template: `bearer.${TOKEN_PLACEHOLDER}`,
  header: 'Authorization',
  realm: '',
  issuer: 'ringfence',
  audience: '',
  tokenLifeS: '300',
  stunServers: '',
};

/** The form of an existing profile. */
export function draftOf(existing: Profile): ProfileDraft {
  return {
    name: existing.name,
    environment: existing.environment,
    identity: existing.identity,
    displayName: existing.displayName,
    gatewayUrl: existing.gatewayUrl,
    provider: existing.provider.kind,
    presentation: existing.presentation.kind === 'digest' ? EMPTY_DRAFT.presentation : existing.presentation.kind,
    parameter: existing.presentation.kind === 'query' ? existing.presentation.parameter : EMPTY_DRAFT.parameter,
    template: existing.presentation.kind === 'subprotocol' ? existing.presentation.template : EMPTY_DRAFT.template,
    header: existing.presentation.kind === 'bearer' ? existing.presentation.header : EMPTY_DRAFT.header,
    realm: 'realm' in existing.presentation ? existing.presentation.realm : EMPTY_DRAFT.realm,
    issuer: existing.provider.kind === 'local-jwt' ? existing.provider.issuer : EMPTY_DRAFT.issuer,
    audience: existing.provider.kind === 'local-jwt' ? existing.provider.audience : EMPTY_DRAFT.audience,
    tokenLifeS: String(existing.policy.tokenLifeS),
    stunServers: serversText(existing),
  };
}
const serversText = (existing: Profile): string => existing.iceServers.flatMap((server) => server.urls).join(', ');
const urlsIn = (text: string): string[] => text.split(/[\s,]+/).filter((url) => url !== '');

/** The fields that a presentation has of its own. */
const OWN_FIELDS: Readonly<Record<Presentation['kind'], readonly ('parameter' | 'template' | 'header' | 'realm')[]>> = {
  query: ['parameter'],
  subprotocol: ['template'],
  bearer: ['header', 'realm'],
  digest: ['realm'],
  'main-injected': [],
};
const kindOf = (draft: ProfileDraft): Presentation['kind'] => (draft.provider === 'ephemeral-credentials' ? 'digest' : draft.presentation);

/** Whether the form shows this field for what is chosen. */
export function applies(field: DraftField, draft: ProfileDraft): boolean {
  if (field === 'parameter' || field === 'template' || field === 'header' || field === 'realm') return OWN_FIELDS[kindOf(draft)].includes(field);
  return draft.provider === 'local-jwt' || (field !== 'presentation' && field !== 'issuer' && field !== 'audience');
}

const presentationOf = (draft: ProfileDraft): unknown => ({ kind: kindOf(draft), ...Object.fromEntries(OWN_FIELDS[kindOf(draft)].map((field) => [field, draft[field].trim()])) });
const providerOf = (draft: ProfileDraft): unknown => (draft.provider === 'local-jwt' ? { kind: draft.provider, issuer: draft.issuer.trim(), audience: draft.audience.trim() } : { kind: draft.provider });
const secondsIn = (text: string): number => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN);

/** The fields that do not fit. */
export function draftProblems(draft: ProfileDraft): ReadonlySet<DraftField> {
  const { shape } = profile;
  const local = providerConfig.options[0].shape;
  const urls = urlsIn(draft.stunServers);
  const fitsAlone = (given: unknown): boolean => presentation.safeParse(given).success;
  const fits: Readonly<Record<DraftField, boolean>> = {
    name: shape.name.safeParse(draft.name).success,
    environment: environment.safeParse(draft.environment).success,
    identity: sipIdentity.safeParse(draft.identity.trim()).success,
    displayName: shape.displayName.safeParse(draft.displayName.trim()).success,
    gatewayUrl: gatewayUrl.safeParse(draft.gatewayUrl.trim()).success,
    provider: true,
    presentation: true,
    parameter: fitsAlone({ kind: 'query', parameter: draft.parameter.trim() }),
    template: fitsAlone({ kind: 'subprotocol', template: draft.template.trim() }),
    header: fitsAlone({ kind: 'bearer', header: draft.header.trim() }),
    realm: fitsAlone({ kind: 'digest', realm: draft.realm.trim() }),
    issuer: local.issuer.safeParse(draft.issuer.trim()).success,
    audience: local.audience.safeParse(draft.audience.trim()).success,
    tokenLifeS: profilePolicy.shape.tokenLifeS.safeParse(secondsIn(draft.tokenLifeS)).success,
    stunServers: urls.length <= 8 && urls.every((url) => iceServer.safeParse({ urls: [url] }).success),
  };
  const fields: readonly DraftField[] = ['name', 'environment', 'identity', 'displayName', 'gatewayUrl', 'provider', 'presentation', 'parameter', 'template', 'header', 'realm', 'issuer', 'audience', 'tokenLifeS', 'stunServers'];
  return new Set(fields.filter((field) => applies(field, draft) && !fits[field]));
}

/** An id from the name: lower-case words, unlike any of `taken`. */
export function newProfileId(name: string, taken: readonly string[]): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 50);
  const stem = plain === '' ? 'line' : plain;
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? stem : `${stem}-${count}`;
    if (!taken.includes(id)) return id;
  }
}

/** The profile that the form makes, or null while a field does not fit. `existing` keeps what the form does not show. */
export function profileFrom(draft: ProfileDraft, id: string, existing: Profile | null): Profile | null {
  if (draftProblems(draft).size > 0) return null;
  // Servers with a user name (TURN) stay as they are while the field is untouched.
  const sameServers = existing !== null && serversText(existing) === draft.stunServers;
  const parsed = profile.safeParse({
    id,
    name: draft.name,
    environment: draft.environment,
    provider: providerOf(draft),
    identity: draft.identity.trim(),
    displayName: draft.displayName.trim(),
    gatewayUrl: draft.gatewayUrl.trim(),
    presentation: presentationOf(draft),
    policy: { purposes: existing?.policy.purposes ?? ['sip'], tokenLifeS: secondsIn(draft.tokenLifeS) },
    iceServers: sameServers ? existing.iceServers : urlsIn(draft.stunServers).map((url) => ({ urls: [url] })),
  });
  return parsed.success ? parsed.data : null;
}
