/**
 * The web service of the preset "Asterisk": it makes a SIP password that lives as long as was asked for, and writes it into Asterisk over ARI's
 * dynamic configuration, without a reload. docs/operators.md quotes it.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';

/** An Asterisk whose passwords the service makes. */
export interface PasswordTarget {
  /** ARI's address, for example `http://127.0.0.1:8088/ari`. */
  readonly ari: string;
  /** `user:password` of an ARI user that may write. */
  readonly login: string;
  /** The only users that get a password. */
  readonly users: readonly string[];
}

export interface SipPassword {
  readonly username: string;
  readonly password: string;
  /** Seconds since the epoch. */
  readonly expires_at: number;
}

/** The shortest and the longest life, s. */
const LIFE_S = [1, 3600] as const;

/** Writes the password of a user. Rejects when Asterisk does not take it. */
export async function setPassword({ ari, login }: PasswordTarget, user: string, password: string): Promise<void> {
  const fields = { auth_type: 'userpass', username: user, password };
  const answer = await fetch(`${ari}/asterisk/config/dynamic/res_pjsip/auth/${encodeURIComponent(user)}`, {
    method: 'PUT',
    headers: {
      Authorization: `Basic ${Buffer.from(login).toString('base64')}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ fields: Object.entries(fields).map(([attribute, value]) => ({ attribute, value })) }),
  });
  if (!answer.ok) throw new Error(`ARI answered ${answer.status}`);
}

/** Passwords that end: at its end each gives way to one that nobody knows, unless a newer one has come. */
export function createPasswords(target: PasswordTarget): {
  readonly mint: (user: string, lifeS: number) => Promise<SipPassword>;
  readonly close: () => void;
} {
  const ends = new Map<string, NodeJS.Timeout>();
  return {
    mint: async (user, lifeS) => {
      const password = randomBytes(16).toString('hex');
      await setPassword(target, user, password);
      clearTimeout(ends.get(user));
      const end = (): void => void setPassword(target, user, randomBytes(16).toString('hex')).catch(() => undefined);
      ends.set(user, setTimeout(end, lifeS * 1000));
      return { username: user, password, expires_at: Math.floor(Date.now() / 1000) + lifeS };
    },
    close: () => {
      for (const timer of ends.values()) clearTimeout(timer);
    },
  };
}

const question = z.object({ user: z.string(), life: z.number().int().min(LIFE_S[0]).max(LIFE_S[1]) });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) {
    text += String(part);
    if (text.length > 10_000) throw new Error('too long');
  }
  return text;
}

/** A running service. */
export interface PasswordService {
  /** `http://127.0.0.1:PORT/sip` */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts it on a free port of 127.0.0.1; whoever knows `key` may ask (`Authorization: Bearer KEY`). */
export async function startPasswordService(target: PasswordTarget, key: string): Promise<PasswordService> {
  const passwords = createPasswords(target);
  const wanted = Buffer.from(`Bearer ${key}`);
  const allowed = (given: Buffer): boolean => given.length === wanted.length && timingSafeEqual(given, wanted);
  const answer = async (request: IncomingMessage): Promise<readonly [status: number, body: unknown]> => {
    if (!allowed(Buffer.from(request.headers.authorization ?? ''))) return [401, { error: 'who asks?' }];
    if (request.method !== 'POST' || request.url !== '/sip') return [404, { error: 'ask /sip' }];
    const asked = question.safeParse(JSON.parse(await bodyOf(request)));
    if (!asked.success) return [400, { error: 'the question has a user and a life' }];
    const { user, life } = asked.data;
    if (!target.users.includes(user)) return [403, { error: 'not this user' }];
    return await passwords.mint(user, life).then(
      (made) => [200, made] as const,
      () => [502, { error: 'Asterisk did not take the password' }] as const,
    );
  };
  const server = createServer((request, response) => {
    void answer(request)
      .catch(() => [400, { error: 'the question is no JSON' }] as const)
      .then(([status, body]) =>
        response
          .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
          .end(JSON.stringify(body)),
      );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/sip`,
    close: async () => {
      passwords.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
