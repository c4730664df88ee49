import { describe, expect, it } from 'vitest';
import { failureSchema } from '../../contracts/base/result-schema';
import { certificateFailure, type SeenCertificate } from './certificates';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const at = (text: string): number => Date.parse(text) / 1000;
const seen = (more: Partial<SeenCertificate> = {}): SeenCertificate => ({
  issuerName: 'Own Authority',
  subjectName: 'pbx.example.com',
  fingerprint: 'sha256/abc=',
  validStart: at('2026-01-01'),
  validExpiry: at('2027-01-01'),
  ...more,
});
const URL_WITH_TOKEN = 'wss://pbx.example.com:8443/ws?token=eyJsecret';

describe('a refused certificate', () => {
  it.each([
    [
      'net::ERR_CERT_AUTHORITY_INVALID',
      seen(),
      /^pbx\.example\.com:8443 does not send the certificate of "Own Authority".*added/,
      'retry',
    ],
    [
      'net::ERR_CERT_COMMON_NAME_INVALID',
      seen({ subjectName: 'other.example' }),
      /for another name \("other\.example"\).*address in the profile/,
      'open-profiles',
    ],
    ['net::ERR_CERT_DATE_INVALID', seen({ validExpiry: at('2026-11-01') }), /expired on 2026-11-01.*renew/, 'retry'],
    [
      'net::ERR_CERT_DATE_INVALID',
      seen({ validStart: at('2026-12-01') }),
      /valid from 2026-12-01 on\. Check the date/,
      'check-clock',
    ],
    ['net::ERR_CERT_REVOKED', seen(), /revoked by its issuer/, 'retry'],
    ['net::ERR_CERT_WEAK_KEY', seen(), /can't be used \(ERR_CERT_WEAK_KEY\)/, 'retry'],
    ['nonsense', seen(), /can't be used \(unknown\)/, 'retry'],
  ])('%s (%#) is told in words, with what to do', (error, certificate, sentence, action) => {
    const failure = certificateFailure(URL_WITH_TOKEN, error, certificate, NOW);
    expect(failure).toMatchObject({
      reason: 'certificate-refused',
      action,
      sentence: expect.stringMatching(sentence) as string,
    });
    expect(failure.details).toContain('issued by "Own Authority"');
  });

  const pem = 'PEM';
  const root = seen({ subjectName: 'Root', issuerName: 'Root', fingerprint: 'sha256/root=', data: pem });
  it.each<[string, string, Partial<SeenCertificate>, boolean, RegExp]>([
    ['nobody knows the root that came along', 'AUTHORITY', { issuerCert: root }, false, /does not know who issued/],
    [
      'it has issued itself',
      'AUTHORITY',
      { issuerName: 'pbx.example.com', data: pem },
      false,
      /does not know who issued/,
    ],
    [
      'the server leaves out an intermediate',
      'AUTHORITY',
      { issuerName: 'Intermediate', issuerCert: null, data: pem },
      false,
      /does not send the certificate of "Intermediate"/,
    ],
    [
      'only the computer knows the root',
      'AUTHORITY',
      { issuerCert: root },
      true,
      /store knows who issued.*"Root".*nssdb/,
    ],
    ['only the computer knows the issuer', 'AUTHORITY', { data: pem }, true, /store knows who issued.*"Own Authority"/],
    [
      'the root has expired',
      'DATE',
      { issuerCert: { ...root, validStart: at('2006-01-01'), validExpiry: at('2026-01-01') } },
      false,
      /is valid; that of the authority above it \("Root"\) is valid from 2006-01-01 to 2026-01-01 only/,
    ],
    [
      'an intermediate has expired',
      'DATE',
      {
        issuerCert: seen({
          subjectName: 'Intermediate',
          fingerprint: 'i',
          validExpiry: at('2026-01-01'),
          issuerCert: root,
        }),
      },
      false,
      /authority above it \("Intermediate"\)/,
    ],
    ['an authority that is not shown', 'DATE', {}, false, /is valid, and one of an authority above it is not/],
    [
      'all have expired',
      'DATE',
      { validExpiry: at('2026-11-01'), issuerCert: { ...root, validExpiry: at('2026-01-01') } },
      false,
      /The certificate of pbx\.example\.com:8443 expired on 2026-11-01/,
    ],
  ])('%s', (_what, kind, more, inStore, sentence) => {
    const error = `net::ERR_CERT_${kind}_INVALID`;
    const failure = certificateFailure(URL_WITH_TOKEN, error, seen(more), NOW, (given) => inStore && given === pem);
    expect(failure.sentence).toMatch(sentence);
    expect(failureSchema.safeParse(failure).success).toBe(true);
  });

  it('ends where a chain goes round', () => {
    const round: SeenCertificate = { ...root, validExpiry: at('2026-01-01') };
    Object.assign(round, { issuerCert: round });
    expect(
      certificateFailure(URL_WITH_TOKEN, 'net::ERR_CERT_DATE_INVALID', seen({ issuerCert: round }), NOW).sentence,
    ).toMatch(/"Root"/);
  });

  it('never repeats what stands behind the host', () => {
    for (const error of ['net::ERR_CERT_AUTHORITY_INVALID', 'net::ERR_CERT_DATE_INVALID', 'x'])
      expect(JSON.stringify(certificateFailure(URL_WITH_TOKEN, error, seen(), NOW))).not.toMatch(/eyJ|token=/);
  });

  it('fits the contract whatever the far end wrote into it', () => {
    const hostile = seen({
      issuerName: `\u202e${'x'.repeat(5000)}\n`,
      subjectName: 'y'.repeat(5000),
      fingerprint: 'z'.repeat(5000),
      validStart: NaN,
      validExpiry: 1e300,
    });
    for (const error of [
      'net::ERR_CERT_COMMON_NAME_INVALID',
      'net::ERR_CERT_DATE_INVALID',
      'net::ERR_CERT_AUTHORITY_INVALID',
    ]) {
      const failure = certificateFailure(`wss://${'h'.repeat(250)}/`, error, hostile, NOW);
      expect(failureSchema.safeParse(failure).success).toBe(true);
      expect(JSON.stringify(failure)).not.toMatch(/\\u202e|\\n/);
    }
  });
});
