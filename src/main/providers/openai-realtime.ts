/**
 * OpenAI Realtime: client secrets. Whoever holds one can change the session that it was made for, so it is no boundary: it stays in main, and
 * so do the tools.
 */
import { z } from 'zod';
import type { Profile } from '../../contracts/profile/profile';
import type { ProviderOf } from '../../contracts/profile/provider';
import { fail, ok } from '../../contracts/base/result';
import { declarationsOf } from '../tools/registry';
import { parseExpiry } from './expiry';
import type { HttpClient } from './http';
import { expectJson } from './http-expected';
import type { TokenProvider } from './token-provider';

export type RealtimeConfig = ProviderOf<'openai-realtime'>;

/** Lives that the system gives, seconds. */
const [SHORTEST_S, LONGEST_S] = [10, 7200];
/** What writes down the caller's words; without it the transcript has one side only. */
const TRANSCRIPTION_MODEL = 'gpt-4o-mini-transcribe';

const secret = z.object({
  // It goes into a header: printable, without blanks.
  value: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  expires_at: z.unknown(),
});
/** Today's shape, and the older one. */
const answer = z.union([secret, z.object({ client_secret: secret }).transform(({ client_secret }) => client_secret)]);

/** The address of one of the system's functions, of those below `/v1/realtime`. */
export const realtimeUrl = (config: Pick<RealtimeConfig, 'baseUrl'>, path: string): string =>
  `${config.baseUrl.replace(/\/+$/, '')}/v1/realtime/${path}`;

/** The profile's configuration when it is of this kind, else null. */
export const realtimeConfig = ({ provider }: Pick<Profile, 'provider'>): RealtimeConfig | null =>
  provider.kind === 'openai-realtime' ? provider : null;

/** The session that the profile fixes: no window has a say in it. */
export function sessionOf({ model, voice, instructions, tools }: RealtimeConfig): Readonly<Record<string, unknown>> {
  return {
    type: 'realtime',
    model,
    ...(instructions === '' ? {} : { instructions }),
    audio: { input: { transcription: { model: TRANSCRIPTION_MODEL } }, ...(voice === '' ? {} : { output: { voice } }) },
    tools: declarationsOf(tools),
    tool_choice: tools.length === 0 ? 'none' : 'auto',
  };
}

/** Mints for the purpose `voice` alone; a wanted life below 10 s or above 7200 s is brought to the nearest that the system gives. */
export function createOpenaiRealtime(http: HttpClient): TokenProvider {
  return {
    // The key is a text that is sent as it is: there is nothing to do ahead, and nothing derived to drop.
    prepare: () => Promise.resolve(),
    forget: () => undefined,
    mint: async ({ profile, purpose, lifeS }, key) => {
      const config = realtimeConfig(profile);
      if (config === null)
        return fail(
          'profile-invalid',
          `"${profile.name}" is no line of an assistant. Choose another provider.`,
          'open-profiles',
        );
      if (purpose !== 'voice')
        return fail(
          'unknown-purpose',
          `"${profile.name}" is an assistant's line: it has calls with the assistant, and nothing else.`,
          'open-profiles',
        );
      const answered = await http.ask({
        profile,
        purpose,
        method: 'POST',
        url: realtimeUrl(config, 'client_secrets'),
        credential: { kind: 'key', key, headers: (text) => ({ authorization: `Bearer ${text}` }) },
        body: {
          type: 'application/json',
          text: JSON.stringify({
            expires_after: { anchor: 'created_at', seconds: Math.min(Math.max(lifeS, SHORTEST_S), LONGEST_S) },
            session: sessionOf(config),
          }),
        },
        expected: expectJson(answer),
      });
      if (!answered.ok) return answered;
      const expiry = parseExpiry(answered.value.value.expires_at, answered.value);
      if (!expiry.ok) return expiry;
      return ok({
        kind: 'token',
        token: answered.value.value.value,
        issuedAt: answered.value.sentAt,
        expiresAt: expiry.value,
      });
    },
  };
}
