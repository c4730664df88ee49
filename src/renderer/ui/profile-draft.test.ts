import { describe, expect, it } from 'vitest';
import type { Profile } from '../../contracts/profile';
import { EMPTY_DRAFT, FIELD_SENTENCES, applies, draftOf, draftProblems, newProfileId, profileFrom, type DraftField, type ProfileDraft } from './profile-draft';

const good: ProfileDraft = {
  ...EMPTY_DRAFT,
  name: ' Support line ',
  identity: '1001@pbx.example.com',
  gatewayUrl: 'wss://pbx.example.com/ws',
  audience: 'pbx.example.com',
  stunServers: 'stun:a.example.com:3478, stun:b.example.com',
};

describe('the profile form', () => {
  it('an empty form lacks a name, an identity, a gateway and an audience', () => {
    expect([...draftProblems(EMPTY_DRAFT)].sort()).toEqual(['audience', 'gatewayUrl', 'identity', 'name']);
  });

  it.each<[DraftField, string]>([
    ['name', '   '],
    ['name', 'x'.repeat(61)],
    ['identity', '1001'],
    ['displayName', 'x'.repeat(61)],
    ['gatewayUrl', 'ws://pbx.example.com/ws'],
    ['gatewayUrl', 'https://pbx.example.com'],
    ['issuer', ''],
    ['audience', ''],
    ['tokenLifeS', '0'],
    ['tokenLifeS', '3601'],
    ['tokenLifeS', '1.5'],
    ['tokenLifeS', '1e2'],
    ['tokenLifeS', ''],
    ['stunServers', 'stun.example.com'],
    ['stunServers', Array.from({ length: 9 }, (_, index) => `stun:s${index}`).join(' ')],
  ])('%s may not be "%s", and there is a sentence for it', (field, text) => {
    const draft = { ...good, [field]: text };
    expect([...draftProblems(draft)]).toEqual([field]);
    expect(FIELD_SENTENCES[field]).toMatch(/^[A-Z].+\.$/);
    expect(profileFrom(draft, 'x', null)).toBeNull();
  });

  it.each<[Partial<ProfileDraft>, DraftField, string, unknown]>([
    [{ presentation: 'query' }, 'parameter', '9', { kind: 'query', parameter: 'token' }],
    [{ presentation: 'subprotocol' }, 'template', 'bearer.', { kind: 'subprotocol', template: 'bearer.<token>' }],
    [{ presentation: 'subprotocol' }, 'template', '<token> <token>', { kind: 'subprotocol', template: 'bearer.<token>' }],
    [{ presentation: 'bearer' }, 'header', 'Cookie', { kind: 'bearer', header: 'Authorization', realm: '' }],
    [{ presentation: 'bearer' }, 'realm', 'a"b', { kind: 'bearer', header: 'Authorization', realm: '' }],
    [{ provider: 'ephemeral-credentials' }, 'realm', 'x'.repeat(101), { kind: 'digest', realm: '' }],
  ])('%j has its own fields, which count there alone: %s may not be "%s"', (choice, field, text, made) => {
    const chosen = { ...good, ...choice };
    expect(profileFrom(chosen, 'x', null)?.presentation).toEqual(made);
    expect([...draftProblems({ ...chosen, [field]: text })]).toEqual([field]);
    expect(FIELD_SENTENCES[field]).toMatch(/^[A-Z].+\.$/);
    expect(draftProblems({ ...good, presentation: 'main-injected', [field]: text }).size).toBe(0);
  });

  it('SIP credentials go by digest, whatever presentation was chosen before, and need neither issuer nor audience', () => {
    const draft: ProfileDraft = { ...good, provider: 'ephemeral-credentials', presentation: 'bearer', issuer: '', audience: '', realm: ' pbx ' };
    expect(profileFrom(draft, 'x', null)).toMatchObject({ provider: { kind: 'ephemeral-credentials' }, presentation: { kind: 'digest', realm: 'pbx' } });
    expect(['presentation', 'issuer', 'audience', 'header'].filter((field) => applies(field as DraftField, draft))).toEqual([]);
  });

  it('the parameter counts only where the token goes into the query', () => {
    expect([...draftProblems({ ...good, presentation: 'query', parameter: '9' })]).toEqual(['parameter']);
    expect(draftProblems({ ...good, presentation: 'main-injected', parameter: '9' }).size).toBe(0);
  });

  it('makes a profile that fits the schema', () => {
    expect(profileFrom(good, 'support-line', null)).toEqual({
      id: 'support-line',
      name: 'Support line',
      environment: 'production',
      provider: { kind: 'local-jwt', issuer: 'ringfence', audience: 'pbx.example.com' },
      identity: '1001@pbx.example.com',
      displayName: '',
      gatewayUrl: 'wss://pbx.example.com/ws',
      presentation: { kind: 'main-injected' },
      policy: { tokenLifeS: 300, purposes: ['sip'] },
      iceServers: [{ urls: ['stun:a.example.com:3478'] }, { urls: ['stun:b.example.com'] }],
    });
  });

  it.each<Pick<Profile, 'provider' | 'presentation'>>([
    { provider: { kind: 'local-jwt', issuer: 'i', audience: 'a' }, presentation: { kind: 'query', parameter: 'jwt' } },
    { provider: { kind: 'local-jwt', issuer: 'i', audience: 'a' }, presentation: { kind: 'subprotocol', template: 'v1.<token>' } },
    { provider: { kind: 'local-jwt', issuer: 'i', audience: 'a' }, presentation: { kind: 'bearer', header: 'X-Token', realm: 'r' } },
    { provider: { kind: 'local-jwt', issuer: 'i', audience: 'a' }, presentation: { kind: 'main-injected' } },
    { provider: { kind: 'ephemeral-credentials' }, presentation: { kind: 'digest', realm: 'r' } },
  ])('gives an edited profile back as it was, with what the form does not show: $presentation.kind', (choice) => {
    const existing: Profile = {
      ...choice,
      id: 'p',
      name: 'P',
      environment: 'staging',
      identity: '1@h',
      displayName: 'D',
      gatewayUrl: 'wss://h/',
      policy: { tokenLifeS: 60, purposes: ['sip', 'events'] },
      iceServers: [{ urls: ['turn:t.example.com'], username: 'u' }],
    };
    expect(profileFrom(draftOf(existing), 'p', existing)).toEqual(existing);
  });
});

describe('the id of a new profile', () => {
  it.each([
    ['Support line', [], 'support-line'],
    ['Support line', ['support-line', 'support-line-2'], 'support-line-3'],
    ['\u00c9quipe Zo\u00eb!', [], 'equipe-zoe'],
    ['\u7dda', [], 'line'],
    ['x'.repeat(60), [], 'x'.repeat(50)],
  ])('of %s', (name, taken, id) => {
    const made = newProfileId(name, taken);
    expect(made).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,62})$/);
    expect(made).toBe(id);
  });
});
