/** What a torture message is, and how the files beside this one write it down. */

export interface TortureMessage {
  /** The name that the RFC gives it. */
  readonly name: string;
  /** `RFC 4475 section 3.1.1.1`. */
  readonly section: string;
  readonly title: string;
  /** As it goes over the wire. */
  readonly bytes: Uint8Array;
}

/** Lines of a head, an empty line, and the body as it is; all in UTF-8. */
export function sip(head: readonly string[], body = ''): string {
  return `${[...head, '', ''].join('\r\n')}${body}`;
}

/** The body that most messages of RFC 4475 carry: audio and video in RTP/AVP. */
export function tortureSdp(address: string, time = '0 0'): string {
  return `${[
    'v=0',
    `o=mhandley 29739 7272939 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    `t=${time}`,
    'm=audio 49217 RTP/AVP 0 12',
    'm=video 3227 RTP/AVP 31',
    'a=rtpmap:31 LPC',
  ].join('\r\n')}\r\n`;
}

/** Makes the messages of one RFC from `name, section, title, text`. */
export function messagesOf(
  rfc: number,
  rows: readonly (readonly [name: string, section: string, title: string, wire: string | Uint8Array])[],
): readonly TortureMessage[] {
  return rows.map(([name, section, title, wire]) => ({
    name,
    section: `RFC ${rfc} section ${section}`,
    title,
    bytes: typeof wire === 'string' ? new TextEncoder().encode(wire) : wire,
  }));
}
