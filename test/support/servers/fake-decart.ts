/** Decart's token endpoint, from its documentation and its SDK: `POST /v1/client/tokens` with `x-api-key`; and of its jobs the one question that shows whether a token is good. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  answerJson,
  openHttpServer,
  type Answer,
  type HttpServerUnderTest,
  type SeenRequest,
} from './hostile-http-server';

const wanted = z.strictObject({
  expiresIn: z.number().int().min(1).max(3600).default(60),
  allowedModels: z.array(z.string()).max(20).optional(),
  allowedOrigins: z.array(z.string()).max(20).optional(),
  constraints: z
    .strictObject({ realtime: z.strictObject({ maxSessionDuration: z.number().min(10) }).optional() })
    .optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

export interface FakeDecart extends HttpServerUnderTest {
  /** What it knows of a client token that it made; null: it made no such token. */
  readonly known: (token: string) => z.output<typeof wanted> | null;
}

/** Starts it on a free port; `key` is the account's. */
export async function openFakeDecart(key: string): Promise<FakeDecart> {
  const made = new Map<string, z.output<typeof wanted>>();
  const usual = ({ method, path, headers, body }: SeenRequest): Answer => {
    if (method === 'GET' && path.startsWith('/v1/jobs/')) {
      return made.has(headers['x-api-key'] ?? '')
        ? answerJson(200, { job_id: path.slice('/v1/jobs/'.length), status: 'pending' })
        : answerJson(401, { detail: 'Invalid API key' });
    }
    if (method !== 'POST' || path !== '/v1/client/tokens') return answerJson(404, { detail: 'Not Found' });
    const presented = headers['x-api-key'] ?? '';
    if (presented.startsWith('ek_')) return answerJson(403, { detail: 'a client token makes no client tokens' });
    if (presented !== key) return answerJson(401, { detail: `Invalid API key ${presented}` });
    const options = wanted.safeParse(body === '' ? {} : JSON.parse(body));
    if (!options.success) return answerJson(422, { detail: 'out of limits' });
    const token = `ek_${randomBytes(24).toString('base64url')}`;
    made.set(token, options.data);
    const { expiresIn, allowedModels, allowedOrigins, constraints } = options.data;
    return answerJson(200, {
      apiKey: token,
      expiresAt: new Date(Date.now() + expiresIn * 1000).toISOString(),
      permissions:
        allowedModels === undefined && allowedOrigins === undefined
          ? null
          : { ...(allowedModels && { models: allowedModels }), ...(allowedOrigins && { origins: allowedOrigins }) },
      constraints: constraints ?? null,
    });
  };
  const server = await openHttpServer((seen, response) => usual(seen)(seen, response));
  return { ...server, known: (token) => made.get(token) ?? null };
}
