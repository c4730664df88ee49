/** URLs that an older Ringfence took as they were typed: written anew as they were always read, and without the secrets in them. */
import { z } from 'zod';
import { plainText } from '../../contracts/base/plain-text';
import { urlWithoutSecrets } from '../../contracts/profile/literal-secrets';
import { writtenProblem, type SafeScheme } from '../../contracts/profile/written-url';

const oldLine = z.looseObject({
  name: z.string().optional(),
  gatewayUrl: z.string().optional(),
  presentation: z.looseObject({ kind: z.string().optional(), parameter: z.string().optional() }).optional(),
  provider: z.looseObject({ url: z.string().optional(), baseUrl: z.string().optional() }).optional(),
});

/** The same address, as a profile may say it; a fragment, which no server ever saw, is left out. What names no usable host stays, and fits no profile. */
export function mendedUrl(text: string, scheme: SafeScheme): string {
  if (text === '' || writtenProblem(text, scheme) === null || !URL.canParse(text)) return text;
  const { protocol, host, pathname, search } = new URL(text);
  const [written = ''] = text.trim().split(/[?#]/, 1);
  const path = pathname === '/' && !/[\\/]$/.test(written) ? '' : pathname;
  return `${protocol}//${host}${path}${search}`;
}

/** A profile of before with such URLs; anything else as it is. `say` hears in whose gateway URL a secret stood, and nothing of it. */
export function withMendedUrls(line: unknown, say: (sentence: string) => void): unknown {
  const old = oldLine.safeParse(line);
  if (!old.success) return line;
  const { name, gatewayUrl, presentation, provider } = old.data;
  const mended: Record<string, unknown> = { ...old.data };
  if (gatewayUrl !== undefined) {
    const url = mendedUrl(gatewayUrl, 'wss');
    const parameter = presentation?.kind === 'query' ? (presentation.parameter ?? 'token') : null;
    mended['gatewayUrl'] = urlWithoutSecrets(url, parameter === null ? [] : [parameter]);
    const { username, password } = URL.canParse(gatewayUrl) ? new URL(gatewayUrl) : { username: '', password: '' };
    if (mended['gatewayUrl'] !== url || username !== '' || password !== '')
      say(
        `The gateway URL of ${name === undefined ? 'a profile' : `"${plainText(name, 60)}"`} held a secret, which was taken out of it: a URL is no place for one. Look at the profile.`,
      );
  }
  if (provider !== undefined) {
    const { url, baseUrl } = provider;
    mended['provider'] = {
      ...provider,
      ...(url === undefined ? {} : { url: urlWithoutSecrets(mendedUrl(url, 'https')) }),
      ...(baseUrl === undefined ? {} : { baseUrl: urlWithoutSecrets(mendedUrl(baseUrl, 'https')) }),
    };
  }
  return mended;
}
