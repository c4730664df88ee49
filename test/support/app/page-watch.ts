/** Watches the page between two moments, so that what lasted for an instant is seen too. */
import { expect, type Page } from '@playwright/test';

/** Notes every phase that the registration goes through from now on. */
export async function watchRegistration(page: Page): Promise<{ readonly phases: () => Promise<readonly string[]> }> {
  await page.evaluate(() => {
    const shelf = globalThis as { ringfencePhases?: string[] };
    const read = (): string =>
      document.querySelector('[data-testid="registration"]')?.getAttribute('data-phase') ?? 'none';
    const phases = (shelf.ringfencePhases = [read()]);
    new MutationObserver(() => {
      const phase = read();
      if (phase !== phases.at(-1)) phases.push(phase);
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-phase'] });
  });
  return { phases: () => page.evaluate(() => (globalThis as { ringfencePhases?: string[] }).ringfencePhases ?? []) };
}

/** Notes when (ms since the epoch) the first call's card comes into a phase, from now on. */
export async function watchCallPhases(
  page: Page,
): Promise<{ readonly phases: () => Promise<readonly { readonly phase: string; readonly at: number }[]> }> {
  await page.evaluate(() => {
    const shelf = globalThis as { ringfenceCallPhases?: { phase: string; at: number }[] };
    const phases: { phase: string; at: number }[] = (shelf.ringfenceCallPhases = []);
    const look = (): void => {
      const phase = document.querySelector('[data-testid="call-card"]')?.getAttribute('data-phase') ?? 'none';
      if (phase !== phases.at(-1)?.phase) phases.push({ phase, at: Date.now() });
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-phase'],
    });
  });
  return {
    phases: () =>
      page.evaluate(
        () => (globalThis as { ringfenceCallPhases?: { phase: string; at: number }[] }).ringfenceCallPhases ?? [],
      ),
  };
}

/** When the page noted `mark` for the first time after this moment, in ms since the epoch. */
export async function markAfter(page: Page, mark: string, since: number, timeout = 15_000): Promise<number> {
  const read = (): Promise<number | null> =>
    page.evaluate(
      ({ name, from }) => {
        const entry = performance
          .getEntriesByName(name, 'mark')
          .find(({ startTime }) => performance.timeOrigin + startTime >= from);
        return entry === undefined ? null : performance.timeOrigin + entry.startTime;
      },
      { name: `ringfence:${mark}`, from: since },
    );
  await expect.poll(read, { message: `${mark} after the fault`, timeout, intervals: [50] }).not.toBeNull();
  return (await read()) ?? NaN;
}

/** The fingerprint of the token in use, from the ring's tooltip; null while there is none. */
export async function tokenFingerprint(page: Page): Promise<string | null> {
  const title = await page.getByTestId('token-ring').getAttribute('title', { timeout: 2000 });
  return /Fingerprint ([0-9a-f]{8})\b/.exec(title ?? '')?.[1] ?? null;
}

/** Waits until `count` different tokens have been in use. */
export async function untilTokens(page: Page, count: number, timeoutMs: number): Promise<readonly string[]> {
  const seen = new Set<string>();
  const look = async (): Promise<number> => {
    const fingerprint = await tokenFingerprint(page);
    if (fingerprint !== null) seen.add(fingerprint);
    return Math.min(count, seen.size);
  };
  await expect.poll(look, { message: `${count} different tokens`, timeout: timeoutMs, intervals: [250] }).toBe(count);
  return [...seen];
}
