/** The text of a WebSocket message: RFC 7118 section 4.2 has SIP in text and in binary frames. */

/** What a binary frame of 256 kB and more holds is not looked at letter by letter at once. */
const CHUNK = 8_192;

/** ISO-8859-1: byte and character are the same number. `TextDecoder('latin1')` reads windows-1252. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return text;
}

/**
 * The data of a message event as text. A binary frame is UTF-8, or else Latin-1: gateways choose binary frames for what is no UTF-8, such as an
 * old phone's display name. Null: it is neither text nor bytes.
 */
export function frameText(data: unknown): string | null {
  if (typeof data === 'string') return data;
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : data instanceof ArrayBuffer
      ? new Uint8Array(data)
      : null;
  if (bytes === null) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return latin1(bytes);
  }
}
