/** A small raw SIP-over-WebSocket phone for tests: no state machine, every message visible. */
import { randomUUID } from 'node:crypto';
import { WebSocket, type ClientOptions } from 'ws';
import {
  formatSipMessage,
  headerOf,
  parseCseq,
  parseSipMessage,
  type HeaderField,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../../../src/gateway/sip-message';
import { dialogOfCaller, type TestDialog } from './test-dialog';
import { mintToken, TEST_DOMAIN } from './test-tokens';
import { randomToken, replyTo, type ReplyOptions } from '../../../src/gateway/sip-reply';
import { answerChallenge, keyOf } from './digest-answer';

interface Wait {
  readonly matches: (message: SipMessage) => boolean;
  readonly resolve: (message: SipMessage) => void;
}

export interface RequestOptions {
  readonly uri?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly branch?: string;
  readonly cseq?: number;
  readonly headers?: readonly HeaderField[];
  /** The whole Contact value; null for none. */
  readonly contact?: string | null;
  /** SDP. */
  readonly body?: string;
  /** A body whose Content-Type is among `headers`. */
  readonly rawBody?: string;
  readonly dialog?: TestDialog;
}

const header = (name: string, value: string): HeaderField => ({ name, value });

export class SipClient {
  readonly user: string;
  readonly domain: string;
  readonly contactUri: string;
  readonly instance: string;
  /** Everything that came in, oldest first. */
  readonly received: SipMessage[] = [];
  /** Raw frames, keep-alives included. */
  readonly frames: string[] = [];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
  #unread: SipMessage[] = [];
  #waits: readonly Wait[] = [];
  #cseq = 0;
  /** Requests by `keyOf`, and what was sent once more with a password in their stead. */
  readonly #sent = new Map<string, SipRequest>();
  readonly #again = new Map<string, SipRequest>();

  private constructor(
    socket: WebSocket,
    user: string,
    instance: string,
    domain: string,
    readonly password: string | null,
  ) {
    this.socket = socket;
    this.user = user;
    this.domain = domain;
    this.instance = instance;
    this.contactUri = `sip:${randomToken(4)}@${randomToken(4)}.invalid;transport=ws`;
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
      this.frames.push(text);
      const message = parseSipMessage(text);
      if (message.kind === 'malformed' || this.#gavePassword(message)) return;
      this.received.push(message);
      const wait = this.#waits.find((one) => one.matches(message));
      if (wait === undefined) {
        this.#unread.push(message);
        return;
      }
      this.#waits = this.#waits.filter((one) => one !== wait);
      wait.resolve(message);
    });
  }

  /** Answers a challenge by itself, once for each request; whoever sent the request notices nothing. */
  #gavePassword(message: SipMessage): boolean {
    if (message.kind !== 'response' || this.password === null) return false;
    const request = this.#sent.get(keyOf(message));
    if (request === undefined) return false;
    const who = { username: this.user, password: this.password, cseq: this.#cseq + 1 };
    const again = answerChallenge(request, message, who);
    if (again === null) return false;
    this.#cseq += 1;
    if (request.method === 'INVITE') this.acknowledgeRefusal(request, message);
    this.#sent.delete(keyOf(request));
    this.#again.set(keyOf(request), again);
    this.send(again);
    return true;
  }

  /** What stands on the wire for this request: itself, or the one with a password. */
  #onTheWire(request: SipRequest): SipRequest {
    return this.#again.get(keyOf(request)) ?? request;
  }

  /** Opens a flow; rejects with `HTTP <status> <body>` when it is refused. `bare`: without a token, or with one in `protocols`. `ca`: an authority to trust (PEM), for wss. `password`: what challenges are answered with. */
  static async open(
    url: string,
    user: string,
    options: {
      readonly token?: string;
      readonly instance?: string;
      readonly bearer?: boolean;
      readonly domain?: string;
      readonly bare?: boolean;
      readonly protocols?: readonly string[];
      readonly ca?: string;
      readonly password?: string;
    } = {},
  ): Promise<SipClient> {
    const token = options.token ?? mintToken({ sub: user });
    const settings: ClientOptions = {
      ...(options.bearer === true ? { headers: { Authorization: `Bearer ${token}` } } : {}),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    };
    const socket = new WebSocket(
      options.bearer === true || options.bare === true ? url : `${url}?token=${token}`,
      [...(options.protocols ?? ['sip'])],
      settings,
    );
    const client = new SipClient(
      socket,
      user,
      options.instance ?? `<urn:uuid:${randomUUID()}>`,
      options.domain ?? TEST_DOMAIN,
      options.password ?? null,
    );
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('unexpected-response', (request, response) => {
        let body = '';
        response.on('data', (chunk) => (body += String(chunk)));
        response.on('end', () => {
          request.destroy();
          reject(new Error(`HTTP ${response.statusCode ?? 0} ${body}`));
        });
      });
      socket.once('error', reject);
    });
    return client;
  }

  get aor(): string {
    return `sip:${this.user}@${this.domain}`;
  }

  send(message: SipMessage): void {
    this.socket.send(formatSipMessage(message));
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  /** The first message, read or not yet come, that matches; rejects after `ms`. */
  next<M extends SipMessage>(matches: (message: SipMessage) => message is M, what: string, ms = 5_000): Promise<M> {
    return new Promise((resolve, reject) => {
      const at = this.#unread.findIndex(matches);
      const found = this.#unread[at];
      if (found !== undefined && matches(found)) {
        this.#unread.splice(at, 1);
        resolve(found);
        return;
      }
      const wait: Wait = {
        matches,
        resolve: (message) => {
          clearTimeout(timer);
          if (matches(message)) resolve(message);
        },
      };
      const timer = setTimeout(() => {
        this.#waits = this.#waits.filter((one) => one !== wait);
        reject(
          new Error(
            `${this.user} waited ${ms} ms for ${what}; unread: ${this.#unread.map((m) => (m.kind === 'request' ? m.method : m.status)).join(', ')}`,
          ),
        );
      }, ms);
      this.#waits = [...this.#waits, wait];
    });
  }

  nextRequest(method: string): Promise<SipRequest> {
    return this.next(
      (message): message is SipRequest => message.kind === 'request' && message.method === method,
      method,
    );
  }

  /** The next response to this request with a status of at least `atLeast`. */
  response(request: SipRequest, atLeast = 200): Promise<SipResponse> {
    return this.next(
      (message): message is SipResponse =>
        message.kind === 'response' && message.status >= atLeast && keyOf(message) === keyOf(this.#onTheWire(request)),
      `a response to ${request.method}`,
    );
  }

  /** Builds a request of this user, in a dialog or out of one, and sends it. */
  request(method: string, options: RequestOptions = {}): SipRequest {
    const { dialog } = options;
    const from =
      dialog === undefined
        ? (options.from ?? `<${this.aor}>;tag=${randomToken(4)}`)
        : `<${dialog.localUri}>;tag=${dialog.localTag}`;
    const to =
      dialog === undefined
        ? (options.to ?? `<${options.uri ?? this.aor}>`)
        : `<${dialog.remoteUri}>;tag=${dialog.remoteTag}`;
    this.#cseq += 1;
    const request: SipRequest = {
      kind: 'request',
      method,
      uri: options.uri ?? dialog?.target ?? `sip:${this.domain}`,
      headers: [
        header('Via', `SIP/2.0/WS client.invalid;branch=${options.branch ?? `z9hG4bK${randomToken()}`}`),
        header('Max-Forwards', '70'),
        ...(dialog?.routes ?? []).map((route) => header('Route', route)),
        header('From', from),
        header('To', to),
        header('Call-ID', options.callId ?? dialog?.callId ?? randomToken()),
        header('CSeq', `${options.cseq ?? this.#cseq} ${method}`),
        ...(options.contact === null ? [] : [header('Contact', options.contact ?? `<${this.contactUri}>`)]),
        ...(options.body === undefined ? [] : [header('Content-Type', 'application/sdp')]),
        ...(options.headers ?? []),
      ],
      body: options.body ?? options.rawBody ?? '',
    };
    if (method !== 'ACK') this.#sent.set(keyOf(request), request);
    this.send(request);
    return request;
  }

  /** REGISTER with instance and reg-id; resolves with the final response. */
  register(expires = 300, headers: readonly HeaderField[] = []): Promise<SipResponse> {
    const contact = `<${this.contactUri}>;reg-id=1;+sip.instance="${this.instance}";expires=${expires}`;
    return this.response(
      this.request('REGISTER', {
        to: `<${this.aor}>`,
        contact,
        headers: [header('Supported', 'path, outbound'), ...headers],
      }),
    );
  }

  /** Answers a request that came in. */
  reply(request: SipRequest, status: number, options: ReplyOptions = {}): SipResponse {
    const routes = request.headers.filter((one) => one.name === 'Record-Route');
    const response = replyTo(request, status, {
      ...options,
      headers: [...routes, header('Contact', `<${this.contactUri}>`), ...(options.headers ?? [])],
    });
    this.send(response);
    return response;
  }

  /** ACK for a 2xx, and the dialog that it made; a later INVITE names the dialog it was sent in, whose route set stays. */
  acknowledge(
    invite: SipRequest,
    response: SipResponse,
    dialog: TestDialog = dialogOfCaller(invite, response),
  ): TestDialog {
    this.request('ACK', { dialog, cseq: parseCseq(headerOf(this.#onTheWire(invite), 'CSeq') ?? '')?.number ?? 0 });
    return dialog;
  }

  /** ACK for a final response above 299: same branch, no route set. */
  acknowledgeRefusal(request: SipRequest, response: SipResponse): void {
    const invite = this.#onTheWire(request);
    const number = parseCseq(headerOf(invite, 'CSeq') ?? '')?.number ?? 0;
    this.send({
      ...invite,
      method: 'ACK',
      body: '',
      headers: [
        ...invite.headers.filter((one) => ['Via', 'Max-Forwards', 'From', 'Call-ID'].includes(one.name)),
        header('To', headerOf(response, 'To') ?? ''),
        header('CSeq', `${number} ACK`),
      ],
    });
  }

  /** CANCEL of an INVITE. */
  cancel(asked: SipRequest, headers: readonly HeaderField[] = []): SipRequest {
    const invite = this.#onTheWire(asked);
    const number = parseCseq(headerOf(invite, 'CSeq') ?? '')?.number ?? 0;
    const kept = invite.headers.filter((one) => ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID'].includes(one.name));
    const request: SipRequest = {
      ...invite,
      method: 'CANCEL',
      body: '',
      headers: [...kept, header('CSeq', `${number} CANCEL`), ...headers],
    };
    this.send(request);
    return request;
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  /** Cuts the connection as a lost network would. */
  async drop(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }
}
