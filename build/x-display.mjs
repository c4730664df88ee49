/** Asks an X server whether it lets us in: the connection set-up of the X11 protocol (X Window System Protocol, section 8). */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @typedef {{ name: string, data: Buffer }} Cookie */

/**
 * ":1", ":1.0", "unix:1", "host:1".
 * @param {string} display
 * @returns {{ host: string | null, number: number } | null} host null: this computer's own socket
 */
export function parseDisplay(display) {
  const match = /^(?<host>[^:]*):(?<number>\d+)(?:\.\d+)?$/.exec(display);
  const host = match?.groups?.['host'];
  const number = match?.groups?.['number'];
  if (host === undefined || number === undefined) return null;
  return { host: host === '' || host === 'unix' ? null : host, number: Number(number) };
}

/**
 * The first cookie for a display in an Xauthority file (see Xsecurity(7)).
 * @param {Buffer} file
 * @param {number} number
 * @returns {Cookie | null}
 */
export function findCookie(file, number) {
  let at = 0;
  const field = () => {
    const length = file.readUInt16BE(at);
    const value = file.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    return value;
  };
  try {
    while (at < file.length) {
      at += 2; // the address family
      field(); // the address
      const display = field().toString('latin1');
      const name = field().toString('latin1');
      const data = field();
      if (name === 'MIT-MAGIC-COOKIE-1' && (display === '' || display === String(number))) return { name, data };
    }
  } catch {
    // A damaged file holds no cookie.
  }
  return null;
}

/** Where the Xauthority file is. @param {NodeJS.ProcessEnv} env @returns {string} */
export function xauthorityPath(env) {
  return env['XAUTHORITY'] ?? join(env['HOME'] ?? homedir(), '.Xauthority');
}

/** @param {Cookie | null} cookie @returns {Buffer} */
function setUpRequest(cookie) {
  const name = Buffer.from(cookie?.name ?? '', 'latin1');
  const data = cookie?.data ?? Buffer.alloc(0);
  const padded = (/** @type {number} */ length) => Math.ceil(length / 4) * 4;
  const request = Buffer.alloc(12 + padded(name.length) + padded(data.length));
  request.write('l', 0, 'latin1');
  request.writeUInt16LE(11, 2);
  request.writeUInt16LE(name.length, 6);
  request.writeUInt16LE(data.length, 8);
  name.copy(request, 12);
  data.copy(request, 12 + padded(name.length));
  return request;
}

/**
 * @param {NodeJS.ProcessEnv} env with DISPLAY, and XAUTHORITY or HOME
 * @returns {Promise<string | null>} null when the display can be used, or half a sentence saying why not
 */
export function displayProblem(env) {
  const text = env['DISPLAY'] ?? '';
  const display = parseDisplay(text);
  if (display === null) return Promise.resolve(text === '' ? 'DISPLAY is not set' : `DISPLAY=${text} is no display`);
  /** @type {Cookie | null} */
  let cookie = null;
  try {
    cookie = findCookie(readFileSync(xauthorityPath(env)), display.number);
  } catch {
    // No file, no cookie: some servers let their user in without.
  }
  return new Promise((resolve) => {
    const socket =
      display.host === null
        ? connect(`/tmp/.X11-unix/X${display.number}`)
        : connect(6000 + display.number, display.host);
    /** @param {string | null} problem */
    const answer = (problem) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(3000, () => answer(`the display ${text} does not answer`));
    socket.once('error', () => answer(`there is no X server at DISPLAY=${text}`));
    socket.once('connect', () => socket.write(setUpRequest(cookie)));
    socket.once('data', (reply) => answer(reply[0] === 1 ? null : `the display ${text} does not let this user in`));
    socket.once('end', () => answer(`the display ${text} does not let this user in`));
  });
}
