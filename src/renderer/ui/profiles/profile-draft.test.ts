import { describe, expect, it } from 'vitest';
import { FIELD_MESSAGES } from './field-messages';
import { EXAMPLE_PROFILES } from '../../../../test/support/app/example-profiles';
import type { EffectivePolicy } from '../../../contracts/policy/managed-policy';
import { profilePolicy } from '../../../contracts/policy/policy';
import { type Presentation } from '../../../contracts/profile/profile';
import { providerConfig } from '../../../contracts/profile/provider';
import type { FieldText } from './field-text';
import {
  EMPTY_DRAFT,
  FIELDS,
  applies,
  draftOf,
  draftProblems,
  draftWarnings,
  lineOf,
  newProfileId,
  profileFrom,
  requiredFields,
  ruleOf,
  ruleSetBy,
  withFixed,
  withValues,
  type Draft,
} from './profile-draft';
import { exampleProfile } from '../../../../test/support/app/example-profile';

const good: Draft = {
  ...EMPTY_DRAFT,
  name: ' Support line ',
  identity: '1001@pbx.example.com',
  gatewayUrl: 'wss://pbx.example.com/ws',
  'provider.local-jwt.audience': 'pbx.example.com',
  iceServers: [{ urls: 'stun:a.example.com:3478, stun:b.example.com', username: '' }],
};
const sentences = (draft: Draft): Record<string, string> =>
  Object.fromEntries([...draftProblems(draft)].map(([path, { sentence }]) => [path, sentence]));
const shown = (draft: Draft): string[] =>
  FIELDS.filter((field) => applies(field, lineOf(draft))).map(({ path }) => path);

describe('the profile form', () => {
  it('an empty form lacks a name, an identity, a gateway and an audience', () => {
    expect(Object.keys(sentences(EMPTY_DRAFT)).sort()).toEqual([
      'gatewayUrl',
      'identity',
      'name',
      'provider.local-jwt.audience',
    ]);
  });

  it('marks what has to be filled in, whether it is or not, and starts as no production line', () => {
    const lacking = ['gatewayUrl', 'identity', 'name', 'provider.local-jwt.audience'];
    expect([...requiredFields(EMPTY_DRAFT)].sort()).toEqual(lacking);
    expect([...requiredFields(good)].sort()).toEqual(lacking);
    // A system that answers with its gateway needs none here.
    expect([...requiredFields({ ...good, 'provider.kind': 'sautikit' })].sort()).toEqual(['identity', 'name']);
    expect(requiredFields({ ...good, 'provider.kind': 'generic-http' }).has('provider.generic-http.url')).toBe(true);
    expect(EMPTY_DRAFT['environment']).toBe('development');
  });

  it('what the fields want of each other is said while others do not fit', () => {
    expect(sentences({ ...EMPTY_DRAFT, gatewayUrl: 'x', name: '' })).toMatchObject({
      identity: 'Write it as user@domain, for example 1001@pbx.example.com.',
    });
    expect(sentences({ ...good, 'policy.purposes': 'events', identity: '', gatewayUrl: '' })).toEqual({});
  });

  it.each<[string, FieldText, string]>([
    ['name', '   ', 'Give the line a name of 1 to 60 characters.'],
    ['name', 'x'.repeat(61), 'Give the line a name of 1 to 60 characters.'],
    ['identity', '1001', 'Write it as user@domain, for example 1001@pbx.example.com.'],
    ['identity', '', 'Write it as user@domain, for example 1001@pbx.example.com.'],
    ['displayName', 'x'.repeat(61), 'Use at most 60 characters.'],
    ['gatewayUrl', 'ws://pbx.example.com/ws', 'Write it as wss://host/path; ws:// is allowed for this computer only.'],
    ['gatewayUrl', 'https://pbx.example.com', 'Write it as wss://host/path; ws:// is allowed for this computer only.'],
    ['gatewayUrl', 'wss:/pbx.example.com', 'Write two slashes behind the colon, and the host behind them.'],
    ['gatewayUrl', 'wss://a.example.com,b.example.com', 'Name one host: a comma or semicolon is no part of one.'],
    [
      'gatewayUrl',
      'wss://pbx.example.com/ws?access_token=0123',
      'A URL is no place for a secret: Ringfence adds the token itself, as the profile says.',
    ],
    [
      'gatewayUrl',
      'wss://pb\u0445.example.com/ws',
      'Write the host in plain letters, digits, dots and hyphens (others as xn--), and an address as 192.0.2.1.',
    ],
    ['provider.local-jwt.issuer', '', 'Write 1 to 200 characters; the gateway compares them.'],
    ['provider.local-jwt.keyId', 'x'.repeat(101), 'Use at most 100 characters.'],
    [
      'provider.local-jwt.claims',
      [{ name: 'iss', value: 'x' }],
      'Ringfence sets iss, sub, aud, iat, exp, nbf, jti, max_call_s, max_calls, calls_until, dial, dial_deny, emergency, meta itself.',
    ],
    [
      'provider.local-jwt.claims',
      [
        { name: 'ok', value: '1' },
        { name: '', value: '' },
        { name: 'a b', value: '1' },
      ],
      'Claim 3: use letters, digits, _ . and -.',
    ],
    [
      'provider.local-jwt.claims',
      [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ],
      'Claim 2: each name may stand here once.',
    ],
    ['provider.local-jwt.claims', [{ name: 'a', value: 'x'.repeat(201) }], 'Claim 1: use at most 200 characters.'],
    ['policy.tokenLifeS', '0', 'Write whole seconds from 1 to 3600.'],
    ['policy.tokenLifeS', '3601', 'Write whole seconds from 1 to 3600.'],
    ['policy.tokenLifeS', '1.5', 'Write whole seconds from 1 to 3600.'],
    ['policy.tokenLifeS', '1e2', 'Write whole seconds from 1 to 3600.'],
    ['policy.tokenLifeS', '', 'Write whole seconds from 1 to 3600.'],
    ['policy.purposes', '', 'Choose at least one.'],
    ['policy.rate.burst', '21', 'Write a whole number from 1 to 20.'],
    ['policy.rate.perSecond', '0', 'Write a number from 0.1 to 10.'],
    ['policy.maxCallS', '9', 'Write whole seconds from 10 to 86400, or nothing.'],
    [
      'policy.dial.allow',
      '+254*\n\nnot a number',
      'Line 2: write a number or an address, with * for any rest and ? for one character.',
    ],
    ['policy.dial.deny', Array.from({ length: 21 }, (_, index) => `10${index}`).join('\n'), 'Use at most 20 entries.'],
    ['policy.hours', [{ days: '1', from: '8:00', to: '18:00' }], 'Hours 1: write it as 08:30.'],
    ['policy.hours', [{ days: '', from: '08:00', to: '18:00' }], 'Hours 1: choose at least one.'],
    [
      'iceServers',
      [{ urls: 'stun.example.com', username: '' }],
      'Server 1: write it as stun:host:port or turn:host:port.',
    ],
    ['iceServers', [{ urls: '', username: 'u' }], 'Server 1: fill this in.'],
    [
      'iceServers',
      Array.from({ length: 9 }, (_, index) => ({ urls: `stun:s${index}`, username: '' })),
      'Use at most 8 entries.',
    ],
  ])('%s may not be %j, and there is a sentence for it', (path, text, sentence) => {
    const draft = { ...good, [path]: text };
    expect(sentences(draft)).toEqual({ [path]: sentence });
    expect(profileFrom(draft, 'x')).toBeNull();
  });

  it('a problem in rows is where the row is on the screen', () => {
    const draft = {
      ...good,
      iceServers: [
        { urls: '', username: '' },
        { urls: 'stun:a', username: '' },
        { urls: 'oops', username: '' },
      ],
    };
    expect(draftProblems(draft).get('iceServers')).toMatchObject({ row: 2, column: 'urls' });
    const claims = {
      ...good,
      'provider.local-jwt.claims': [
        { name: '', value: '' },
        { name: 'a b', value: '1' },
      ],
    };
    expect(draftProblems(claims).get('provider.local-jwt.claims')).toMatchObject({ row: 1, column: 'name' });
  });

  it.each<[Presentation['kind'], string, string, unknown]>([
    ['query', 'parameter', '9', { kind: 'query', parameter: 'token' }],
    ['subprotocol', 'template', 'bearer.', { kind: 'subprotocol', template: 'bearer.<token>' }],
    ['subprotocol', 'template', '<token> <token>', { kind: 'subprotocol', template: 'bearer.<token>' }],
    ['bearer', 'header', 'Cookie', { kind: 'bearer', header: 'Authorization', realm: '' }],
    ['bearer', 'realm', 'a"b', { kind: 'bearer', header: 'Authorization', realm: '' }],
    ['digest', 'realm', 'x'.repeat(101), { kind: 'digest', realm: '' }],
  ])('%s has its own fields, which count there alone: %s may not be "%s"', (kind, key, text, made) => {
    const chosen = {
      ...good,
      'presentation.kind': kind,
      ...(kind === 'digest' ? { 'provider.kind': 'ephemeral-credentials' } : {}),
    };
    const path = `presentation.${kind}.${key}`;
    expect(profileFrom(chosen, 'x')?.presentation).toEqual(made);
    expect(Object.keys(sentences({ ...chosen, [path]: text }))).toEqual([path]);
    expect(sentences({ ...good, 'presentation.kind': 'main-injected', [path]: text })).toEqual({});
  });

  it('SIP credentials go by digest, whatever was chosen before, and need neither issuer nor audience', () => {
    const draft = {
      ...good,
      'provider.kind': 'ephemeral-credentials',
      'presentation.kind': 'bearer',
      'provider.local-jwt.audience': '',
      'presentation.digest.realm': ' pbx ',
    };
    expect(profileFrom(draft, 'x')).toMatchObject({
      provider: { kind: 'ephemeral-credentials' },
      presentation: { kind: 'digest', realm: 'pbx' },
    });
    expect(shown(draft).filter((path) => path.startsWith('presentation') || path.startsWith('provider'))).toEqual([
      'provider.kind',
      'presentation.digest.realm',
    ]);
  });

  it('a system that gives a user and a password is presented by digest as soon as the form says so', () => {
    const http = { ...good, 'provider.kind': 'generic-http', 'provider.generic-http.url': 'https://h/t' };
    expect(lineOf(http).presentations).toEqual(['query', 'subprotocol', 'bearer', 'main-injected']);
    expect(
      lineOf({ ...http, 'provider.generic-http.username': '/u', 'provider.generic-http.url': 'not yet' }).presentations,
    ).toEqual(['digest']);
  });

  it('an assistant has no SIP line: its fields are hidden, what stood in them does not stand in the way, and nothing of it is lost', () => {
    const draft = {
      ...good,
      'provider.kind': 'openai-realtime',
      identity: 'half',
      gatewayUrl: 'wss://',
      'policy.purposes': 'sip',
    };
    expect(shown(draft)).not.toEqual(expect.arrayContaining(['identity']));
    expect(profileFrom(draft, 'x')).toMatchObject({ identity: '', gatewayUrl: '', policy: { purposes: ['voice'] } });
    expect(Object.keys(sentences({ ...draft, 'provider.kind': 'local-jwt' })).sort()).toEqual([
      'gatewayUrl',
      'identity',
    ]);
  });

  it('Decart has no calls: the gateway of the provider before is neither shown nor kept', () => {
    const draft = { ...good, 'provider.kind': 'decart', 'policy.purposes': 'sip,events' };
    expect(shown(draft)).not.toEqual(expect.arrayContaining(['gatewayUrl']));
    expect(sentences(draft)).toEqual({});
    expect(profileFrom(draft, 'x')).toMatchObject({ gatewayUrl: '', policy: { purposes: ['voice'] } });
    expect(FIELD_MESSAGES['provider.kind']?.notes?.['decart']).toMatch(/tokens only, no calls/);
  });

  it('makes a profile that fits the schema', () => {
    expect(profileFrom(good, 'support-line')).toEqual(
      exampleProfile({
        id: 'support-line',
        name: 'Support line',
        environment: 'development',
        provider: { kind: 'local-jwt', issuer: 'ringfence', audience: 'pbx.example.com' },
        presentation: { kind: 'main-injected' },
        iceServers: [{ urls: ['stun:a.example.com:3478', 'stun:b.example.com'] }],
      }),
    );
  });
});

describe('a profile in the form', () => {
  it('there is an example of each provider', () => {
    expect([...new Set(EXAMPLE_PROFILES.map(({ provider }) => provider.kind))].sort()).toEqual(
      providerConfig.options.map((option) => option.shape.kind.value).sort(),
    );
  });
  it.each(EXAMPLE_PROFILES.map((example) => [example.provider.kind, example.presentation.kind, example] as const))(
    '%s, %s: comes back as it was',
    (_provider, _presentation, example) => {
      expect(sentences(draftOf(example))).toEqual({});
      expect(profileFrom(draftOf(example), example.id)).toEqual(example);
    },
  );
  it('comes back as it was with any one field at its default, for every provider', () => {
    let tried = 0;
    for (const example of EXAMPLE_PROFILES) {
      for (const field of FIELDS.filter(
        (each) => applies(each, lineOf(draftOf(example))) && each.fallback !== undefined,
      )) {
        const changed = profileFrom({ ...draftOf(example), [field.path]: EMPTY_DRAFT[field.path] ?? '' }, example.id);
        // Some fields are held by others (a user needs a digest); then the form says so.
        if (changed === null) continue;
        expect(profileFrom(draftOf(changed), example.id), field.path).toEqual(changed);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });
  it('choosing another provider and coming back loses nothing', () => {
    for (const example of EXAMPLE_PROFILES) {
      const first = draftOf(example);
      for (const { shape } of providerConfig.options) {
        const away = { ...first, 'provider.kind': shape.kind.value };
        draftProblems(away);
        expect(profileFrom({ ...away, 'provider.kind': example.provider.kind }, example.id)).toEqual(example);
      }
    }
  });
});

describe('who set a rule', () => {
  it('is nobody at the default, and the profile when one part of it differs', () => {
    expect(ruleSetBy('rate', good)).toBe('default');
    expect(ruleSetBy('rate', { ...good, 'policy.rate.perSecond': '1' })).toBe('user');
    expect(ruleSetBy('dial', withValues(EMPTY_DRAFT, { policy: { dial: { deny: ['+1*'] } } }))).toBe('user');
  });
  it("is the admin where the file fixes it: those values stand in the form's place, and what was typed is still there below them", () => {
    const typed = { ...good, 'policy.tokenLifeS': 'oops', 'policy.rate.burst': '7' };
    const policy: EffectivePolicy = {
      values: profilePolicy.parse({
        tokenLifeS: 60,
        hours: [{ days: [1], from: '08:00', to: '18:00' }],
        rate: { burst: 1, perSecond: 1 },
      }),
      setBy: {
        tokenLifeS: 'admin-file',
        hours: 'admin-file',
        rate: 'user',
        purposes: 'default',
        maxCallS: 'default',
        maxCalls: 'default',
        dial: 'default',
        onScreenLock: 'default',
      },
      file: { path: '/etc/ringfence/policy.json', problems: [] },
    };
    expect(profileFrom(withFixed(typed, policy), 'x')?.policy).toMatchObject({
      tokenLifeS: 60,
      hours: [{ days: [1], from: '08:00', to: '18:00' }],
      rate: { burst: 7, perSecond: 2 },
    });
    expect(withFixed(typed, null)).toBe(typed);
  });
  it('every field of the policy belongs to a rule', () => {
    expect(FIELDS.filter(({ path }) => path.startsWith('policy.') && ruleOf(path) === null)).toEqual([]);
    expect(ruleOf('name')).toBeNull();
  });
});

describe('a bearer realm', () => {
  const bearer = { ...good, 'presentation.kind': 'bearer' };
  it.each([
    ['', null],
    ['PBX.example.com', null],
    [
      'asterisk',
      'The token is shown to the realm "asterisk" only, and this line registers at "pbx.example.com": it would never be shown.',
    ],
  ])('"%s" is %j', (realm, warning) => {
    const draft = { ...bearer, identity: '1001@pbx.example.com:5061', 'presentation.bearer.realm': realm };
    expect(draftWarnings(draft).get('presentation.bearer.realm') ?? null).toBe(warning);
    expect(sentences(draft)).toEqual({});
    expect(draftWarnings({ ...draft, 'presentation.kind': 'query' }).size).toBe(0);
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
