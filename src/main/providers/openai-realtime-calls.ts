/** OpenAI Realtime: placing and ending a WebRTC call over HTTP. */
import { LARGEST_SDP } from '../../contracts/call/voice';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import type { KeyHandle } from '../keys/keys';
import type { HttpClient } from './http';
import { expectNothing, expectText } from './http-expected';
import { realtimeConfig, realtimeUrl } from './openai-realtime';

export interface RealtimeCalls {
  /** Sends the offer on with the short-lived token. `systemId`: what the system calls the call; null where it does not say. */
  readonly place: (
    profile: Profile,
    token: string,
    offer: string,
  ) => Promise<Result<{ readonly answer: string; readonly systemId: string | null }>>;
  /** Ends it with the line's key: a token may have ended by then. A call that is over counts as ended. */
  readonly hangUp: (profile: Profile, systemId: string, key: KeyHandle) => Promise<Result<null>>;
}

/** The last segment of a `Location`, when it can be an id. It is used as a name, never as a place to go to. */
export function systemIdOf(location: string | null): string | null {
  return /(?:^|\/)([A-Za-z0-9_-]{1,128})\/?(?:[?#].*)?$/.exec(location ?? '')?.[1] ?? null;
}

/** SDP, and not JSON with a wrong content type. */
const isSdp = (text: string): boolean =>
  /^v=0\r?\n/.test(text) && /^m=audio /m.test(text) && text.length <= LARGEST_SDP;

function callRefused(status: number, name: string, base: Failure): Failure {
  const { details = '' } = base;
  if (status === 401 || status === 403)
    return fail(
      'provider-refused',
      `The system of "${name}" did not take the token of this call (${status}). Try again.`,
      'retry',
      { details },
    ).failure;
  const isPlain = status >= 400 && status < 500 && ![402, 409, 425, 429].includes(status);
  return isPlain
    ? fail(
        'provider-refused',
        `The system of "${name}" did not take the call (${status}). Check the profile.`,
        'open-profiles',
        { details },
      ).failure
    : base;
}

const noAssistant = (profile: Profile) =>
  fail('profile-invalid', `"${profile.name}" is no line of an assistant. Choose another one.`, 'open-profiles');

export function createRealtimeCalls(http: HttpClient): RealtimeCalls {
  return {
    place: async (profile, token, offer) => {
      const config = realtimeConfig(profile);
      if (config === null) return noAssistant(profile);
      const answered = await http.ask({
        profile,
        purpose: 'voice-call',
        method: 'POST',
        url: realtimeUrl(config, 'calls'),
        credential: { kind: 'token', headers: { authorization: `Bearer ${token}` } },
        body: { type: 'application/sdp', text: offer },
        expected: expectText('application/sdp'),
        explain: ({ status, base }) => callRefused(status, profile.name, base),
      });
      if (!answered.ok) return answered;
      const { value: answer, location } = answered.value;
      if (!isSdp(answer))
        return fail(
          'answer-invalid',
          `What the system of "${profile.name}" answered is no answer to a call. Try again.`,
          'retry',
          { details: 'no SDP' },
        );
      return ok({ answer, systemId: systemIdOf(location) });
    },
    hangUp: async (profile, systemId, key) => {
      const config = realtimeConfig(profile);
      if (config === null) return noAssistant(profile);
      const seen = { status: 0 };
      const ended = await http.ask({
        profile,
        purpose: 'hang-up',
        method: 'POST',
        url: realtimeUrl(config, `calls/${encodeURIComponent(systemId)}/hangup`),
        credential: { kind: 'key', key, headers: (text) => ({ authorization: `Bearer ${text}` }) },
        expected: expectNothing,
        explain: ({ status, base }) => {
          seen.status = status;
          return base;
        },
      });
      if (ended.ok || seen.status === 404 || seen.status === 410) return ok(null);
      return ended;
    },
  };
}
