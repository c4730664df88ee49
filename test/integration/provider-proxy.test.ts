/** Main's own requests through the proxy that the computer's settings name: real proxies, real certificates; a key is seen by its server alone. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Result } from '../../src/contracts/base/result';
import { systemClock } from '../../src/main/base/clock';
import { createHttpClient, type HttpAnswer, type HttpPorts } from '../../src/main/providers/http';
import { expectJson } from '../../src/main/providers/http-expected';
import { makeCertificates, type LabCertificates, type ServerCertificate } from '../lab/certificates';
import { answerJson, openHttpServer, type HttpServerUnderTest } from '../support/servers/hostile-http-server';
import { openOfficeProxy, type OfficeProxy, type OfficeProxyRules } from '../support/servers/office-proxy';
import { lineOf, testKey } from '../support/servers/provider-fixture';
import { temporaryFolder } from '../support/temporary-folder';

const missing = await new Promise<boolean>((resolve) =>
  execFile('openssl', ['version'], (error) => resolve(error !== null)),
);
const { key, text: keyText } = testKey();
const SERVER = 'https://tokens.example:8443';

describe.skipIf(missing)(
  missing
    ? 'a provider behind a proxy (openssl is missing: install it, for example apt-get install openssl)'
    : 'a provider behind a proxy',
  () => {
    let folder: string;
    let certificates: LabCertificates;
    let ca: string;
    const opened: { readonly close: () => Promise<void> }[] = [];
    beforeAll(async () => {
      folder = await temporaryFolder();
      certificates = await makeCertificates(join(folder, 'ca'), ['tokens.example', 'localhost']);
      ca = await readFile(certificates.ca, 'utf8');
    });
    afterEach(() => Promise.all(opened.splice(0).map((each) => each.close())));
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const serve = async (shown: ServerCertificate = certificates.good): Promise<HttpServerUnderTest> => {
      const server = await openHttpServer(answerJson(200, { token: 't' }), shown);
      opened.push(server);
      return server;
    };
    const proxyTo = async (server: HttpServerUnderTest, more: Partial<OfficeProxyRules> = {}): Promise<OfficeProxy> => {
      const proxy = await openOfficeProxy({ route: () => Number(new URL(server.url).port), ...more });
      opened.push(proxy);
      return proxy;
    };
    const askWith = (ports: Partial<HttpPorts>, url: string = SERVER): Promise<Result<HttpAnswer<{ token: string }>>> =>
      createHttpClient({ clock: systemClock, random: Math.random, authorities: () => [ca], ...ports }).ask({
        profile: lineOf({ kind: 'sautikit', baseUrl: url }),
        purpose: 'sip',
        method: 'POST',
        url: `${url}/token?secret=1`,
        credential: { kind: 'key', key, headers: (text) => ({ authorization: `Bearer ${text}` }) },
        expected: expectJson(z.object({ token: z.string() })),
      });
    const closedPort = async (): Promise<number> => {
      const proxy = await openOfficeProxy({ route: () => null });
      await proxy.close();
      return proxy.port;
    };

    it('is asked through it, under its own name, with TLS of our own inside; the settings hear of the host alone', async () => {
      const server = await serve();
      const proxy = await proxyTo(server);
      const asked: string[] = [];
      const answer = await askWith({
        resolveProxy: (url) => {
          asked.push(url);
          return Promise.resolve(`PROXY 127.0.0.1:${proxy.port}`);
        },
      });
      expect(answer).toMatchObject({ ok: true, value: { value: { token: 't' } } });
      expect(asked).toEqual([`${SERVER}/`]);
      // Once more with the computer's own authorities, which Node did not know.
      expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set(['tokens.example:8443']));
      expect(JSON.stringify(proxy.asked)).not.toContain(keyText);
      expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([`Bearer ${keyText}`]);
      expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    });

    it('is checked by its certificate, whatever the proxy is', async () => {
      for (const [shown, sentence] of [
        [certificates.otherHost, /is for another name/],
        [certificates.expired, /has expired/],
      ] as const) {
        const server = await serve(shown);
        const proxy = await proxyTo(server);
        const answer = await askWith({ resolveProxy: () => Promise.resolve(`PROXY 127.0.0.1:${proxy.port}`) });
        expect(answer).toMatchObject({
          ok: false,
          failure: { reason: 'certificate-refused', sentence: expect.stringMatching(sentence) as unknown },
        });
        expect(server.requests).toEqual([]);
      }
    });

    it('takes the next way where a proxy is not there, and never where one has refused', async () => {
      const server = await serve();
      const proxy = await proxyTo(server);
      const gone = await closedPort();
      const resolveProxy = () => Promise.resolve(`PROXY 127.0.0.1:${gone}; PROXY 127.0.0.1:${proxy.port}; DIRECT`);
      expect(await askWith({ resolveProxy })).toMatchObject({ ok: true });
      const refusing = await proxyTo(server, { refuses: '403 Forbidden' });
      const refused = await askWith({
        resolveProxy: () => Promise.resolve(`PROXY 127.0.0.1:${refusing.port}; PROXY 127.0.0.1:${proxy.port}`),
      });
      expect(refused).toMatchObject({ ok: false, failure: { reason: 'proxy-refused' } });
      expect(server.requests.length).toBe(1);
    });

    it('on this computer is never behind one', async () => {
      const server = await serve();
      const asked: string[] = [];
      const answer = await askWith(
        { resolveProxy: (url) => (asked.push(url), Promise.resolve('PROXY 127.0.0.1:1')) },
        server.url,
      );
      expect(answer).toMatchObject({ ok: true });
      expect(asked).toEqual([]);
    });

    it('gives the proxy its password, once there is one, and the server none of it', async () => {
      const server = await serve();
      const proxy = await proxyTo(server, { password: { user: 'agent', password: 'of the office' } });
      const basic = `Basic ${Buffer.from('agent:of the office').toString('base64')}`;
      const known = new Map<string, string>();
      const asked: unknown[] = [];
      const ports = {
        resolveProxy: () => Promise.resolve(`PROXY 127.0.0.1:${proxy.port}`),
        proxyPasswords: {
          authorizationFor: (name: string) => known.get(name) ?? null,
          another: (name: string, given: string | null) => {
            asked.push([name, given]);
            known.set(name, basic);
            return Promise.resolve(given === null);
          },
        },
      };
      expect(await askWith(ports)).toMatchObject({ ok: true });
      expect(asked).toEqual([[`127.0.0.1:${proxy.port}`, null]]);
      expect(JSON.stringify(server.requests)).not.toContain(basic.slice(6));
      known.set(`127.0.0.1:${proxy.port}`, 'Basic d3Jvbmc=');
      expect(await askWith(ports)).toMatchObject({
        ok: false,
        failure: {
          reason: 'proxy-refused',
          sentence: expect.stringMatching(/wants a user name and a password/) as unknown,
        },
      });
    });

    it.each<[string, RegExp]>([
      ['502 Bad Gateway', /lets nothing through to tokens\.example:8443 \(HTTP 502\)/],
      ['302 Found\r\nLocation: http://sign-in.example/', /\(HTTP 302\)/],
      [
        '407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate',
        /wants a proof of a kind that is not known/,
      ],
      ['407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"', /wants a user name and a password/],
    ])('%s to the tunnel is told in words', async (refuses, sentence) => {
      const server = await serve();
      const proxy = await proxyTo(server, { refuses });
      const answer = await askWith({ resolveProxy: () => Promise.resolve(`PROXY 127.0.0.1:${proxy.port}`) });
      expect(answer).toMatchObject({
        ok: false,
        failure: { reason: 'proxy-refused', sentence: expect.stringMatching(sentence) as unknown },
      });
      expect(server.requests).toEqual([]);
    });

    it('is told in words where the proxy is not there, or of a kind that is not known', async () => {
      const gone = await closedPort();
      for (const [words, sentence] of [
        [`PROXY 127.0.0.1:${gone}`, /can't be reached/],
        ['SOCKS5 127.0.0.1:1080', /SOCKS/],
      ] as const)
        expect(await askWith({ resolveProxy: () => Promise.resolve(words) })).toMatchObject({
          ok: false,
          failure: { reason: 'proxy-refused', sentence: expect.stringMatching(sentence) as unknown },
        });
    });
  },
);
