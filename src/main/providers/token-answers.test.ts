/** The table of what token servers answer, over HTTP, to a grant that fits its schema. */
import { afterEach, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import {
  answerJson,
  openHttpServer,
  type HttpServerUnderTest,
} from '../../../test/support/servers/hostile-http-server';
import { lineOf, mainClockOn, testKey } from '../../../test/support/servers/provider-fixture';
import { ANSWERED_AT, TOKEN_ANSWERS } from '../../../test/support/servers/token-answers';
import { sipGrant } from '../../contracts/profile/grant';
import { createGrantOf } from '../tokens/grant-of';
import { createGenericHttp } from './generic-http';
import { createHttpClient } from './http';

let server: HttpServerUnderTest | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

it.each(TOKEN_ANSWERS)('$name', async ({ body, life, servers, leftOut = [0, 0, 0] }) => {
  server = await openHttpServer(answerJson(200, body, { date: new Date(ANSWERED_AT).toUTCString() }));
  const provider = createGenericHttp(
    createHttpClient({ clock: mainClockOn(createFakeClock(ANSWERED_AT)), random: Math.random }),
  );
  const profile = lineOf({
    kind: 'generic-http',
    url: `${server.url}/token`,
    token: '/token',
    ...('expires' in body ? { expiresAt: '/expires' } : {}),
    iceServers: '/iceServers',
  });
  const minted = await provider.mint({ profile, purpose: 'sip', lifeS: 300 }, testKey().key);
  if (typeof life === 'string') {
    if (minted.ok) expect.unreachable();
    expect(minted.failure).toMatchObject({
      reason: 'answer-invalid',
      sentence: expect.stringContaining(life) as unknown,
    });
    return;
  }
  if (!minted.ok) expect.unreachable(minted.failure.sentence);
  const grant = createGrantOf(() => '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11')(profile, 'sip', minted.value, '01234567');
  if (!grant.ok) expect.unreachable();
  const { issuedAt, expiresAt, iceServers, iceLeftOut } = sipGrant.parse(grant.value);
  expect((expiresAt - issuedAt) / 1000).toBe(life);
  expect(iceServers).toEqual(servers ?? []);
  const [unreadable, withoutCredential, tooMany] = leftOut;
  expect(iceLeftOut ?? { unreadable: 0, withoutCredential: 0, tooMany: 0 }).toEqual({
    unreadable,
    withoutCredential,
    tooMany,
  });
  // Told only where there is something to tell.
  expect(iceLeftOut === undefined).toBe(leftOut.every((count) => count === 0));
});
