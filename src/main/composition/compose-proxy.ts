/** The passwords of the network's proxies: who asks for them, and who is shown them. */
import type { BrowserWindow } from 'electron';
import { ok } from '../../contracts/base/result';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { resolveProxy } from '../desktop/system-proxy';
import type { Handlers } from '../../contracts/ipc/ipc';
import { PROXY_PARTITION } from '../lockdown/hardening';
import { showToProxy } from '../lockdown/proxy-login';
import { readRoute, routeTo } from '../providers/proxy-route';
import { createProxyPasswords, type ProxyPasswords } from '../secrets/proxy-passwords';
import type { SecretStore } from '../secrets/secret-store';
import { createSmallWindow } from '../windows/small-window';
import type { Windows } from '../windows/windows';

export interface ProxySide {
  readonly passwords: ProxyPasswords;
  /** A proxy on the way to this address (https) wants a password of the windows' WebSocket. */
  readonly wanted: (address: string) => void;
  readonly handlers: Pick<Handlers, 'proxy.question' | 'proxy.answer'>;
}

export interface ProxyPorts {
  readonly keychain: SecretStore;
  readonly installId: string;
  readonly windows: Windows<BrowserWindow>;
  /** The preload script's path. */
  readonly preload: string;
  /** A proxy has a password now: what failed may be tried again. */
  readonly onShown: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

export function composeProxy({ keychain, installId, windows, preload, onShown, clock, log }: ProxyPorts): ProxySide {
  /** What Chromium gives each proxy. */
  const shown = new Map<string, string>();
  /** Where the windows were going when a proxy stopped them. */
  const stopped = new Map<string, string>();

  const small = createSmallWindow({
    preload,
    partition: PROXY_PARTITION,
    parent: () => windows.get('phone'),
    log,
    onMade: (made) => windows.add('proxy', made),
    onClosed: (closed) => windows.forget('proxy', closed),
  });
  const show = async (proxy: string, address: string): Promise<void> => {
    const authorization = passwords.authorizationFor(proxy);
    if (authorization === null) return;
    if (await showToProxy(address, passwords.loginFor, clock)) shown.set(proxy, authorization);
    onShown();
  };
  const passwords = createProxyPasswords({
    keychain,
    account: (proxy) => `${installId}/proxy/${proxy}`,
    open: () => small.open({ title: 'Proxy password - Ringfence', height: 400, path: 'proxy.html' }),
    close: small.close,
    onTyped: (proxy) => {
      const address = stopped.get(proxy);
      if (address === undefined) onShown();
      else void show(proxy, address);
    },
    onProblem: log.warn,
  });
  const wanted = async (address: string): Promise<void> => {
    // As the windows go there (desktop/system-proxy.ts).
    const ways = [
      ...readRoute(await resolveProxy(address.replace(/^https:/, 'wss:'))),
      ...(await routeTo(new URL(address), resolveProxy)),
    ];
    const hop = ways.find((each) => each.kind === 'proxy');
    if (hop === undefined) return;
    const proxy = `${hop.host}:${hop.port}`;
    stopped.set(proxy, address);
    if (await passwords.another(proxy, shown.get(proxy) ?? null)) await show(proxy, address);
  };
  return {
    passwords,
    wanted: (address) => void wanted(address),
    handlers: {
      'proxy.question': () => ok(passwords.question()),
      'proxy.answer': (login) => passwords.answer(login),
    },
  };
}
