/** Progress of something long: how much, of how much, how fast. */

/** @param {number} bytes @returns {string} */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/**
 * One progress line: "  Electron 45.4.1: 61 MB of 120 MB (51 %), 8.4 MB/s".
 * @param {string} label
 * @param {number} done bytes
 * @param {number | null} total bytes, null when nobody knows
 * @param {number} elapsedMs
 * @returns {string}
 */
export function meterLine(label, done, total, elapsedMs) {
  const rate = elapsedMs > 0 ? `, ${megabytes((done / elapsedMs) * 1000)}/s` : '';
  const share =
    total === null || total <= 0
      ? ''
      : ` of ${megabytes(total)} (${Math.min(100, Math.floor((100 * done) / total))} %)`;
  return `  ${label}: ${megabytes(done)}${share}${rate}`;
}

/**
 * Prints how far something is, every `everyMs`, as lines (a log file stays readable).
 * @param {string} label
 * @param {() => number | Promise<number>} done bytes so far
 * @param {number | null} total bytes
 * @param {number} [everyMs]
 * @returns {{ stop: () => void }}
 */
export function watchProgress(label, done, total, everyMs = 2000) {
  const started = Date.now();
  let seen = 0;
  let over = false;
  let grewAt = started;
  let spokeAt = started;
  const timer = setInterval(() => {
    void Promise.resolve(done()).then((bytes) => {
      if (over) return;
      const now = Date.now();
      // Nobody reads "0 MB" thirty times: a standstill is said every ten seconds.
      const still = bytes - seen < 100_000;
      if (still && now - Math.max(grewAt, spokeAt) < 10_000) return;
      console.log(
        still
          ? `  ${label}: nothing for ${Math.round((now - grewAt) / 1000)} s`
          : meterLine(label, bytes, total, now - started),
      );
      spokeAt = now;
      if (!still) [seen, grewAt] = [bytes, now];
    });
  }, everyMs);
  return {
    stop: () => {
      over = true;
      clearInterval(timer);
    },
  };
}
