/** The doctor's look at a gateway over TLS, with real certificates. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/base/clock';
import { createProbe } from '../../src/main/cli/gateway-probe';
import { makeCertificates, type LabCertificates, type ServerCertificate } from '../lab/certificates';
import { answerJson, openHttpServer, type HttpServerUnderTest } from '../support/servers/hostile-http-server';
import { temporaryFolder } from '../support/temporary-folder';

const missing = await new Promise<boolean>((resolve) =>
  execFile('openssl', ['version'], (error) => resolve(error !== null)),
);

describe.skipIf(missing)(
  missing
    ? 'a probe over TLS (openssl is missing: install it, for example apt-get install openssl)'
    : 'a probe over TLS',
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
    afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it.each<[string, (all: LabCertificates) => ServerCertificate, boolean, object]>([
      [
        'a good certificate',
        (all) => all.good,
        true,
        { reached: true, status: 200, aheadMs: expect.any(Number) as unknown },
      ],
      ['an expired one', (all) => all.expired, true, { reached: false, code: 'CERT_HAS_EXPIRED' }],
      ['one for another host', (all) => all.otherHost, true, { reached: false, code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
      [
        'one of an authority that nobody knows',
        (all) => all.good,
        false,
        { reached: false, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      ],
    ])('%s', async (_name, shown, isTrusted, outcome) => {
      const server = await openHttpServer(answerJson(200, {}), shown(certificates));
      servers.push(server);
      expect(
        await createProbe(systemClock, isTrusted ? [ca] : null)(server.url.replace(/^https/, 'wss')),
      ).toMatchObject(outcome);
    });
  },
);
