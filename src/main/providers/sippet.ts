/**
 * Sippet: a session token for its events socket (Phoenix v2), SIP access as credentials that live minutes, and two actions on calls. Its long-lived
 * key goes out as `x-api-key`, to its own address only. An action may also be refused with HTTP 200 and `{success: false, errors}`.
 */
import { z } from 'zod';
import type { Profile } from '../../contracts/profile/profile';
import { readRows, type RemoteCallRow } from '../../contracts/call/remote-call';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import { parseSipUri } from '../../contracts/call/sip-uri';
import type { KeyHandle } from '../keys/keys';
import { parseExpiry } from './expiry';
import type { Credential, HttpAnswer, HttpClient, HttpRequest } from './http';
import { expectJson } from './http-expected';
import { identityUnusable, type Minted, type TokenProvider } from './token-provider';

/** What Sippet can do beside tokens. */
export interface Sippet extends TokenProvider {
  /** The calls that it knows now. Fails as `mint` does. */
  readonly listCalls: (profile: Profile, key: KeyHandle) => Promise<Result<readonly RemoteCallRow[]>>;
  /** Ends a call; for one that is over already it succeeds too. Fails as `mint` does. */
  readonly endCall: (profile: Profile, key: KeyHandle, callUuid: string) => Promise<Result<null>>;
}

const SESSION_PATH = '/api/realtime/session';
const RPC_PATH = '/rpc/public/run';
const SOCKET_PATH = '/socket/websocket';
const TOPIC = 'events';

/** What each action is given and asked for. The public description names the actions, not their fields: whoever knows better changes this table. */
const ACTIONS = {
  list_calls: () => ({ fields: ['callUuid', 'status', 'fromNumber', 'toNumber', 'startedAt', 'endedAt'] }),
  end_call: (callUuid: string) => ({ input: { callUuid } }),
  issue_sip_access: (username: string, lifeS: number) => ({ input: { username, ttlSeconds: lifeS } }),
  revoke_sip_access: (accessId: string) => ({ input: { accessId } }),
} as const;
type Action = keyof typeof ACTIONS;
/** Of list_calls, bytes: some thousand calls with their six fields. */
const LARGEST_LIST = 1_048_576;

/** The names that an answer of issue_sip_access may give to its parts, the likeliest first. */
const ACCESS_NAMES = {
  username: ['username', 'sipUsername', 'user'],
  password: ['password', 'sipPassword', 'secret'],
  handle: ['accessId', 'id', 'credentialId'],
  expiry: ['expiresAt', 'ttlSeconds', 'expiresIn'],
} as const;

const session = z.object({
  token: z.string().min(1).max(8192),
  expires_at: z.unknown().optional(),
  ttl_seconds: z.unknown().optional(),
});
const rpcAnswer = z.discriminatedUnion('success', [
  z.object({ success: z.literal(true), data: z.unknown().optional() }),
  z.object({
    success: z.literal(false),
    errors: z
      .array(z.looseObject({ type: z.unknown().optional() }))
      .max(100)
      .default([]),
  }),
]);

const withBase = (profile: Profile, path: string): string =>
  `${profile.provider.kind === 'sippet' ? profile.provider.baseUrl.replace(/\/+$/, '') : ''}${path}`;
const credential = (key: KeyHandle): Credential => ({ kind: 'key', key, headers: (text) => ({ 'x-api-key': text }) });
const wrongProvider = (profile: Profile) =>
  fail('profile-invalid', `"${profile.name}" is no line of Sippet.`, 'open-profiles');

const keyRefused = (profile: Profile, details: string): Failure =>
  fail(
    'provider-refused',
    `Sippet refused the key of "${profile.name}". It takes the secret key of this environment; a publishable key gets nothing.`,
    'open-keys',
    { details },
  ).failure;

/** Why an action failed, by the type of its first error; what else the error says is not repeated. */
function actionFailure(profile: Profile, action: Action, type: unknown): Failure {
  const word = typeof type === 'string' && /^[A-Za-z_.]{1,40}$/.test(type) ? type.toLowerCase() : 'unknown';
  const details = `${action}: ${word}`;
  if (/forbidden|auth/.test(word)) return keyRefused(profile, details);
  if (/not_?found/.test(word))
    return fail('provider-refused', 'Sippet does not know that call or SIP access (any more).', 'none', { details })
      .failure;
  if (/rate|too_many/.test(word))
    return fail('rate-limited', 'Sippet was asked too often. Wait a moment and try again.', 'retry', {
      details,
      retryAfterMs: 1_000,
    }).failure;
  return fail(
    'provider-refused',
    `Sippet did not do what was asked (${action.replaceAll('_', ' ')}). Try again.`,
    'retry',
    { details },
  ).failure;
}

/** The first of these fields, in camel or snake case. */
function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  const spelled = names.flatMap((name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]);
  return spelled.map((name) => from[name]).find((value) => value !== undefined && value !== null);
}
const wordOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

export function createSippet(http: HttpClient): Sippet {
  const ask = <T>(
    profile: Profile,
    key: KeyHandle,
    request: Pick<HttpRequest<T>, 'purpose' | 'url' | 'expected'> & Partial<HttpRequest<T>>,
  ) =>
    http.ask<T>({
      profile,
      method: 'POST',
      credential: credential(key),
      explain: ({ status, base }) =>
        status === 401 || status === 403 ? keyRefused(profile, base.details ?? `HTTP ${status}`) : base,
      ...request,
    });

  const run = async (
    profile: Profile,
    key: KeyHandle,
    action: Action,
    parameters: object,
  ): Promise<Result<HttpAnswer<unknown>>> => {
    if (profile.provider.kind !== 'sippet') return wrongProvider(profile);
    const answer = await ask(profile, key, {
      purpose: action,
      url: withBase(profile, RPC_PATH),
      body: { type: 'application/json', text: JSON.stringify({ action, ...parameters }) },
      expected: expectJson(rpcAnswer),
      ...(action === 'list_calls' ? { largest: LARGEST_LIST } : {}),
    });
    if (!answer.ok) return answer;
    const { value } = answer.value;
    return value.success
      ? ok({ ...answer.value, value: value.data })
      : { ok: false, failure: actionFailure(profile, action, value.errors[0]?.type) };
  };

  const mintEvents = async (profile: Profile, key: KeyHandle): Promise<Result<Minted>> => {
    const answer = await ask(profile, key, {
      purpose: 'events',
      url: withBase(profile, SESSION_PATH),
      // There is no body, and yet its type is asked for.
      headers: { 'content-type': 'application/json' },
      expected: expectJson(session),
    });
    if (!answer.ok) return answer;
    const { token, expires_at: at, ttl_seconds: life } = answer.value.value;
    const expiresAt = parseExpiry(at ?? life, answer.value);
    if (!expiresAt.ok) return expiresAt;
    const url = withBase(profile, SOCKET_PATH).replace(/^http/, 'ws');
    return ok({
      kind: 'events',
      token,
      url,
      parameter: 'session_token',
      topic: TOPIC,
      issuedAt: answer.value.sentAt,
      expiresAt: expiresAt.value,
    });
  };

  const mintSip = async (profile: Profile, key: KeyHandle, lifeS: number): Promise<Result<Minted>> => {
    const user = parseSipUri(`sip:${profile.identity}`)?.user;
    if (user === undefined) return identityUnusable(profile);
    const answer = await run(profile, key, 'issue_sip_access', ACTIONS.issue_sip_access(user, lifeS));
    if (!answer.ok) return answer;
    const data = z.record(z.string(), z.unknown()).safeParse(answer.value.value);
    const access = data.success ? data.data : {};
    const username = wordOf(pick(access, ACCESS_NAMES.username));
    const password = wordOf(pick(access, ACCESS_NAMES.password));
    const handle = wordOf(pick(access, ACCESS_NAMES.handle)) || username;
    const takeBack = async (): Promise<void> => {
      if (handle !== '') await run(profile, key, 'revoke_sip_access', ACTIONS.revoke_sip_access(handle));
    };
    if (username === '' || password === '' || username.length > 300 || password.length > 300) {
      await takeBack();
      return fail(
        'answer-invalid',
        'Sippet answered without a SIP user and password. Tell the admin of that workspace.',
        'retry',
      );
    }
    // Access that never ends is not short-lived: it is refused, and taken back.
    const expiresAt = parseExpiry(pick(access, ACCESS_NAMES.expiry), answer.value);
    if (!expiresAt.ok) {
      await takeBack();
      return expiresAt;
    }
    return ok({
      kind: 'credentials',
      username,
      password,
      handle,
      issuedAt: answer.value.sentAt,
      expiresAt: expiresAt.value,
    });
  };

  return {
    prepare: () => Promise.resolve(),
    forget: () => undefined,
    mint: ({ profile, purpose, lifeS }, key) => {
      if (profile.provider.kind !== 'sippet') return Promise.resolve(wrongProvider(profile));
      switch (purpose) {
        case 'events':
          return mintEvents(profile, key);
        case 'sip':
          return mintSip(profile, key, lifeS);
        case 'voice':
          return Promise.resolve(
            fail(
              'unknown-purpose',
              'Sippet has no assistant to call. Leave out "voice" in the profile.',
              'open-profiles',
            ),
          );
      }
    },
    revoke: async (profile, minted, key) => {
      // A session token can't be taken back: it dies within minutes.
      if (minted.handle === undefined)
        return fail('provider-refused', 'Sippet can not end a session token before its time.');
      const revoked = await run(profile, key, 'revoke_sip_access', ACTIONS.revoke_sip_access(minted.handle));
      return revoked.ok ? ok(null) : revoked;
    },
    listCalls: async (profile, key) => {
      const answer = await run(profile, key, 'list_calls', ACTIONS.list_calls());
      return answer.ok ? ok(readRows(answer.value.value)) : answer;
    },
    endCall: async (profile, key, callUuid) => {
      const ended = await run(profile, key, 'end_call', ACTIONS.end_call(callUuid));
      return ended.ok ? ok(null) : ended;
    },
  };
}
