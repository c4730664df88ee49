/** Forms that are filled in for a system; what only the admin knows stays blank. Their words are in field-words.ts. */
import type { ProfileInput } from '../../../contracts/profile/profile';
import { EMPTY_DRAFT, withValues, type Draft } from './profile-draft';

type Given = Partial<Omit<ProfileInput, 'id' | 'name' | 'identity'>>;
export interface Preset {
  readonly id: string;
  readonly gives: Given;
}

/** Answers of a service of the admin's own, which makes a SIP user and password and tells the PBX. */
const OWN_SERVICE: Given['provider'] = {
  kind: 'generic-http',
  url: '',
  headers: [{ name: 'Authorization', value: 'Bearer <key>' }],
  body: '{"user":"{user}","life":"{life}"}',
  username: '/username',
  password: '/password',
  expiresAt: '/expires_at',
};
const SIGNED_HERE: Given['provider'] = { kind: 'local-jwt', audience: '' };

export const PRESETS: readonly Preset[] = [
  { id: 'asterisk', gives: { provider: OWN_SERVICE, presentation: { kind: 'digest', realm: 'asterisk' } } },
  { id: 'decart', gives: { provider: { kind: 'decart' }, policy: { purposes: ['voice'] } } },
  { id: 'freeswitch', gives: { provider: { kind: 'ephemeral-credentials' }, presentation: { kind: 'digest' } } },
  { id: 'jambonz', gives: { provider: { kind: 'ephemeral-credentials' }, presentation: { kind: 'digest' } } },
  { id: 'kamailio-bearer', gives: { provider: SIGNED_HERE, presentation: { kind: 'bearer' } } },
  { id: 'kamailio-digest', gives: { provider: { kind: 'ephemeral-credentials' }, presentation: { kind: 'digest' } } },
  { id: 'kamailio-query', gives: { provider: SIGNED_HERE, presentation: { kind: 'query', parameter: 'token' } } },
  { id: 'openai-assistant', gives: { provider: { kind: 'openai-realtime' }, policy: { purposes: ['voice'] } } },
  {
    id: 'plivo',
    gives: {
      provider: {
        kind: 'generic-http',
        url: 'https://api.plivo.com/v1/Account/AUTH_ID/JWT/Token/',
        headers: [{ name: 'Authorization', value: 'Basic <key>' }],
        body: '{"iss":"AUTH_ID","sub":"{user}","nbf":"{now}","exp":"{expiry}","per":{"voice":{"incoming_allow":true,"outgoing_allow":true}}}',
        token: '/token',
      },
      presentation: { kind: 'bearer', header: 'X-Plivo-Jwt' },
    },
  },
  { id: 'sautikit', gives: { provider: { kind: 'sautikit' }, presentation: { kind: 'query', parameter: 'token' } } },
  {
    id: 'sippet',
    gives: { provider: { kind: 'sippet' }, presentation: { kind: 'digest' }, policy: { purposes: ['sip', 'events'] } },
  },
];

/** What a preset leaves alone: who the line is. */
const KEPT = ['name', 'environment', 'identity', 'displayName'];

/** The form as the preset fills it in; the name and the identity stay as they are. */
export function withPreset(draft: Draft, preset: Preset): Draft {
  const kept = Object.fromEntries(Object.entries(draft).filter(([path]) => KEPT.includes(path)));
  return withValues({ ...EMPTY_DRAFT, ...kept }, preset.gives);
}
