/** What an Asterisk of the lab is told besides the files of this folder: addresses, ports, who may write passwords, more phones. */
import { join } from 'node:path';
import type { AsteriskFiles } from './asterisk-needs';

export interface AsteriskSite {
  /** The IPv4 address that everything but sound listens on. */
  readonly address: string;
  readonly ports: {
    readonly http: number;
    readonly sip: number;
    readonly media: readonly [first: number, last: number];
  };
  /** The ARI user that writes passwords. */
  readonly login: { readonly user: string; readonly password: string };
  /** Phones besides those of pjsip.conf. */
  readonly users: readonly string[];
  readonly answerWithinS: number;
}

/** The files of a site by name; docs/operators.md shows some. */
export function siteFiles({
  address,
  ports,
  login,
  users,
  answerWithinS,
}: AsteriskSite): Readonly<Record<string, string>> {
  const phone = (user: string): string => `[${user}](ringfence)\naors=${user}\nauth=${user}\n[${user}](bindings)\n`;
  return {
    'http.conf': `[general]\nenabled=yes\nbindaddr=${address}\nbindport=${ports.http}\n`,
    'ari.conf': `[general]\nenabled=yes\n[${login.user}]\ntype=user\nread_only=no\npassword=${login.password}\n`,
    'rtp.conf': `[general]\nrtpstart=${ports.media[0]}\nrtpend=${ports.media[1]}\nicesupport=yes\nstrictrtp=no\n`,
    'transports.conf': `[ws]\ntype=transport\nprotocol=ws\nbind=${address}\n[udp]\ntype=transport\nprotocol=udp\nbind=${address}:${ports.sip}\n`,
    'more-phones.conf': users.map(phone).join(''),
    'globals.conf': `[globals]\nANSWER_WITHIN=${answerWithinS}\n`,
  };
}

/** asterisk.conf: the folders that Asterisk writes to are inside `folder`, those that it reads are the cache's. */
export function directoriesFile(folder: string, files: AsteriskFiles): string {
  const directories = {
    astetcdir: join(folder, 'etc'),
    astmoddir: files.modules,
    astvarlibdir: files.state,
    astdbdir: join(folder, 'state'),
    astkeydir: join(folder, 'state'),
    astdatadir: files.data,
    astagidir: join(files.data, 'agi-bin'),
    astspooldir: join(folder, 'spool'),
    astrundir: join(folder, 'run'),
    astlogdir: join(folder, 'log'),
  };
  const lines = Object.entries(directories).map(([name, path]) => `${name} => ${path}\n`);
  return `[directories]\n${lines.join('')}[options]\nverbose = 3\n`;
}
