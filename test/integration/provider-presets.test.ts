/** The presets that ask a server, as the form fills them in: what goes over the wire is what the system's documentation says. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Profile } from '../../src/contracts/profile/profile';
import { systemClock } from '../../src/main/base/clock';
import { presentMinted } from '../../src/main/tokens/grant-presentation';
import { createGenericHttp } from '../../src/main/providers/generic-http';
import { createHttpClient } from '../../src/main/providers/http';
import { PRESETS, withPreset } from '../../src/renderer/ui/profiles/presets';
import { EMPTY_DRAFT, profileFrom, type Draft } from '../../src/renderer/ui/profiles/profile-draft';
import {
  answerJson,
  openHttpServer,
  type Answer,
  type HttpServerUnderTest,
} from '../support/servers/hostile-http-server';
import { testKey } from '../support/servers/provider-fixture';

const NOW = 1_800_000_000_500;
const { key, text: keyText } = testKey();
const servers: HttpServerUnderTest[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The form after this preset, with what only the admin knows; `atServer` puts the server of the test in place of the system's. */
function lineOf(id: string, parts: Draft, atServer: (url: string) => string): Profile {
  const preset = PRESETS.find((one) => one.id === id);
  if (preset === undefined) expect.unreachable();
  const filled = withPreset(EMPTY_DRAFT, preset);
  const written = filled['provider.generic-http.url'];
  const url = atServer(typeof written === 'string' ? written : '');
  const profile = profileFrom(
    {
      ...filled,
      name: 'Line',
      identity: '1001@pbx.example.com',
      gatewayUrl: 'wss://pbx.example.com/ws',
      ...parts,
      'provider.generic-http.url': url,
    },
    'line',
  );
  return profile ?? expect.unreachable('the form does not fit');
}
async function mintFrom(answer: Answer, profileAt: (serverUrl: string) => Profile) {
  const server = await openHttpServer(answer);
  servers.push(server);
  const profile = profileAt(server.url);
  const minted = await createGenericHttp(createHttpClient({ clock: systemClock, random: Math.random }), () => NOW).mint(
    { profile, purpose: 'sip', lifeS: 300 },
    key,
  );
  if (!minted.ok) expect.unreachable(minted.failure.sentence);
  return { profile, minted: minted.value, request: server.requests[0] };
}

describe('a preset', () => {
  it('Plivo: a JWT for the endpoint from its own API, until its own exp, shown in X-Plivo-Jwt', async () => {
    const exp = Math.floor(Date.now() / 1000) + 300;
    const jwt = `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.c2ln`;
    const { profile, minted, request } = await mintFrom(answerJson(200, { token: jwt, api_id: 'x' }), (server) =>
      lineOf('plivo', {}, (url) => url.replace('https://api.plivo.com', server).replace('AUTH_ID', 'MA123')),
    );
    expect(request).toMatchObject({
      method: 'POST',
      path: '/v1/Account/MA123/JWT/Token/',
      headers: { authorization: `Basic ${keyText}`, 'content-type': 'application/json' },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      iss: 'AUTH_ID',
      sub: '1001',
      nbf: 1_800_000_000,
      exp: 1_800_000_300,
      per: { voice: { incoming_allow: true, outgoing_allow: true } },
    });
    expect(Math.abs(minted.expiresAt - exp * 1000)).toBeLessThan(2_000);
    expect(presentMinted(profile, minted)).toMatchObject({
      ok: true,
      value: { kind: 'bearer', header: 'X-Plivo-Jwt', token: jwt },
    });
  });

  it("Asterisk: a user and a password from the admin's own service, by digest to Asterisk's realm", async () => {
    const { profile, minted, request } = await mintFrom(
      answerJson(200, { username: '1001-a', password: 'minutes', expires_at: Math.floor(Date.now() / 1000) + 120 }),
      (server) => lineOf('asterisk', {}, () => `${server}/sip`),
    );
    expect(request).toMatchObject({
      method: 'POST',
      path: '/sip',
      headers: { authorization: `Bearer ${keyText}` },
      body: '{"user":"1001","life":300}',
    });
    expect(presentMinted(profile, minted)).toEqual({
      ok: true,
      value: { kind: 'digest', realm: 'asterisk', username: '1001-a', password: 'minutes' },
    });
  });
});
