/**
 * Electron's fuses: bytes in the executable, behind a sentinel, that switch features on ('1') and off ('0').
 * See https://www.electronjs.org/docs/latest/tutorial/fuses
 */

const SENTINEL = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1');
const WIRE_VERSION = 1;

/**
 * Sets the fuses in place.
 * @param {Buffer} executable
 * @param {{ from: string, to: string }} wires what must be there, and what to write; same length, '0', '1' or 'r' each
 * @returns {string | null} null, or a sentence saying what does not fit (nothing is written then)
 */
export function setFuses(executable, { from, to }) {
  if (from.length !== to.length) return 'The two fuse wires differ in length.';
  const sentinel = executable.indexOf(SENTINEL);
  if (sentinel < 0) return 'The executable has no fuse wire.';
  if (executable.indexOf(SENTINEL, sentinel + 1) >= 0) return 'The executable has two fuse wires.';
  const head = sentinel + SENTINEL.length;
  if (executable[head] !== WIRE_VERSION)
    return `The fuse wire is of version ${executable[head] ?? 'none'}, not ${WIRE_VERSION}.`;
  if (executable[head + 1] !== from.length)
    return `The fuse wire has ${executable[head + 1] ?? 'no'} fuses, not ${from.length}.`;
  const found = executable.toString('latin1', head + 2, head + 2 + from.length);
  if (found !== from && found !== to) return `The fuses read ${found}, not ${from}.`;
  executable.write(to, head + 2, 'latin1');
  return null;
}
