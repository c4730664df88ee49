/** This computer, as URLs name it. */

/** True for 127.0.0.0/8, ::1 (in brackets, as URLs have it) and localhost. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** True where the URL's host is this computer; null when `url` is no URL. */
export function isLoopbackUrl(url: string): boolean | null {
  try {
    return isLoopbackHost(new URL(url).hostname);
  } catch {
    return null;
  }
}
