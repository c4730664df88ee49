/** Ours, for what OpenSSL and BoringSSL tell in their messages alone. */
export function tlsCodeOf(message: string): string | null {
  if (/protocol.version|unsupported.protocol|TLSV1_ALERT_PROTOCOL|version.too.low/i.test(message))
    return 'TLS_OLD_VERSION';
  if (/certificate.required|bad.certificate/i.test(message)) return 'TLS_CERTIFICATE_ASKED';
  if (/alert.handshake.failure|handshake.failure|no.shared.cipher/i.test(message)) return 'TLS_HANDSHAKE_REFUSED';
  return /wrong.version.number|http.request|unexpected.message|record.layer/i.test(message) ? 'TLS_NOT_SPOKEN' : null;
}
