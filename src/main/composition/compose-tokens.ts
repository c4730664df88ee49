/** The token side of main: keys, providers, the broker that mints with them, the renewal of what it minted, and the lines that live on it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { ProfilesSnapshot } from '../../contracts/profile/profile';
import type { ProviderKind } from '../../contracts/profile/provider';
import { fail, ok } from '../../contracts/base/result';
import type { AuditTrail } from '../audit/audit-trail';
import { createBroker, type Broker } from '../tokens/broker';
import type { Clock } from '../base/clock';
import { createConnectionTests, type ConnectionTests } from '../tokens/connection-tests';
import { forkGateway } from '../practice/gateway-process';
import { adoptProxy, resolveProxy } from '../desktop/system-proxy';
import { lookAtGateway } from '../lockdown/gateway-look';
import { createGatewayRequests, type GatewayRequests, type GrantName } from '../lockdown/gateway-requests';
import { createGrantRenewal, type GrantRenewal } from '../tokens/grant-renewal';
import { createKeys, type Keys } from '../keys/keys';
import type { Log } from '../base/log';
import type { Notify } from '../ipc/notify';
import { createGrantPolicy } from '../policy/policy';
import { createPracticeLine, type PracticeLine } from '../practice/practice-line';
import { createDecart } from '../providers/decart';
import { createEphemeralCredentials } from '../providers/ephemeral-credentials';
import { createGenericHttp } from '../providers/generic-http';
import { createHttpClient } from '../providers/http';
import { createLocalJwt } from '../providers/local-jwt';
import { createOpenaiRealtime } from '../providers/openai-realtime';
import { createRealtimeCalls } from '../providers/openai-realtime-calls';
import { createSautikit } from '../providers/sautikit';
import { createSippet, type Sippet } from '../providers/sippet';
import { systemAuthorities } from '../base/authorities';
import type { TokenProvider } from '../providers/token-provider';
import { createMemoryStore } from '../secrets/memory-store';
import type { Keychain } from '../secrets/keychain';
import { createVoiceCalls, type VoiceCalls } from '../assistant/voice-calls';
import type { ProxySide } from './compose-proxy';
import { NOTICE_LENGTH, type OpenedFiles } from './open-files';

/** What a mint changes in the profiles' snapshot is not urgent, and drawing it must not hold the grant up, ms. */
const MINT_TOLD_AFTER_MS = 300;

export interface TokenSide {
  readonly keys: Keys;
  readonly practice: PracticeLine;
  readonly requests: GatewayRequests;
  readonly broker: Broker;
  readonly renewal: GrantRenewal;
  readonly voice: VoiceCalls;
  readonly tests: ConnectionTests;
  readonly sippet: Sippet;
  readonly snapshot: () => ProfilesSnapshot;
  readonly tellProfiles: () => void;
  /** Lets the windows reach the lines' gateways, as far as the phone is open. */
  readonly allowGateways: () => void;
  /** A line was added, changed or removed. */
  readonly lineChanged: (profileId: string) => void;
  /** What holds for every line was changed from outside. */
  readonly policyChanged: () => void;
  /** Reads and imports the chosen line's key before its first grant is asked for. */
  readonly prepare: () => void;
  /** Forgets what was derived from the chosen line's key. */
  readonly forgetKey: () => void;
}

export interface TokenPorts {
  readonly files: OpenedFiles;
  readonly keychain: Keychain;
  readonly audit: AuditTrail;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly log: Log;
  /** The folder of main's own scripts. */
  readonly scripts: string;
  readonly proxy: ProxySide;
  readonly isPhoneLocked: () => boolean;
  /** Where this computer is (ISO 3166-1 alpha-2), or ''. */
  readonly country: () => string;
}

export function composeTokens({
  files: { profiles, managed, notice },
  keychain,
  audit,
  notify,
  clock,
  log,
  scripts,
  proxy,
  isPhoneLocked,
  country,
}: TokenPorts): TokenSide {
  const now = clock.wall;
  /** Where no grant is known to lead, the chosen line is meant. */
  const named = (about: GrantName | null) => ({
    profileId: about?.profileId ?? profiles.activeProfileId(),
    purpose: about?.purpose ?? ('sip' as const),
  });
  const requests = createGatewayRequests(
    now,
    (failure, about) =>
      about?.testId === undefined
        ? notify('grants.failed', { ...named(about), failure })
        : notify('profiles.testRefused', { testId: about.testId, failure }),
    (status, failure, about, saysWhy) =>
      notify('gateway.answered', { ...named(about), status, failure, ...(saysWhy ? { saysWhy } : {}) }),
    (address) => {
      void adoptProxy(`${new URL(address).origin.replace(/^https:/, 'wss:')}/`).then((changed) => {
        if (changed) notify('network.changed', { lost: false, connected: true });
      });
      return lookAtGateway(address, clock);
    },
    proxy.wanted,
  );
  const http = createHttpClient({
    clock,
    random: Math.random,
    authorities: systemAuthorities,
    isKnownToWindows: async (origin) => (await lookAtGateway(`${origin}/`, clock)).kind === 'answered',
    resolveProxy,
    proxyPasswords: proxy.passwords,
  });
  const sippet = createSippet(http);
  const providers: Readonly<Record<ProviderKind, TokenProvider>> = {
    'local-jwt': createLocalJwt(now, country),
    'ephemeral-credentials': createEphemeralCredentials(now),
    sautikit: createSautikit(http),
    decart: createDecart(http),
    'generic-http': createGenericHttp(http, now),
    'openai-realtime': createOpenaiRealtime(http),
    sippet,
  };
  const forget = (fingerprint: string): void =>
    Object.values(providers).forEach((provider) => provider.forget(fingerprint));
  const chosen = () => profiles.find(profiles.activeProfileId());

  const keys = createKeys({
    keychain,
    memory: createMemoryStore(),
    asks: keychain.isSilent,
    profiles,
    audit: audit.append,
    clock,
    onChanged: (profileId, retired) => {
      retired.forEach(forget);
      // The next grant waits until its gateway has the keys.
      if (profileId === PRACTICE_PROFILE_ID) void practice.refreshKeys();
      if (retired.length > 0) {
        http.reset(profileId);
        renewal.renewNow(profileId);
      }
      tellProfiles();
    },
  });
  const practice = createPracticeLine({
    fork: () => forkGateway(join(scripts, 'gateway.js'), log),
    keys: keys.practiceKeys,
    clock,
    random: Math.random,
    log,
    onListening: (url) => {
      profiles.setPracticeUrl(url);
      allowGateways();
      tellProfiles();
    },
  });
  const broker = createBroker({
    profiles,
    policy: createGrantPolicy(clock, managed.purposes),
    keys,
    providers,
    gatewayUrl: (profile) =>
      profile.id === PRACTICE_PROFILE_ID ? practice.url() : Promise.resolve(ok(profile.gatewayUrl)),
    audit: audit.append,
    auditKept: audit.kept,
    onMinted: (grant, token) => {
      // Locked while it was made: no window gets it.
      if (isPhoneLocked()) {
        void broker.revokeAll(grant.profileId);
        return;
      }
      requests.keep(grant, token);
      renewal.issued(grant);
      // The keys' table says when the last token was made; the grant itself goes first.
      cancelTelling();
      cancelTelling = clock.after(MINT_TOLD_AFTER_MS, tellProfiles);
    },
    now,
  });
  const renewal = createGrantRenewal({
    clock,
    random: Math.random,
    mint: async (profileId, purpose) => {
      try {
        return await broker.grant(profileId, purpose, 'renewal');
      } catch (cause) {
        // A bug in one provider must not end the calls of another line.
        log.error('a token could not be renewed', cause);
        return fail(
          'internal',
          'The token could not be renewed: Ringfence tries again. What went wrong is in its log.',
          'retry',
        );
      }
    },
    onRenewed: (grant) => notify('grants.renewed', grant),
    onFailed: (profileId, purpose, failure) => notify('grants.failed', { profileId, purpose, failure }),
  });
  const voice = createVoiceCalls({
    profiles,
    broker,
    keys,
    calls: createRealtimeCalls(http),
    audit: audit.append,
    onEnded: (ended) => notify('voice.ended', ended),
    clock,
    newId: randomUUID,
  });
  const tests = createConnectionTests({
    profiles,
    broker,
    requests,
    resetProvider: (profileId) => {
      http.reset(profileId);
      proxy.passwords.askAgain();
    },
    clock,
    newId: randomUUID,
    audit: audit.append,
  });

  const snapshot = (): ProfilesSnapshot => ({
    profiles: [...profiles.profiles()],
    activeProfileId: profiles.activeProfileId(),
    keys: profiles.profiles().map((each) => keys.status(each.id)),
    notice:
      [notice, managed.notice() ?? '']
        .filter((each) => each !== '')
        .join(' ')
        .slice(0, NOTICE_LENGTH) || null,
    auditNotice: audit.notice(),
    keychain: keys.keychain(),
  });
  let cancelTelling = (): void => undefined;
  const tellProfiles = (): void => notify('profiles.changed', snapshot());
  // While the phone is locked no window reaches any gateway, whatever token it may still have.
  const allowGateways = (): void => requests.allow(isPhoneLocked() ? [] : profiles.profiles());

  return {
    keys,
    practice,
    requests,
    broker,
    renewal,
    voice,
    tests,
    sippet,
    snapshot,
    tellProfiles,
    allowGateways,
    lineChanged: (profileId) => {
      http.reset(profileId);
      allowGateways();
      requests.forget(profileId);
      if (profiles.find(profileId) === null) renewal.forget(profileId);
      else renewal.renewNow(profileId);
    },
    policyChanged: () => {
      for (const { id } of profiles.profiles()) renewal.renewNow(id);
      tellProfiles();
    },
    prepare: () => {
      const line = chosen();
      if (line !== null)
        void keys
          .active(line.id)
          .then((key) => (key.ok ? providers[line.provider.kind].prepare(key.value) : undefined));
    },
    forgetKey: () => {
      const fingerprint = keys.status(profiles.activeProfileId()).active?.fingerprint;
      if (fingerprint !== undefined) forget(fingerprint);
    },
  };
}
