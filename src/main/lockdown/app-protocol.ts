/** `app://ringfence/...`: the built files of the renderer and nothing else, under one stable origin. */
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

export const APP_SCHEME = 'app';
/** Also what gateways see as `Origin`, verbatim. */
export const APP_ORIGIN = 'app://ringfence';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.json': 'application/json',
};

/** The gateways are not known when this is written: which of ws: and wss: are allowed is decided request by request in gateway-requests. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The hash: one fixed style element that react-aria adds for its buttons (touch-action).
  "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self' blob: mediastream:",
  "connect-src 'self' ws: wss:",
  "worker-src 'self'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  // Without allow-modals, allow-downloads and allow-popups: no window.print(), which would open the system's own box, and no other box of a page's making.
  'sandbox allow-scripts allow-same-origin allow-forms',
].join('; ');

/** The file under `root` that `url` names, or null: other host, other method of escaping, no known type. */
export function fileFor(url: string, root: string): string | null {
  let path: string;
  try {
    const parsed = new URL(url);
    if (`${parsed.protocol}//${parsed.host}` !== APP_ORIGIN) return null;
    path = decodeURIComponent(parsed.pathname);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\') || path.split('/').includes('..')) return null;
  const file = join(root, path);
  return file.startsWith(root + sep) && Object.hasOwn(types, extname(file)) ? file : null;
}

/** Answers one request for a file below `root` (an absolute folder without separator at its end); of the pages there, `pages` alone. */
export async function serveFile(
  request: { readonly url: string; readonly method: string },
  root: string,
  pages: readonly string[],
): Promise<Response> {
  const file = request.method === 'GET' ? fileFor(request.url, root) : null;
  if (file === null) return new Response(null, { status: 404 });
  try {
    const body = await readFile(file);
    // "No content": whatever wanted to show a page of another window there (a reload, the history), the page that is there stays.
    if (extname(file) === '.html' && !pages.some((page) => file === join(root, page)))
      return new Response(null, { status: 204 });
    return new Response(body, {
      headers: {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      },
    });
  } catch {
    return new Response(null, { status: 404 });
  }
}
