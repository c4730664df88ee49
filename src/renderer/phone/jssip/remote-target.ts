/** Where the requests of a dialog go. JsSIP moves them where a request of the far end's says so, and not where its answer does. */

/** The part of JsSIP's dialog that is used, and its types do not know. */
interface Dialog {
  _remote_target: unknown;
}
const isDialog = (value: unknown): value is Dialog =>
  typeof value === 'object' && value !== null && '_remote_target' in value;

/** The far end answered an INVITE or UPDATE in the session's dialog with 2xx and this Contact (RFC 3261 section 12.2.1.2, RFC 3311 section 5.1). */
export function moveTarget(session: object, uri: unknown): void {
  const dialog: unknown = Reflect.get(session, '_dialog');
  // Before the first 2xx there is no dialog, or an early one.
  if (isDialog(dialog)) dialog._remote_target = uri;
}
