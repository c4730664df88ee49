/**
 * What can check a passphrase and does not give it away: scrypt (RFC 7914) with a salt of its own, written as a PHC string,
 * `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { SHORTEST_PASSPHRASE } from '../../contracts/locks/passphrase';
import { fail, type Result } from '../../contracts/base/result';
import { Secret } from '../secrets/secret';

/** N = 2^15, r = 8, p = 3: 32 MiB, a tenth of a second and more for each try (OWASP's equal of N = 2^17, p = 1, which would take 128 MiB). */
const COST = { ln: 15, r: 8, p: 3 } as const;
/** What a stored verifier may ask of this computer. */
const LARGEST_LN = 20;
const LARGEST_P = 16;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Makes verifiers and tries passphrases on them. */
export interface PassphraseChecks {
  /** Fails with `invalid-input`: too short. */
  readonly verifierFor: (passphrase: string) => Promise<Result<Secret>>;
  /** A verifier that is none, or weaker than ours, is fitted by nothing. */
  readonly fits: (passphrase: string, verifier: Secret) => Promise<boolean>;
}

interface Parameters {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** The same text typed on another keyboard is the same passphrase (RFC 8265 section 4.2.2: NFC). */
const bytesOf = (passphrase: string): Buffer => Buffer.from(passphrase.normalize('NFC'), 'utf8');

function derive(passphrase: string, { ln, r, p, salt }: Omit<Parameters, 'hash'>): Promise<Buffer> {
  const bytes = bytesOf(passphrase);
  const N = 2 ** ln;
  return new Promise((resolve, reject) => {
    // Node's own limit is 32 MiB, and 128 N r is what scrypt takes at least (RFC 7914 section 2).
    scrypt(bytes, salt, HASH_BYTES, { N, r, p, maxmem: 2 * 128 * N * r }, (cause, hash) => {
      bytes.fill(0);
      if (cause === null) resolve(hash);
      else reject(cause);
    });
  });
}

function parse(text: string): Parameters | null {
  const [, ln, r, p, salt, hash] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(text) ?? [];
  if (ln === undefined || r === undefined || p === undefined || salt === undefined || hash === undefined) return null;
  const parsed = {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
  const strongEnough =
    parsed.ln >= COST.ln &&
    parsed.r >= COST.r &&
    parsed.p >= 1 &&
    parsed.salt.length >= SALT_BYTES &&
    parsed.hash.length === HASH_BYTES;
  return strongEnough && parsed.ln <= LARGEST_LN && parsed.r <= COST.r && parsed.p <= LARGEST_P ? parsed : null;
}

async function verifierFor(passphrase: string): Promise<Result<Secret>> {
  if (Array.from(passphrase.normalize('NFC')).length < SHORTEST_PASSPHRASE) {
    return fail(
      'invalid-input',
      `A passphrase has at least ${SHORTEST_PASSPHRASE} characters: take a few words that nobody guesses.`,
    );
  }
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(passphrase, { ...COST, salt });
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
  return Secret.fromText(`$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${base64(salt)}$${base64(hash)}`);
}

async function fits(passphrase: string, verifier: Secret): Promise<boolean> {
  const parameters = parse(verifier.use((bytes) => Buffer.from(bytes).toString('utf8')));
  if (parameters === null) return false;
  return timingSafeEqual(await derive(passphrase, parameters), parameters.hash);
}

/** The real ones: each takes a tenth of a second and more, on a thread of its own. */
export const scryptChecks: PassphraseChecks = { verifierFor, fits };
