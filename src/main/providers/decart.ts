/** Decart: `POST /v1/client/tokens` with `x-api-key` -> a client token (`ek_...`) for one connect. Its expiry ends no live connection; `maxSessionDuration` does. It stays in main: Decart's own socket is no gateway for calls. */
import { z } from 'zod';
import type { ProviderOf } from '../../contracts/profile/provider';
import { fail, ok } from '../../contracts/base/result';
import { endpoint, expiryValue, otherProvider, purposeUnknown, tokenText } from './answers';
import { parseExpiry } from './expiry';
import type { HttpClient } from './http';
import { expectJson } from './http-expected';
import type { TokenProvider } from './token-provider';

/** Its limits, held here whatever wrote the profile; each with the sentence for the admin. */
const options = z.object({
  expiresIn: z.number().int().min(1, 'a token lives 1 to 3600 seconds').max(3600, 'a token lives 1 to 3600 seconds'),
  allowedModels: z.array(z.string().min(1, 'a model has a name').max(100)).max(20, 'at most 20 models').optional(),
  allowedOrigins: z
    .array(
      z.string().regex(/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+$/i, 'an origin is written as https://host or app://name'),
    )
    .max(20, 'at most 20 origins')
    .optional(),
  constraints: z
    .object({
      realtime: z.object({ maxSessionDuration: z.number().int().min(10, 'a live stream lasts at least 10 seconds') }),
    })
    .optional(),
  metadata: z.record(z.string(), z.string().max(200)).optional(),
});

const answer = z.object({ apiKey: tokenText.regex(/^ek_./), expiresAt: expiryValue });

const optionsOf = (
  { allowedModels, allowedOrigins, maxSessionS, metadata }: ProviderOf<'decart'>,
  lifeS: number,
): z.input<typeof options> => ({
  expiresIn: lifeS,
  ...(allowedModels.length > 0 ? { allowedModels } : {}),
  ...(allowedOrigins.length > 0 ? { allowedOrigins } : {}),
  ...(maxSessionS === null ? {} : { constraints: { realtime: { maxSessionDuration: maxSessionS } } }),
  ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
});

export function createDecart(http: HttpClient): TokenProvider {
  return {
    prepare: () => Promise.resolve(),
    forget: () => undefined,
    mint: async ({ profile, purpose, lifeS }, key) => {
      const { provider } = profile;
      if (provider.kind !== 'decart') return otherProvider(profile);
      if (purpose !== 'voice') return purposeUnknown(profile, purpose);
      const body = options.safeParse(optionsOf(provider, lifeS));
      if (!body.success)
        return fail(
          'profile-invalid',
          `"${profile.name}" can't be used with Decart: ${body.error.issues[0]?.message ?? 'an option is out of its limits'}.`,
          'open-profiles',
        );
      const asked = await http.ask({
        profile,
        purpose,
        method: 'POST',
        url: endpoint(provider.baseUrl, '', '/v1/client/tokens'),
        credential: { kind: 'key', key, headers: (text) => ({ 'x-api-key': text }) },
        body: { type: 'application/json', text: JSON.stringify(body.data) },
        expected: expectJson(answer),
      });
      if (!asked.ok) return asked;
      const expiresAt = parseExpiry(asked.value.value.expiresAt, asked.value);
      return expiresAt.ok
        ? ok({
            kind: 'token',
            token: asked.value.value.apiKey,
            issuedAt: asked.value.sentAt,
            expiresAt: expiresAt.value,
          })
        : expiresAt;
    },
  };
}
