/** TLS between main and a provider's server, with real certificates: what is wrong with one is told in words, and no key is sent. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Result } from '../../src/contracts/base/result';
import { systemClock } from '../../src/main/base/clock';
import { createHttpClient, type HttpAnswer, type HttpRequest } from '../../src/main/providers/http';
import { expectJson } from '../../src/main/providers/http-expected';
import { makeCertificates, type LabCertificates, type ServerCertificate } from '../lab/certificates';
import { createFakeClock } from '../support/fake-clock';
import { answerJson, openHttpServer, type HttpServerUnderTest } from '../support/servers/hostile-http-server';
import { lineOf, testKey } from '../support/servers/provider-fixture';
import { temporaryFolder } from '../support/temporary-folder';

const missing = await new Promise<boolean>((resolve) =>
  execFile('openssl', ['version'], (error) => resolve(error !== null)),
);
const { key, text: keyText } = testKey();

describe.skipIf(missing)(
  missing
    ? 'TLS to a provider (openssl is missing: install it, for example apt-get install openssl)'
    : 'TLS to a provider',
  () => {
    let folder: string;
    let certificates: LabCertificates;
    let ca: string;
    const servers: HttpServerUnderTest[] = [];
    beforeAll(async () => {
      folder = await temporaryFolder();
      certificates = await makeCertificates(join(folder, 'ca'), ['localhost', '127.0.0.1']);
      ca = await readFile(certificates.ca, 'utf8');
    });
    afterEach(() => vi.unstubAllEnvs());
    afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const serve = async (shown?: ServerCertificate): Promise<HttpServerUnderTest> => {
      const server = await openHttpServer(answerJson(200, { token: 't' }), shown);
      servers.push(server);
      return server;
    };
    const questionTo = (url: string): HttpRequest<{ token: string }> => ({
      profile: lineOf({ kind: 'sautikit', baseUrl: url }),
      purpose: 'sip',
      method: 'POST',
      url: `${url}/token`,
      credential: { kind: 'key', key, headers: (text) => ({ authorization: `Bearer ${text}` }) },
      expected: expectJson(z.object({ token: z.string() })),
    });
    const askAt = (
      url: string,
      authorities: () => readonly string[] | null,
    ): Promise<Result<HttpAnswer<{ token: string }>>> =>
      createHttpClient({ clock: systemClock, random: Math.random, authorities }).ask(questionTo(url));

    it('speaks to a server whose authority this computer trusts, and reads those authorities once', async () => {
      const server = await serve(certificates.good);
      const authorities = vi.fn(() => [ca]);
      const http = createHttpClient({ clock: systemClock, random: Math.random, authorities });
      for (let count = 0; count < 3; count += 1) {
        expect(await http.ask(questionTo(server.url))).toMatchObject({ ok: true, value: { value: { token: 't' } } });
      }
      expect(authorities).toHaveBeenCalledOnce();
      expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(
        Array(3).fill(`Bearer ${keyText}`),
      );
    });

    it.each<[string, (all: LabCertificates) => ServerCertificate, boolean, RegExp, string]>([
      ['an expired certificate', (all) => all.expired, true, /has expired/, 'check-clock'],
      ['a certificate for another host', (all) => all.otherHost, true, /is for another name/, 'open-profiles'],
      [
        'an authority that nobody knows',
        (all) => all.good,
        false,
        /does not send the certificate of its issuer/,
        'retry',
      ],
    ])('%s: told in words, and nothing is sent', async (_name, shown, isTrusted, sentence, action) => {
      const server = await serve(shown(certificates));
      const refused = await askAt(server.url, () => (isTrusted ? [ca] : null));
      expect(refused).toMatchObject({
        ok: false,
        failure: { reason: 'certificate-refused', action, sentence: expect.stringMatching(sentence) as unknown },
      });
      expect(server.requests).toEqual([]);
      expect(JSON.stringify(refused)).not.toContain(keyText);
    });

    it("an authority that only the windows' store knows is explained, and not trusted", async () => {
      const server = await serve(certificates.good);
      const asked: string[] = [];
      const refused = await createHttpClient({
        clock: systemClock,
        random: Math.random,
        isKnownToWindows: (origin) => (asked.push(origin), Promise.resolve(true)),
      }).ask(questionTo(server.url));
      expect(refused).toMatchObject({
        ok: false,
        failure: {
          reason: 'certificate-refused',
          sentence: expect.stringMatching(/^The store that windows use/) as unknown,
        },
      });
      expect([asked, server.requests]).toEqual([[server.url], []]);
    });

    it.each<[string, TlsOptions, RegExp]>([
      [
        'only TLS 1.1',
        { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
        /speaks only old, unsafe versions of TLS/,
      ],
      [
        'a certificate of ours, in TLS 1.2',
        { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
        /asks for a certificate of this computer/,
      ],
      [
        'a certificate of ours, in TLS 1.3',
        { requestCert: true, rejectUnauthorized: true },
        /asks for a certificate of this computer/,
      ],
    ])('a server that wants %s: told in words', async (_name, more, sentence) => {
      const [cert, privateKey] = await Promise.all([
        readFile(certificates.good.certificate),
        readFile(certificates.good.key),
      ]);
      const server = createTlsServer({ cert, key: privateKey, ...more }, (socket) => {
        socket.on('error', () => socket.destroy());
        socket.end('HTTP/1.1 200 OK\r\n\r\n');
      });
      server.on('tlsClientError', () => undefined);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        expect(await askAt(`https://localhost:${port}`, () => [ca])).toMatchObject({
          ok: false,
          failure: { reason: 'certificate-refused', sentence: expect.stringMatching(sentence) as unknown },
        });
      } finally {
        server.close();
      }
    });

    it('a server that merely asks for a certificate of ours is spoken to, and shown none', async () => {
      const [cert, privateKey] = await Promise.all([
        readFile(certificates.good.certificate),
        readFile(certificates.good.key),
      ]);
      const shown: unknown[] = [];
      const server = createHttpsServer(
        { cert, key: privateKey, requestCert: true, rejectUnauthorized: false },
        (request, response) => {
          const { socket } = request;
          if (!(socket instanceof TLSSocket)) throw new Error('no TLS');
          shown.push(socket.getPeerCertificate());
          response.writeHead(200, { 'content-type': 'application/json' }).end('{"token":"t"}');
        },
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        expect(await askAt(`https://localhost:${port}`, () => [ca])).toMatchObject({ ok: true });
        expect(shown).toEqual([{}]);
      } finally {
        server.close();
      }
    });

    it('somebody who switched certificate checks off for all of Node has not switched ours off', async () => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      for (const [shown, trusted] of [
        [certificates.good, null],
        [certificates.expired, [ca]],
        [certificates.otherHost, [ca]],
      ] as const) {
        const server = await serve(shown);
        expect(await askAt(server.url, () => trusted)).toMatchObject({
          ok: false,
          failure: { reason: 'certificate-refused' },
        });
        expect(server.requests).toEqual([]);
      }
    });

    it('the second handshake, with the authorities of this computer, has what is left of the 10 seconds', async () => {
      const server = await openHttpServer(() => undefined, certificates.good);
      servers.push(server);
      const clock = createFakeClock(Date.now());
      let now = clock.now();
      const authorities = (): readonly string[] => {
        now += 9_000;
        return [ca];
      };
      const asked = createHttpClient({
        clock: { wall: clock.now, monotonic: () => now, after: clock.after },
        random: Math.random,
        authorities,
      }).ask(questionTo(server.url));
      await expect.poll(() => server.requests.length).toBe(1);
      await clock.advance(999);
      expect(clock.waiting()).toBe(1);
      await clock.advance(1);
      expect(await asked).toMatchObject({
        ok: false,
        failure: {
          reason: 'provider-unreachable',
          sentence: expect.stringMatching(/longer than 10 seconds/) as unknown,
        },
      });
    });

    it('a server that speaks no TLS at all', async () => {
      const server = await serve();
      const refused = await askAt(server.url.replace('http:', 'https:'), () => null);
      expect(refused).toMatchObject({
        ok: false,
        failure: { reason: 'certificate-refused', sentence: expect.stringMatching(/^No safe connection/) as unknown },
      });
      expect(server.requests).toEqual([]);
    });
  },
);
