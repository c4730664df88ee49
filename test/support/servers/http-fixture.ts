/** A client of providers, and a server on this computer that answers as a test wishes. */
import { inspect } from 'node:util';
import { afterEach, expect } from 'vitest';
import { z } from 'zod';
import { createFakeClock, type FakeClock } from '../fake-clock';
import { answerJson, openHttpServer, type Answer, type HttpServerUnderTest } from './hostile-http-server';
import { lineOf, mainClockOn, testKey } from './provider-fixture';
import type { Failure, Result } from '../../../src/contracts/base/result';
import { createHttpClient, type HttpAnswer, type HttpClient, type HttpRequest } from '../../../src/main/providers/http';
import { expectJson } from '../../../src/main/providers/http-expected';

/** Closed after each test. */
export const servers: HttpServerUnderTest[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

export const GOOD = { token: 'a-token' };
const { key, text: keyText } = testKey();
/** The key that the fixture asks with, and its text, which must be nowhere else. */
export { key as httpKey, keyText as httpKeyText };

export interface HttpFixture {
  readonly server: HttpServerUnderTest;
  readonly clock: FakeClock;
  readonly http: HttpClient;
  readonly request: (parts?: Partial<HttpRequest<{ token: string }>>) => HttpRequest<{ token: string }>;
  readonly ask: (parts?: Partial<HttpRequest<{ token: string }>>) => Promise<Result<HttpAnswer<{ token: string }>>>;
}

/** A client and a server on this computer that answers so. */
export async function openHttpFixture(answer: Answer = answerJson(200, GOOD)): Promise<HttpFixture> {
  const server = await openHttpServer(answer);
  servers.push(server);
  const clock = createFakeClock(Date.now());
  const http = createHttpClient({ clock: mainClockOn(clock), random: () => 1 });
  const request: HttpFixture['request'] = (parts = {}) => ({
    profile: lineOf({ kind: 'sautikit', baseUrl: server.url }),
    purpose: 'sip',
    method: 'POST',
    url: `${server.url}/token`,
    credential: { kind: 'key', key, headers: (text) => ({ authorization: `Bearer ${text}` }) },
    expected: expectJson(z.object({ token: z.string() })),
    ...parts,
  });
  return { server, clock, http, request, ask: (parts) => http.ask(request(parts)) };
}

export const failureOf = (result: Result<unknown>): Failure => {
  if (result.ok) expect.unreachable();
  return result.failure;
};
/** Whatever went wrong: it is a sentence, and the key is nowhere in it. */
export const reasonOf = (result: Result<unknown>): string => {
  const failure = failureOf(result);
  expect(failure.sentence).toMatch(/^[A-Z0-9][^\n]{10,298}[.)]$/);
  expect(inspect(failure, { depth: 9 })).not.toContain(keyText);
  return failure.reason;
};
