/** Sippet as its public description has it: session tokens, actions by RPC, and the events socket; on 127.0.0.1, with keys made at run time. */
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { servePhoenix, type FakePhoenix } from './fake-phoenix';

/** A row as list_calls has it; a test may spell it as it likes. */
export type FakeRow = Readonly<Record<string, unknown>>;

export interface FakeSippet {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly events: FakePhoenix;
  /** What list_calls answers. */
  readonly rows: FakeRow[];
  /** The calls that end_call ended. */
  readonly ended: readonly string[];
  /** SIP access that lives, by its id. */
  readonly access: ReadonlyMap<string, { readonly username: string; readonly password: string }>;
  /** Session tokens, in the order of their making. */
  readonly tokens: readonly string[];
  /** Actions that were asked for, with their input. */
  readonly actions: readonly { readonly action: string; readonly input: unknown }[];
  /** What goes wrong, changed at any time by the test. */
  readonly faults: {
    /** How the expiry of tokens is written. */
    expiry: 'iso' | 'epoch-s' | 'epoch-ms' | 'ttl-only' | 'none';
    /** So many requests of an action get an answer with this status. */
    status: { action: string; status: number; times: number } | null;
    /** An action is refused with HTTP 200 and an error of this type. */
    refuse: { action: string; type: string } | null;
  };
  readonly close: () => Promise<void>;
}

const LIFE_S = 300;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Starts it on a free port. Each session token opens one socket, once. `sipKey`: its SIP access is one that a gateway with this key takes (a user
 * with its end in front, the password made of both: see src/gateway/digest.ts).
 */
export async function startFakeSippet({
  sipKey = null,
}: { readonly sipKey?: string | null } = {}): Promise<FakeSippet> {
  const secretKey = `sk_test_${randomBytes(24).toString('hex')}`;
  const publishableKey = `pk_test_${randomBytes(24).toString('hex')}`;
  const tokens: string[] = [];
  const unused = new Set<string>();
  const rows: FakeRow[] = [];
  const ended: string[] = [];
  const access = new Map<string, { username: string; password: string }>();
  const actions: { action: string; input: unknown }[] = [];
  const faults: FakeSippet['faults'] = { expiry: 'iso', status: null, refuse: null };

  const expiry = (): Record<string, unknown> => {
    const at = Date.now() + LIFE_S * 1000;
    switch (faults.expiry) {
      case 'iso':
        return { expires_at: new Date(at).toISOString(), ttl_seconds: LIFE_S };
      case 'epoch-s':
        return { expires_at: Math.floor(at / 1000), ttl_seconds: LIFE_S };
      case 'epoch-ms':
        return { expires_at: at, ttl_seconds: LIFE_S };
      case 'ttl-only':
        return { ttl_seconds: LIFE_S };
      case 'none':
        return {};
    }
  };

  const act = (action: string, input: Readonly<Record<string, unknown>>): unknown => {
    const text = (name: string): string => (typeof input[name] === 'string' ? input[name] : '');
    switch (action) {
      case 'list_calls':
        return rows;
      case 'end_call': {
        // Ending what is over succeeds too.
        if (!ended.includes(text('callUuid'))) ended.push(text('callUuid'));
        return { callUuid: text('callUuid'), status: 'completed' };
      }
      case 'issue_sip_access': {
        const id = randomBytes(8).toString('hex');
        const username =
          sipKey === null
            ? `${text('username')}-${id}`
            : `${Math.floor(Date.now() / 1000) + LIFE_S}:${text('username')}`;
        const made = {
          username,
          password:
            sipKey === null
              ? randomBytes(16).toString('hex')
              : createHmac('sha1', sipKey).update(username).digest('base64'),
        };
        access.set(id, made);
        return { id, ...made, ...expiry() };
      }
      case 'revoke_sip_access':
        return access.delete(text('accessId')) ? { revoked: true } : null;
      default:
        return null;
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const text = await bodyOf(request);
    if (request.headers['x-api-key'] === publishableKey) {
      send(403, { error: 'publishable keys may not do this' });
      return;
    }
    if (request.headers['x-api-key'] !== secretKey || request.method !== 'POST') {
      send(401, { error: 'unauthorized' });
      return;
    }
    if (request.url === '/api/realtime/session') {
      const token = `st_${randomBytes(18).toString('base64url')}`;
      tokens.push(token);
      unused.add(token);
      send(200, { token, ...expiry() });
      return;
    }
    if (request.url !== '/rpc/public/run') {
      send(404, { error: 'not found' });
      return;
    }
    const { action, input = {} } = JSON.parse(text) as { action: string; input?: Readonly<Record<string, unknown>> };
    actions.push({ action, input });
    if (faults.status !== null && faults.status.action === action && faults.status.times > 0) {
      faults.status.times -= 1;
      send(faults.status.status, { error: 'trouble' });
    } else if (faults.refuse?.action === action) {
      send(200, {
        success: false,
        errors: [{ type: faults.refuse.type, message: 'no', shortMessage: 'no', vars: {}, fields: [], path: [] }],
      });
    } else send(200, { success: true, data: act(action, input) });
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const events = servePhoenix(server, {
    path: '/socket/websocket',
    parameter: 'session_token',
    topic: 'events',
    admit: (token) => unused.delete(token),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    secretKey,
    publishableKey,
    events,
    rows,
    ended,
    access,
    tokens,
    actions,
    faults,
    close: async () => {
      events.drop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
