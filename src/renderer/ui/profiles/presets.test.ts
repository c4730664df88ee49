import { describe, expect, it } from 'vitest';
import { profile } from '../../../contracts/profile/profile';
import { PRESETS, withPreset } from './presets';
import { EMPTY_DRAFT, draftProblems, profileFrom, type Draft } from './profile-draft';

/** What only the admin knows, by preset, and what it might be. */
const WHO = { name: 'Line', identity: '1001@pbx.example.com' };
const GATEWAY = { gatewayUrl: 'wss://pbx.example.com/ws' };
const AUDIENCE = { 'provider.local-jwt.audience': 'pbx.example.com' };
const BLANKS: Readonly<Record<string, Draft>> = {
  asterisk: { ...WHO, ...GATEWAY, 'provider.generic-http.url': 'https://desk.example.com/sip' },
  decart: { name: 'Stream' },
  freeswitch: { ...WHO, ...GATEWAY },
  jambonz: { ...WHO, ...GATEWAY },
  'kamailio-bearer': { ...WHO, ...GATEWAY, ...AUDIENCE },
  'kamailio-digest': { ...WHO, ...GATEWAY },
  'kamailio-query': { ...WHO, ...GATEWAY, ...AUDIENCE },
  'openai-assistant': { name: 'Assistant' },
  plivo: { ...WHO, ...GATEWAY },
  sautikit: WHO,
  sippet: { ...WHO, ...GATEWAY },
};

describe.each(PRESETS)('the preset $id', (preset) => {
  const blanks = BLANKS[preset.id] ?? {};
  it('leaves to be filled in what only the admin knows, and nothing else', () => {
    expect([...draftProblems(withPreset(EMPTY_DRAFT, preset)).keys()].sort()).toEqual(Object.keys(blanks).sort());
  });
  it('is a profile of its schema once that is done', () => {
    const made = profileFrom({ ...withPreset(EMPTY_DRAFT, preset), ...blanks }, 'line');
    expect(made).not.toBeNull();
    expect(profile.parse(made)).toEqual(made);
    expect(made).toMatchObject({
      provider: { kind: preset.gives.provider?.kind },
      ...(preset.gives.presentation === undefined ? {} : { presentation: preset.gives.presentation }),
    });
  });
  it('keeps who the line is, and nothing of another preset', () => {
    const who = { name: 'N', identity: 'u@d', displayName: 'D', environment: 'staging' };
    const from = (other: Draft): Draft => withPreset({ ...other, ...who }, preset);
    expect(from(EMPTY_DRAFT)).toMatchObject(who);
    for (const other of PRESETS) expect(from(withPreset(EMPTY_DRAFT, other))).toEqual(from(EMPTY_DRAFT));
  });
});

it("Plivo's body is JSON, and asks for the token in Plivo's own words", () => {
  const { provider } = PRESETS.find(({ id }) => id === 'plivo')?.gives ?? {};
  const body: unknown = JSON.parse(provider?.kind === 'generic-http' ? (provider.body ?? '') : '');
  expect(Object.keys(body ?? {})).toEqual(['iss', 'sub', 'nbf', 'exp', 'per']);
});
