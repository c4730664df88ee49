/**
 * The OpenAI Realtime API as far as a voice line speaks to it: client secrets, WebRTC calls over HTTP, hang-up. Wire format as in the vendor's
 * API reference; its own client proves the shape (fake-openai-realtime.test.ts).
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { RealtimePeer } from './realtime-peer';

/** How it treats an offer. */
export type CallMode =
  | 'honest'
  | 'json-with-201'
  | 'no-sdp'
  | 'wrong-type'
  | 'huge'
  | 'refused'
  | 'busy'
  | 'no-location'
  | 'strange-location';

export interface FakeCall {
  readonly id: string;
  readonly peer: RealtimePeer;
  /** The session of the secret that it was placed with. */
  readonly session: Readonly<Record<string, unknown>>;
  hangUps: number;
}

/** What arrived, without bodies: `POST /v1/realtime/calls`, and the credential's first letters. */
export interface SeenRequest {
  readonly line: string;
  readonly credential: string;
  readonly status: number;
}

export interface FakeOpenaiRealtime {
  /** `http://127.0.0.1:PORT`. */
  readonly baseUrl: string;
  /** The long-lived key that it takes. */
  readonly key: string;
  /** The secrets that it gave, oldest first. */
  readonly secrets: readonly string[];
  readonly calls: readonly FakeCall[];
  readonly seen: readonly SeenRequest[];
  mode: CallMode;
  /** `old`: `{client_secret: {value, expires_at}}`. */
  shape: 'new' | 'old';
  /** So many hang-ups are answered with 503 first. */
  failHangUps: number;
  readonly close: () => Promise<void>;
}

const secretsRequest = z.object({
  expires_after: z.object({ anchor: z.literal('created_at'), seconds: z.number().int().min(10).max(7200) }).optional(),
  session: z.looseObject({ type: z.literal('realtime'), model: z.string().optional() }).optional(),
});

/** Where the call is, as the mode says it. */
function locationOf(mode: CallMode, id: string): string | null {
  if (mode === 'no-location') return null;
  return mode === 'strange-location'
    ? `https://elsewhere.example/v1/${'../'.repeat(3)}?id=${id}`
    : `/v1/realtime/calls/${id}`;
}

const REFUSAL = '{"error":{"message":"No."}}';
function answerOf(mode: CallMode, sdp: string): { readonly type: string; readonly text: string } {
  switch (mode) {
    case 'json-with-201':
      return { type: 'application/json', text: REFUSAL };
    case 'no-sdp':
      return { type: 'application/sdp', text: REFUSAL };
    case 'wrong-type':
      return { type: 'text/html', text: sdp };
    case 'huge':
      return { type: 'application/sdp', text: `${sdp}${'a=x:y\r\n'.repeat(20_000)}` };
    case 'honest':
    case 'no-location':
    case 'strange-location':
    case 'refused':
    case 'busy':
      return { type: 'application/sdp', text: sdp };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString('utf8');
}

/** Starts it on a free port of this computer. */
export async function startFakeOpenaiRealtime(): Promise<FakeOpenaiRealtime> {
  const key = `sk-${randomBytes(24).toString('base64url')}`;
  const sessions = new Map<
    string,
    { readonly session: Readonly<Record<string, unknown>>; readonly expiresAt: number }
  >();
  const calls: FakeCall[] = [];
  const seen: SeenRequest[] = [];

  const server = createServer((request, response) => void serve(request, response));
  const json = (response: ServerResponse, status: number, value: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  const error = (response: ServerResponse, status: number, code: string): void =>
    json(response, status, { error: { message: `No: ${code}.`, type: 'invalid_request_error', code, param: null } });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const credential = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    response.on('finish', () =>
      seen.push({
        line: `${request.method ?? ''} ${pathname}`,
        credential: credential.slice(0, 3),
        status: response.statusCode,
      }),
    );
    const body = await bodyOf(request);
    const hangUp = /^\/v1\/realtime\/calls\/([^/]+)\/hangup$/.exec(pathname)?.[1];
    if (request.method !== 'POST') error(response, 405, 'method_not_allowed');
    else if (pathname === '/v1/realtime/client_secrets') makeSecret(response, credential, body);
    else if (pathname === '/v1/realtime/calls') await takeCall(request, response, credential, body);
    else if (hangUp !== undefined) endCall(response, credential, hangUp);
    else error(response, 404, 'unknown_url');
  }

  function makeSecret(response: ServerResponse, credential: string, body: string): void {
    if (credential !== key) {
      error(response, 401, 'invalid_api_key');
      return;
    }
    const parsed = secretsRequest.safeParse(JSON.parse(body === '' ? '{}' : body));
    if (!parsed.success) {
      error(response, 400, 'invalid_value');
      return;
    }
    const value = `ek_${randomBytes(24).toString('hex')}`;
    const expiresAt = Math.floor(Date.now() / 1000) + (parsed.data.expires_after?.seconds ?? 600);
    const session = { object: 'realtime.session', id: `sess_${randomUUID()}`, ...parsed.data.session };
    sessions.set(value, { session, expiresAt });
    json(
      response,
      200,
      fake.shape === 'new'
        ? { value, expires_at: expiresAt, session }
        : { ...session, client_secret: { value, expires_at: expiresAt } },
    );
  }

  async function takeCall(
    request: IncomingMessage,
    response: ServerResponse,
    credential: string,
    offer: string,
  ): Promise<void> {
    const known = sessions.get(credential);
    if (fake.mode === 'refused' || known === undefined || known.expiresAt * 1000 < Date.now()) {
      error(response, 401, 'invalid_client_secret');
      return;
    }
    if (fake.mode === 'busy') {
      response.setHeader('retry-after', '1');
      error(response, 429, 'rate_limit_exceeded');
      return;
    }
    const answered =
      request.headers['content-type'] === 'application/sdp' ? await RealtimePeer.answer(offer, known.session) : null;
    if (answered === null) {
      error(response, 400, 'invalid_offer');
      return;
    }
    const { peer, sdp } = answered;
    const id = `rtc_${randomBytes(12).toString('hex')}`;
    calls.push({ id, peer, session: known.session, hangUps: 0 });
    const location = locationOf(fake.mode, id);
    if (location !== null) response.setHeader('location', location);
    const { type, text } = answerOf(fake.mode, sdp);
    response.writeHead(201, { 'content-type': type }).end(text);
  }

  function endCall(response: ServerResponse, credential: string, id: string): void {
    const call = calls.find((each) => each.id === id);
    if (credential !== key) error(response, 401, 'invalid_api_key');
    else if (call === undefined) error(response, 404, 'call_not_found');
    else if (fake.failHangUps > 0) {
      fake.failHangUps -= 1;
      error(response, 503, 'server_error');
    } else {
      call.hangUps += 1;
      call.peer.close();
      response.writeHead(200).end();
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fake: FakeOpenaiRealtime = {
    baseUrl: `http://127.0.0.1:${port}`,
    key,
    get secrets() {
      return [...sessions.keys()];
    },
    calls,
    seen,
    mode: 'honest',
    shape: 'new',
    failHangUps: 0,
    close: async () => {
      for (const { peer } of calls) peer.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}
