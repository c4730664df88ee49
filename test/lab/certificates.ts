/** A CA for one run of the lab, a good server certificate and two wrong ones, made by openssl. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate and its key, paths of PEM files. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface LabCertificates {
  /** Path of the CA's certificate. */
  readonly ca: string;
  readonly good: ServerCertificate;
  /** Ended yesterday. */
  readonly expired: ServerCertificate;
  /** For `other.ringfence.test` alone. */
  readonly otherHost: ServerCertificate;
}

/** `YYYYMMDDHHMMSSZ` (RFC 5280 section 4.1.2.5.2), `days` from now. */
function moment(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`;
}

const CA_CONFIG = `[ca]
default_ca = lab
[lab]
dir = .
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`;

/** Makes them in `folder`; `names` are host names and IP addresses of the good one. Rejects when openssl fails. */
export async function makeCertificates(folder: string, names: readonly string[]): Promise<LabCertificates> {
  await mkdir(folder, { mode: 0o700 });
  const openssl = async (...args: string[]): Promise<void> => {
    await run('openssl', args, { cwd: folder });
  };
  const key = (name: string): Promise<void> =>
    openssl('genpkey', '-quiet', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
  await writeFile(join(folder, 'ca.cnf'), CA_CONFIG);
  await writeFile(join(folder, 'index.txt'), '');
  await writeFile(join(folder, 'serial'), '1000\n');
  await key('ca');
  await openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    'ca.key',
    '-sha256',
    '-days',
    '7',
    '-subj',
    '/CN=Ringfence lab CA of one run',
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
    '-out',
    'ca.pem',
  );
  const sign = async (
    name: string,
    forNames: readonly string[],
    [from, until]: readonly [number, number],
  ): Promise<ServerCertificate> => {
    const alternatives = forNames.map((one) => `${isIP(one) === 0 ? 'DNS' : 'IP'}:${one}`).join(',');
    await key(name);
    await openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${forNames[0] ?? name}`, '-out', `${name}.csr`);
    await writeFile(
      join(folder, `${name}.ext`),
      `basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=${alternatives}\n`,
    );
    await openssl(
      'ca',
      '-batch',
      '-config',
      'ca.cnf',
      '-cert',
      'ca.pem',
      '-keyfile',
      'ca.key',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-notext',
      '-extfile',
      `${name}.ext`,
      '-startdate',
      moment(from),
      '-enddate',
      moment(until),
    );
    return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  };
  return {
    ca: join(folder, 'ca.pem'),
    good: await sign('good', names, [-1, 7]),
    expired: await sign('expired', names, [-8, -1]),
    otherHost: await sign('other-host', ['other.ringfence.test'], [-1, 7]),
  };
}
