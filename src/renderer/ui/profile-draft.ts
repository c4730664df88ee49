/** The profile form's fields as typed, and the profile they make. One sentence for each field that does not fit. */
import { environment, gatewayUrl, iceServer, presentation, profile, profilePolicy, providerConfig, sipIdentity, type Environment, type Profile } from '../../contracts/profile';

export interface ProfileDraft {
  readonly name: string;
  readonly environment: Environment;
  readonly identity: string;
  readonly displayName: string;
  readonly gatewayUrl: string;
  readonly presentation: 'query' | 'main-injected';
  /** Name of the query parameter. */
  readonly parameter: string;
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
  presentation: 'Choose how the gateway gets the token.',
  parameter: 'Use up to 32 letters, digits, hyphens and underscores, beginning with a letter.',
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
  presentation: 'main-injected',
  parameter: 'token',
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
    presentation: existing.presentation.kind,
    parameter: existing.presentation.kind === 'query' ? existing.presentation.parameter : 'token',
    issuer: existing.provider.issuer,
    audience: existing.provider.audience,
    tokenLifeS: String(existing.policy.tokenLifeS),
    stunServers: serversText(existing),
  };
}
const serversText = (existing: Profile): string => existing.iceServers.flatMap((server) => server.urls).join(', ');
const urlsIn = (text: string): string[] => text.split(/[\s,]+/).filter((url) => url !== '');

const presentationOf = (draft: ProfileDraft): unknown => (draft.presentation === 'query' ? { kind: 'query', parameter: draft.parameter.trim() } : { kind: 'main-injected' });
const secondsIn = (text: string): number => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN);

/** The fields that do not fit. */
export function draftProblems(draft: ProfileDraft): ReadonlySet<DraftField> {
  const { shape } = profile;
  const local = providerConfig.options[0].shape;
  const urls = urlsIn(draft.stunServers);
  const fits: Readonly<Record<DraftField, boolean>> = {
    name: shape.name.safeParse(draft.name).success,
    environment: environment.safeParse(draft.environment).success,
    identity: sipIdentity.safeParse(draft.identity.trim()).success,
    displayName: shape.displayName.safeParse(draft.displayName.trim()).success,
    gatewayUrl: gatewayUrl.safeParse(draft.gatewayUrl.trim()).success,
    presentation: true,
    parameter: presentation.safeParse(presentationOf(draft)).success,
    issuer: local.issuer.safeParse(draft.issuer.trim()).success,
    audience: local.audience.safeParse(draft.audience.trim()).success,
    tokenLifeS: profilePolicy.shape.tokenLifeS.safeParse(secondsIn(draft.tokenLifeS)).success,
    stunServers: urls.length <= 8 && urls.every((url) => iceServer.safeParse({ urls: [url] }).success),
  };
  const fields: readonly DraftField[] = ['name', 'environment', 'identity', 'displayName', 'gatewayUrl', 'presentation', 'parameter', 'issuer', 'audience', 'tokenLifeS', 'stunServers'];
  return new Set(fields.filter((field) => !fits[field]));
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
    provider: { kind: 'local-jwt', issuer: draft.issuer.trim(), audience: draft.audience.trim() },
    identity: draft.identity.trim(),
    displayName: draft.displayName.trim(),
    gatewayUrl: draft.gatewayUrl.trim(),
    presentation: presentationOf(draft),
    policy: { purposes: existing?.policy.purposes ?? ['sip'], tokenLifeS: secondsIn(draft.tokenLifeS) },
    iceServers: sameServers ? existing.iceServers : urlsIn(draft.stunServers).map((url) => ({ urls: [url] })),
  });
  return parsed.success ? parsed.data : null;
}
