/** The practice gateway: a SIP registrar and proxy over WebSocket for this computer, with services to practise on. */
import { fail, ok, type Result } from '../contracts/base/result';
import { Admission } from './admission';
import { createAuthenticator, type KeyName, type TokenIdentity } from './authenticator';
import { systemClock, type Clock } from './clock';
import { createDigestAuthenticator } from './digest';
import { createEventsSocket } from './events-socket';
import { FaultState, startFaults } from './faults';
import { Flow } from './flow';
import { FlowTokens } from './flow-token';
import { createHandshakeServer, refuseToken } from './handshake';
import { closeServer, listenOnLoopback } from './listen';
import { LocationService } from './location-service';
import { redactedLog, type Log } from './log';
import { createMediaPeerFactory, type MediaPeerFactory } from './media-peer';
import { parseGatewayOptions, type GatewayOptions } from './options';
import { Proxy } from './proxy';
import { Registrar } from './registrar';
import { DEFAULT_TIMERS, type ProxyTimers } from './response-context';
import { randomToken, replyTo } from './sip-reply';
import { createServices, SERVICE_NAMES } from './services/services';
import type { CallDigits } from './services/digits';
import { gatewayKeys, type GatewayKeys } from './verifying-key';

export interface StartOptions extends GatewayOptions {
  /** Gets lines that are already redacted. */
  readonly log?: Log;
  readonly clock?: Clock;
  readonly timers?: ProxyTimers;
  readonly media?: MediaPeerFactory;
  /** What `/kill` of the fault port does; closes the gateway by default. */
  readonly onKill?: () => void;
}

export interface GatewayStats {
  readonly flows: number;
  readonly bindings: number;
  /** Ringing and answered. */
  readonly calls: number;
  readonly transactions: number;
  readonly mediaPeers: number;
  /** Handshakes, and requests on flows that opened without a token, whose token or credentials were good, by the key that had made them. */
  readonly acceptedBy: Readonly<Record<KeyName, number>>;
  /** Requests that carried a token where none belongs: within a dialog, to another domain, where this gateway takes none. */
  readonly strayTokens: number;
  /** What the `digits` service collected, by call. */
  readonly digits: readonly Readonly<CallDigits>[];
}

export interface GatewayHandle {
  /** `ws://127.0.0.1:PORT/`. */
  readonly url: string;
  readonly port: number;
  readonly domain: string;
  /** `http://127.0.0.1:PORT/` of the fault port, or null. */
  readonly faultUrl: string | null;
  /** Puts both keys in place of the old ones; open flows stay. */
  readonly setKeys: (keys: GatewayKeys) => Result<null>;
  readonly stats: () => GatewayStats;
  /** Loads the media library ahead of the first call; failures show at that call. */
  readonly warmUp: () => Promise<void>;
  /** Ends every flow, call and timer; resolves when both ports are free. */
  readonly close: () => Promise<void>;
}

/** Starts a gateway on 127.0.0.1. Failures: `port-taken`, `key-unusable`, `invalid-input`, `gateway-unavailable`. */
export async function startGateway(options: StartOptions): Promise<Result<GatewayHandle>> {
  const parsed = parseGatewayOptions(options);
  if (!parsed.ok) return parsed;
  const { domain, keys, issuer, audience, maxTokenLifeS, leewayS } = parsed.value;
  const clock = options.clock ?? systemClock;
  const log = redactedLog(options.log);
  const media = options.media ?? createMediaPeerFactory();
  const state = new FaultState();
  const flows = new Set<Flow>();
  const acceptedBy = { active: 0, next: 0 };

  const location = new LocationService(clock);
  const registrar = new Registrar(location, clock);
  const proxy = new Proxy({
    domain,
    clock,
    location,
    // A public key is no secret: dialogs then do not outlive a restart of the gateway.
    tokens: new FlowTokens(typeof keys.active === 'string' ? keys.active : randomToken(32)),
    timers: options.timers ?? DEFAULT_TIMERS,
    log,
    service: (user) => services?.endpoint(user),
    onCall: (step) => events.tell(step),
    register: (request, from) => (from instanceof Flow ? registrar.register(request, from) : replyTo(request, 403)),
  });
  const services = parsed.value.services
    ? createServices({ domain, clock, media, emit: (from, message) => proxy.receive(from, message) })
    : null;
  const limits = {
    maxLifeS: maxTokenLifeS,
    leewayS,
    reserved: new Set<string>(services === null ? [] : SERVICE_NAMES),
  };
  const authenticator = createAuthenticator(keys, { issuer, audience, ...limits });
  const events = createEventsSocket({
    authenticator,
    clock,
    log,
    refuse: (socket, reason) => refuseToken(socket, clock, reason),
  });
  const digest = createDigestAuthenticator(keys, { realm: domain, ...limits });
  const { accepts, queryParameter, subprotocol, bearerHeader } = parsed.value;
  const presentations = { accepts: new Set(accepts), parameter: queryParameter, template: subprotocol, bearerHeader };
  const refusesToken = (): boolean => state.takeRefusal();
  const belongs = (flow: Flow, identity: TokenIdentity, isFirst: boolean): void => {
    acceptedBy[identity.key] += 1;
    if (isFirst) location.attach(flow);
    log(
      `flow ${flow.id} ${isFirst ? 'open' : 'again'} user=${flow.user} key=${identity.key} token=${identity.fingerprint}${identity.constraints.meta.length === 0 ? '' : ` meta ${identity.constraints.meta.join(' ')}`}`,
    );
  };
  const admission = new Admission<Flow>({
    domain,
    presentations,
    authenticator,
    digest,
    clock,
    log,
    refusesToken,
    onAccepted: belongs,
    pass: (from, message) => proxy.receive(from, message),
  });

  const server = createHandshakeServer({
    authenticator,
    clock,
    log,
    presentations,
    refusesToken,
    events,
    onSocket: (socket, identity) => {
      const flow = new Flow({
        socket,
        identity,
        clock,
        log,
        faults: { isSilent: (user) => state.silent.has(user), delayMs: () => state.delayMs },
        onMessage: (from, message) => admission.receive(from, message),
        onEnd: (ended) => {
          flows.delete(ended);
          location.detach(ended);
          proxy.endpointGone(ended);
        },
      });
      flows.add(flow);
      if (identity !== null) belongs(flow, identity, true);
    },
  });

  const stats = (): GatewayStats => ({
    flows: flows.size,
    bindings: location.counts().bindings,
    strayTokens: admission.strayTokens,
    ...proxy.counts(),
    mediaPeers: media.count(),
    acceptedBy: { ...acceptedBy },
    digits: services?.digits.list() ?? [],
  });
  const listening = await listenOnLoopback(server, parsed.value.port);
  if (!listening.ok) return listening;

  const flowsOf = (user: string): Flow[] => [...flows].filter((flow) => flow.user === user);
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      services?.close();
      events.close();
      proxy.clear();
      location.clear();
      media.closeAll();
      const open = [...flows];
      for (const flow of open) flow.destroy();
      await Promise.all([
        ...open.map((flow) => flow.ended),
        closeServer(server),
        faults?.ok === true ? faults.value.close() : null,
      ]);
      location.clear();
    })();
    return closing;
  };
  const faults = parsed.value.faults
    ? await startFaults({
        state,
        drop: (user) => flowsOf(user).map((flow) => flow.destroy()).length,
        closeWith: (user, code) => flowsOf(user).map((flow) => flow.close(code)).length,
        kill: options.onKill ?? (() => void close()),
        stats,
        digits: () => services?.digits.list() ?? [],
      })
    : null;
  if (faults?.ok === false) {
    await close();
    return faults;
  }
  return ok({
    url: `ws://127.0.0.1:${listening.value}/`,
    port: listening.value,
    domain,
    faultUrl: faults?.value.url ?? null,
    setKeys: (next) => {
      if (!gatewayKeys.safeParse(next).success)
        return fail(
          'key-unusable',
          'The practice gateway needs keys of at least 32 characters, or public keys that fit their algorithm.',
          'open-keys',
        );
      authenticator.setKeys(next);
      digest.setKeys(next);
      return ok(null);
    },
    stats,
    warmUp: () =>
      media
        .warmUp()
        .catch((error: unknown) =>
          log(`media library not usable: ${error instanceof Error ? error.message : 'unknown'}`),
        ),
    close,
  });
}
