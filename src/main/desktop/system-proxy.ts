/** The proxy settings of this computer: fixed ones, those of the environment, or a script (PAC), which Chromium runs. */
import { app, session } from 'electron';
import { LOOK_PARTITION } from '../lockdown/gateway-look';

/** In the words of a script: `PROXY host:port; DIRECT`. It is never the windows' own session that is asked: that may have been given a proxy below. */
export async function resolveProxy(url: string): Promise<string> {
  await app.whenReady();
  return session.fromPartition(LOOK_PARTITION).resolveProxy(url);
}

const KINDS: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS: 'socks4',
  SOCKS4: 'socks4',
  SOCKS5: 'socks5',
};

/** A script's words as Chromium's rules: `http://host:port,direct://`; null: straight there. */
export function rulesOf(words: string): string | null {
  const rules = words
    .split(';')
    .map((each) => each.trim().split(/\s+/))
    .flatMap(([kind = '', place]) => {
      if (/^direct$/i.test(kind)) return ['direct://'];
      const scheme = KINDS[kind.toUpperCase()];
      return scheme === undefined || place === undefined ? [] : [`${scheme}://${place}`];
    });
  return rules.every((rule) => rule === 'direct://') ? null : rules.join(',');
}

let adopted: string | null = null;

/**
 * Gives the windows the proxy that the settings name for this gateway (`wss:`, without a path), whose WebSocket did not open. A script is not heard for a WebSocket
 * of ours by itself: the process that runs scripts refuses the question, probably for the page's origin, whose scheme it does not know, and Chromium
 * goes straight then. Besides, many scripts know `https:` alone. True: they go another way now.
 */
export async function adoptProxy(gateway: string): Promise<boolean> {
  const rules = rulesOf(await resolveProxy(gateway)) ?? rulesOf(await resolveProxy(gateway.replace(/^wss:/, 'https:')));
  if (rules === adopted) return false;
  adopted = rules;
  await session.defaultSession.setProxy(
    rules === null ? { mode: 'system' } : { mode: 'fixed_servers', proxyRules: rules, proxyBypassRules: '<local>' },
  );
  return true;
}
